"""Names of makers leave the shop window when one of them is erased."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import func, select

from marketplace.accounts.persons import Person
from marketplace.catalogue.models import Stock
from marketplace.kernel.db import db


def refusals(person: Person) -> Iterator[str]:
    """Nothing stands in the way."""
    yield from ()


def removals(person: Person) -> Iterator[str]:
    """Take her name from every lot that shows it; a story of before names stood apart loses it from its own text."""
    gone, names = person.ids("coop_member"), {member.name for member in person.of("coop_member")}
    pages = 0
    for stock in db.session.scalars(select(Stock).where(func.length(Stock.names) > 0)) if gone else ():
        left = {id_: name for id_, name in stock.named.items() if id_ not in gone}
        if left != stock.named:
            stock.name_makers(left)
            pages += 1
    for stock in db.session.scalars(select(Stock).where(func.length(Stock.names) == 0)) if gone else ():
        told = stock.story.get("names") or []
        if names & set(told):
            stock.story = {**stock.story, "names": [name for name in told if name not in names]}
            pages += 1
    if pages:
        yield _("Her name is gone from %(count)s public pages.", count=pages)
