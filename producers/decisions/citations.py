"""What rests on a decision: each part that cites decisions says how many of its records do.

citations.add(app, lambda decision_id: [Citing(_("work records"), 12)])
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app

KEY = "decision_citations"


@dataclass(frozen=True, slots=True)
class Citing:
    """A number of records of one kind, in words, that cite the decision."""

    what: str
    count: int


Provider = Callable[[str], Iterable[Citing]]


def add(app: Flask, provider: Provider) -> None:
    """Let a part say what of its own cites a decision, given its id."""
    app.extensions.setdefault(KEY, []).append(provider)


def citing(decision_id: str) -> list[Citing]:
    """Everything that cites the decision, without kinds at zero."""
    providers: list[Provider] = current_app.extensions.get(KEY, [])
    return [each for provider in providers for each in provider(decision_id) if each.count]
