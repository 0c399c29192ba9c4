"""What happened to an account, for the person herself and for the operator: from which kind of browser, roughly where.

A full network address is kept nowhere; a browser is known again by a secret that it keeps in a cookie.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog
from sqlalchemy import Select, delete, select

from marketplace.accounts.models import Access, User
from marketplace.config import ACCESS_DAYS_KEPT, ACCESS_ROWS_SHOWN
from marketplace.kernel import clock, ids, outbox
from marketplace.kernel.db import db

TOPIC = "accounts.access"
COOKIE = "browser"
NETWORK_BITS = {4: 24, 6: 48}
# The first that fits: the later names stand in the words of the earlier ones too.
BROWSERS = (
    ("Edge", r"Edg"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS|Chromium"),
    ("Safari", r"Safari"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)

log = structlog.get_logger("accounts")


class What(StrEnum):
    """What is written down of an account."""

    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    SIGNED_OUT = "signed_out"
    ENDED_OTHERS = "ended_others"
    PASSWORD = "password"  # noqa: S105 - what changed, not a secret
    PIN = "pin"
    FACTOR_ON = "factor_on"
    FACTOR_OFF = "factor_off"
    FACTOR_REFUSED = "factor_refused"
    CODES = "codes"
    RECOVERED = "recovered"
    ADDRESS = "address"


# What a person is written to about; a sign-in only where the browser is new.
TOLD = frozenset({What.PASSWORD, What.PIN, What.FACTOR_ON, What.FACTOR_OFF, What.CODES, What.RECOVERED})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the network address, what the browser says it is, the secret by which it is known again."""

    address: str
    agent: str = ""
    browser: str = ""

    @property
    def device(self) -> str:
        """The kind of browser and system, such as "Firefox · Android"; empty where neither is known."""
        found = [_first(BROWSERS, self.agent), _first(SYSTEMS, self.agent)]
        return " · ".join(word for word in found if word)

    @property
    def network(self) -> str:
        """The network around the address: a neighbourhood, not a home."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return ""
        return str(ipaddress.ip_network(f"{address}/{NETWORK_BITS[address.version]}", strict=False))


NOBODY = Caller("")


def note(user: User, what: What, caller: Caller, *, by: str = "") -> Access:
    """Write down what happened, and have the person written to where she should know at once."""
    access = Access(
        user_id=user.id,
        what=what.value,
        by=by,
        device=caller.device,
        network=caller.network,
        browser_hash=ids.token_hash(caller.browser) if caller.browser else "",
        at=clock.now(),
    )
    db.session.add(access)
    db.session.flush()
    log.info("account_access", what=what.value, by=by, user=user.id)
    if what in TOLD:
        outbox.publish(TOPIC, {"access_id": access.id})
    return access


def note_sign_in(user: User, caller: Caller, *, by: str) -> None:
    """Write a sign-in down; the person is written to where she was in before, but never with this browser."""
    was_in = db.session.scalar(_sign_ins_of(user.id)) is not None
    is_news = was_in and not knows_browser(user.id, caller)
    access = note(user, What.SIGNED_IN, caller, by=by)
    if is_news:
        outbox.publish(TOPIC, {"access_id": access.id})


def knows_browser(user_id: str, caller: Caller) -> bool:
    """Whether somebody was signed in with this very browser before."""
    if not caller.browser:
        return False
    here = _sign_ins_of(user_id).where(Access.browser_hash == ids.token_hash(caller.browser))
    return db.session.scalar(here) is not None


def _sign_ins_of(user_id: str) -> Select[tuple[str]]:
    return select(Access.id).where(Access.user_id == user_id, Access.what == What.SIGNED_IN).limit(1)


def accesses_of(user_id: str) -> Sequence[Access]:
    """What happened to one account lately, newest first."""
    query = select(Access).where(Access.user_id == user_id).order_by(Access.id.desc())
    return db.session.scalars(query.limit(ACCESS_ROWS_SHOWN)).all()


def latest_accesses() -> Sequence[Access]:
    """What happened to all accounts lately, newest first; for the operator."""
    return db.session.scalars(select(Access).order_by(Access.id.desc()).limit(ACCESS_ROWS_SHOWN)).all()


def forget_old() -> None:
    """Delete what is older than ACCESS_DAYS_KEPT."""
    db.session.execute(delete(Access).where(Access.at < clock.now() - timedelta(days=ACCESS_DAYS_KEPT)))


def _first(kinds: Sequence[tuple[str, str]], agent: str) -> str:
    return next((name for name, pattern in kinds if re.search(pattern, agent)), "")
