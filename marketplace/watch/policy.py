"""Who may read the metrics: whoever holds METRICS_TOKEN; without the setting nobody."""

import hmac
from dataclasses import dataclass
from typing import Any

from flask import current_app, request

from marketplace.kernel.errors import NotFound


@dataclass(frozen=True)
class MetricsToken:
    """The bearer token of the setting METRICS_TOKEN; to others the address does not exist."""

    name: str = "metrics token"

    def check(self, view_args: dict[str, Any]) -> None:
        """Refuse everybody else, in constant time."""
        token: str = current_app.config["METRICS_TOKEN"]
        given = request.headers.get("Authorization", "")
        if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise NotFound


METRICS_TOKEN = MetricsToken()
