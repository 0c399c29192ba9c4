"""What this part says on the console's first page."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Organisation
from marketplace.kernel import clock
from marketplace.kernel.dates import short_day
from producers.cooperatives import lists
from producers.cooperatives.today import Duty, FirstStep


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Members never asked for their consent, certificates about to end."""
    day = clock.today(organisation.zone)
    missing, since = lists.never_asked(organisation.id, day)
    if missing:
        what = ngettext("member not asked for consent yet", "members not asked for consent yet", missing)
        yield Duty(missing, what, _("Ask"), "members.index", since=since)
    ending, first = lists.ending_certificates(organisation.id, day)
    if first:
        what = ngettext("certificate ends soon or has ended", "certificates end soon or have ended", ending)
        yield Duty(ending, what, _("Renew"), "certificates.index", hint=_("the first on %(day)s", day=short_day(first)))


def first_steps(organisation: Organisation) -> Iterator[FirstStep]:
    """Before anything else there are people."""
    yield FirstStep(
        order=10,
        is_done=lists.has_members(organisation.id),
        what=_("Enrol the members"),
        why=_("Slips, pay and consent belong to a person. A number is enough for everything outside."),
        verb=_("Enrol a member"),
        endpoint="members.new",
    )
