"""The metrics and the operator's page of the state of the house."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.operator_pages import OperatorDuty
from marketplace.accounts.policy import OPERATOR
from marketplace.kernel import check_log, clock
from marketplace.kernel.check_log import last_checks
from marketplace.kernel.metrics import registry_with
from marketplace.kernel.policy import allow
from marketplace.watch import queries
from marketplace.watch.policy import METRICS_TOKEN

blueprint = Blueprint("watch", __name__)


@blueprint.get("/metrics")
@allow(METRICS_TOKEN)
def metrics() -> Response:
    """What Prometheus asks for, as its text."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    from marketplace.watch.collector import HouseCollector  # its library is for this address alone

    return Response(generate_latest(registry_with(HouseCollector())), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/operator/status")
@allow(OPERATOR)
def state() -> str:
    """What waits, what was checked, what runs, how much room is left."""
    return render_template("marketplace/watch/state.html", state=queries.state(), now=clock.now())


def duties() -> Iterator[OperatorDuty]:
    """What does not hold, what cannot be delivered, a house that nobody has verified."""
    runs = last_checks()
    for kind in (check_log.INVARIANTS, check_log.VERIFY):
        run = runs.get(kind)
        if run and run.broken:
            what = ngettext("thing does not hold", "things do not hold", run.broken)
            yield OperatorDuty(run.broken, what, _("Look"), "watch.state", since=run.ended_at)
    waiting = queries.outbox_waiting()
    if waiting.stuck:
        what = ngettext("message cannot be delivered", "messages cannot be delivered", waiting.stuck)
        yield OperatorDuty(waiting.stuck, what, _("Look"), "watch.state", since=waiting.since)
    late = queries.verify_is_late(runs.get(check_log.VERIFY))
    if late:
        yield OperatorDuty(
            1, _("check of the whole house is due: lumbung verify"), _("Look"), "watch.state", since=late
        )
