"""Why more came out of a step than its recipe allows may tell of who worked in it."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.accounts.persons import ERASED, Person
from marketplace.kernel.db import db
from producers.lots.models import StepOverride


def refusals(person: Person) -> Iterator[str]:
    """Nothing stands in the way."""
    yield from ()


def removals(person: Person) -> Iterator[str]:
    """Forget the reasons given in steps she worked in; what came out of them and who confirmed it stays."""
    steps = {row.step_id for row in person.of("labour_work")}
    rows = db.session.scalars(select(StepOverride).where(StepOverride.step_id.in_(steps))).all() if steps else ()
    for row in rows:
        row.reason = ERASED
    if rows:
        yield _("%(count)s reasons given in her steps are erased.", count=len(rows))
