"""Certificates: the papers that back a claim, with their end in sight."""

from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import RUNS, RoleIn
from marketplace.config import CERTIFICATE_WARNING_DAYS
from marketplace.kernel import clock
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.policy import allow
from producers.cooperatives import queries, services, uploads
from producers.cooperatives.evidence import file_kept
from producers.cooperatives.schemas import CertificateForm
from producers.cooperatives.views import CONSOLE
from producers.cooperatives.words import CLAIMS

blueprint = Blueprint("certificates", __name__)


@blueprint.get("/k/<organisation>/certificates")
@allow(RoleIn(CONSOLE))
def index(organisation: str) -> Answer:
    """All certificates, the soonest to end first."""
    day = clock.today(g.organisation.zone)
    return render_template(
        "producers/cooperatives/certificates.html",
        certificates=queries.certificates(g.organisation.id),
        day=day,
        soon=day + timedelta(days=CERTIFICATE_WARNING_DAYS),
        claims=CLAIMS,
    )


@blueprint.route("/k/<organisation>/certificates/new", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def new(organisation: str) -> Answer:
    """File a certificate with its document."""
    if request.method == "POST":
        try:
            document = uploads.taken("document")
            answer = load_form(CertificateForm)
            sha256 = file_kept(g.actor, g.organisation, document).sha256 if document else None
            services.record_certificate(g.actor, g.organisation, document_sha256=sha256, **answer)
        except LumbungError as error:
            return show_form("producers/cooperatives/certificate_new.html", error, claims=CLAIMS)
        return done(url_for("certificates.index", organisation=organisation), _("Certificate filed."))
    fresh = {"holder": g.organisation.name}
    return show_form("producers/cooperatives/certificate_new.html", values=fresh, claims=CLAIMS)
