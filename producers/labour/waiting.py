"""What this part says on the console's first page."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from producers.cooperatives.today import Duty
from producers.lots.models import Step


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Steps that wait for a second person."""
    count, since = db.session.execute(
        select(func.count(Step.id), func.min(Step.worked_on)).where(
            Step.organisation_id == organisation.id, Step.state == "recorded"
        )
    ).one()
    if count:
        what = ngettext("step not signed off yet", "steps not signed off yet", count)
        yield Duty(count, what, _("Look"), "labour.index", since=since)
