"""Everything held about the reader, as a file."""

import json

from flask import Response
from flask_login import current_user

from marketplace.accounts.person_cli import export_of
from marketplace.accounts.persons import find_person
from marketplace.accounts.policy import SIGNED_IN
from marketplace.accounts.views.blueprint import blueprint
from marketplace.config import EXPORTS_ADDRESS_MAX
from marketplace.kernel import scope
from marketplace.kernel.limits import HOUR, Bound, per_address
from marketplace.kernel.policy import allow


@blueprint.get("/account/my-data.json")
@allow(SIGNED_IN)
@per_address(Bound("my_data", EXPORTS_ADDRESS_MAX, HOUR))
def my_data() -> Response:
    """What `lumbung export-person` prints, for her own user."""
    with scope.everything():  # she may work in several cooperatives, and each row is found by her own ids
        document = export_of(find_person(current_user.id))
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    return Response(
        text, mimetype="application/json", headers={"Content-Disposition": "attachment; filename=my-data.json"}
    )
