"""The console's page of shared phones, and the page a phone opens to become one."""

from flask import g, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.accounts import devices, queries
from marketplace.accounts.policy import RUNS, RoleIn
from marketplace.accounts.schemas import DeviceForm
from marketplace.accounts.views.blueprint import blueprint
from marketplace.kernel.cookies import keep_cookie
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.mail import address_of
from marketplace.kernel.policy import LINK, allow
from marketplace.kernel.qr import qr_svg

MANAGER = RoleIn(RUNS)


@blueprint.get("/k/<organisation>/phones")
@allow(MANAGER)
def phones(organisation: str) -> Answer:
    """The phones on which names show."""
    return show_form("marketplace/accounts/phones.html", devices=queries.devices_of(g.organisation))


@blueprint.post("/k/<organisation>/phones/pair")
@allow(MANAGER)
def make_pairing(organisation: str) -> Answer:
    """A link and a code to open on the phone that is to be paired; shown once."""
    link = address_of("accounts.pair", token=devices.make_pairing_link(g.actor, g.organisation))
    code = Markup(qr_svg(link, title=_("Code for the phone")))  # noqa: S704 - made by us from our own address
    return show_form("marketplace/accounts/pairing.html", link=link, code=code)


@blueprint.post("/k/<organisation>/phones/<device_id>/revoke")
@allow(MANAGER)
def revoke_phone(organisation: str, device_id: str) -> Answer:
    """Show no names on that phone any more."""
    devices.revoke_device(g.actor, g.organisation, device_id)
    return done(url_for("accounts.phones", organisation=organisation), _("No names show on that phone any more."))


@blueprint.route("/pair/<token>", methods=["GET", "POST"])
@allow(LINK)
def pair(token: str) -> Answer:
    """On the phone itself: become the shared phone of a cooperative."""
    page = "marketplace/accounts/pair.html"
    found = devices.organisation_of_pairing(token)
    if request.method == "POST":
        try:
            device, kept = devices.pair_device(token, load_form(DeviceForm)["label"])
        except LumbungError as error:
            return show_form(page, error, token=token, organisation=found)
        answer = done(url_for("accounts.tiles", organisation=found.slug), _("This phone is paired."))
        keep_cookie(answer, devices.COOKIE, kept, device.expires_at - device.created_at)
        return answer
    return show_form(page, token=token, organisation=found)
