"""What comes to the page that checks receipts."""

import re
from typing import Any

from marshmallow import post_load

from marketplace.kernel.forms import Form, Text

LAST_PART = re.compile(r"receipts/([A-Za-z0-9_-]{20,64})")


class Brought(Form):
    """A receipt's address, or the secret part of it alone."""

    token = Text(load_default="", max=300)

    @post_load
    def _secret_part(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        found = LAST_PART.search(data["token"])
        return data | {"token": found[1] if found else data["token"]}
