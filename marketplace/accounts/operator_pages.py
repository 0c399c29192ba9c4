"""The operator's own list of pages and what waits for her: parts above add theirs in their init_app."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, request, url_for

KEY = "operator_pages"
DUTIES = "operator_duties"
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OperatorDuty:
    """`count` things of one kind that wait, the oldest since the moment `since`; the verb leads to `endpoint`."""

    count: int
    what: str
    verb: str
    endpoint: str
    since: datetime | None = None
    hint: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


Provider = Callable[[], Iterable[OperatorDuty]]


def init_app(app: Flask) -> None:
    """Give templates the list."""
    app.jinja_env.globals["operator_pages"] = operator_pages


def add_page(app: Flask, label: Any, endpoint: str, *, order: int) -> None:
    """Hang a page `/operator/…` on the list; `label` is a lazy sentence."""
    app.extensions.setdefault(KEY, []).append((order, endpoint, label))


def add_duties(app: Flask, provider: Provider) -> None:
    """Let a part say what waits for the operator."""
    app.extensions.setdefault(DUTIES, []).append(provider)


def operator_pages() -> list[dict[str, Any]]:
    """The pages in order, each with url, name and whether it is the one shown."""
    kept = sorted(current_app.extensions.get(KEY, []), key=lambda page: page[0])
    return [
        {"url": url_for(endpoint), "name": label, "current": _holds(url_for(endpoint))}
        for _order, endpoint, label in kept
    ]


def operator_duties() -> list[OperatorDuty]:
    """What waits for the operator, the oldest first."""
    providers: list[Provider] = current_app.extensions.get(DUTIES, [])
    return sorted((duty for provider in providers for duty in provider()), key=lambda duty: duty.since or FAR)


def _holds(url: str) -> bool:
    """Whether the page shown lies at the address or below it; the first page holds only itself."""
    return request.path == url or (not url.endswith("/") and request.path.startswith(url))
