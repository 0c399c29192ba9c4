"""What a buyer has answered so far, kept in her own signed cookie until the order is placed."""

from dataclasses import dataclass
from typing import Any

from flask import session

from marketplace.accounts.sessions import signed_in
from marketplace.kernel.i18n import language
from orders.payments.port import card_offered

KEY = "checkout"


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms prices are shown: where the goods go, what they are paid in, and how."""

    country: str | None
    currency: str | None
    method: str


def given() -> dict[str, Any]:
    """All answers so far; a signed-in buyer's name and e-mail are known already."""
    known: dict[str, Any] = {}
    if user := signed_in():
        known = {"name": user.name, "email": user.email or ""}
    answers: dict[str, Any] = session.get(KEY, {})
    return {name: value for name, value in known.items() if value} | answers


def keep(**answers: Any) -> None:
    """Remember answers beside those there are."""
    session[KEY] = {**session.get(KEY, {}), **answers}


def methods() -> list[str]:
    """How an order can be paid now."""
    return ["card", "transfer"] if card_offered() else ["transfer"]


def method() -> str:
    """How she pays: as she said, where that can be; else the first way on offer."""
    offered = methods()
    said = given().get("method")
    return said if said in offered else offered[0]


def terms() -> Terms:
    """The terms in the answers; before any, home is guessed from the language that is spoken in one country only."""
    known = given()
    country = known.get("country") or ("ID" if language() == "id" else None)
    return Terms(country, known.get("currency"), method())
