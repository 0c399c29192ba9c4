"""What of this part rests on a meeting's decision."""

from collections.abc import Iterator

from flask_babel import ngettext
from sqlalchemy import func, select

from marketplace.kernel.db import db
from producers.decisions.citations import Citing
from producers.labour.models import WorkRecord


def work_at_rate(decision_id: str) -> Iterator[Citing]:
    """The work that is paid at a rate of the decision."""
    query = select(func.count(WorkRecord.id)).where(WorkRecord.rate_decision_id == decision_id)
    count = db.session.scalar(query) or 0
    yield Citing(ngettext("record of work at its rate", "records of work at its rate", count), count)
