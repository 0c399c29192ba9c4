"""Who may use a route: declared beside the view, listed by `lumbung routes`, denied where nothing is declared.

A rule is asked before the view runs. It answers by returning, or raises SignInNeeded, NotAllowed, or NotFound
where even the existence of the thing is none of the reader's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from flask import Flask, current_app, request

from marketplace.kernel.errors import NotFound

View = TypeVar("View", bound=Callable[..., Any])


class Rule(Protocol):
    """A named condition on the reader."""

    @property
    def name(self) -> str:
        """What `lumbung routes` prints, such as 'manager, bookkeeper of <slug>'."""

    def check(self, view_args: dict[str, Any]) -> None:
        """Return when the reader may go on; raise a LumbungError otherwise."""


@dataclass(frozen=True)
class Public:
    """Anybody."""

    name: str = "public"

    def check(self, view_args: dict[str, Any]) -> None:
        """Let everybody through."""


@dataclass(frozen=True)
class Link:
    """Whoever holds the secret in the address; the view looks it up and answers 404 where it is unknown."""

    name: str = "link"

    def check(self, view_args: dict[str, Any]) -> None:
        """Let everybody through: the view's query is the check."""


PUBLIC = Public()
LINK = Link()


def allow(rule: Rule) -> Callable[[View], View]:
    """Declare who may use the view."""

    def mark(view: View) -> View:
        view.policy_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule declared for an endpoint, or None where nothing is declared."""
    view = app.view_functions.get(endpoint)
    rule: Rule | None = getattr(view, "policy_rule", None)
    if rule is None:
        view_class = getattr(view, "view_class", None)
        rule = getattr(view_class, "policy_rule", None)
    return rule


def init_app(app: Flask) -> None:
    """Ask the rule before every view; deny where none is declared."""
    setattr(app.view_functions["static"], "policy_rule", PUBLIC)  # noqa: B010 - a function has no such field
    app.before_request(_enforce)


def _enforce() -> None:
    endpoint = request.endpoint
    if endpoint is None:
        return
    rule = rule_of(current_app, endpoint)
    if rule is None:
        raise NotFound
    rule.check(request.view_args or {})
