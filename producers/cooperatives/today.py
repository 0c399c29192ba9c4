"""What the console's first page is put together from: each part says what it knows, and knows nothing of the page.

A part registers providers in its init_app. Each is asked with the organisation and gives what stands there now:

    today.add_duties(app, duties)      what waits for somebody: one line, one verb
    today.add_debts(app, debts)        money the cooperative still owes
    today.add_running(app, running)    lots that are being worked on
    today.add_first_steps(app, steps)  what a new cooperative does first

A line is shown to whoever may open the page behind its verb.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from flask import Flask, current_app

from marketplace.accounts.console import may_open
from marketplace.accounts.models import Organisation

KEY = "today"
FAR = date.max


@dataclass(frozen=True, slots=True)
class Duty:
    """`count` things of one kind that wait since the day `since`; the verb leads to `endpoint`.

    `hint` says of the oldest from whom it is, or by when it is due.
    """

    count: int
    what: str
    verb: str
    endpoint: str
    since: date | None = None
    hint: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Debt:
    """An amount owed to somebody (`to`), for something, by a day; `endpoint` is where it is paid."""

    to: str
    what: str
    amount_minor: int
    endpoint: str
    due: date | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A lot of which some is out: in whose hands, how much was given out and is still there, in base units."""

    number: str
    name: str
    hands: str
    given_out: int
    still_out: int
    unit: str
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing that a new cooperative does before its first receipt, in `order`."""

    order: int
    is_done: bool
    what: str
    why: str
    verb: str
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)


Line = TypeVar("Line", Duty, Debt, Running, FirstStep)
Provider = Callable[[Organisation], Iterable[Line]]


def add_duties(app: Flask, provider: Provider[Duty]) -> None:
    """Let a part say what waits for somebody."""
    _add(app, Duty, provider)


def add_debts(app: Flask, provider: Provider[Debt]) -> None:
    """Let a part say what money is owed."""
    _add(app, Debt, provider)


def add_running(app: Flask, provider: Provider[Running]) -> None:
    """Let a part say which lots are in work."""
    _add(app, Running, provider)


def add_first_steps(app: Flask, provider: Provider[FirstStep]) -> None:
    """Let a part say what a new cooperative does first."""
    _add(app, FirstStep, provider)


def duties(organisation: Organisation) -> list[Duty]:
    """What waits for the reader, the oldest first, then by what the parts' order is."""
    return sorted(_shown(Duty, organisation), key=lambda duty: duty.since or FAR)


def debts(organisation: Organisation) -> list[Debt]:
    """What the cooperative owes, the earliest due first."""
    return sorted(_shown(Debt, organisation), key=lambda debt: debt.due or FAR)


def running(organisation: Organisation) -> list[Running]:
    """The lots in work, as their parts list them."""
    return _shown(Running, organisation)


def first_steps(organisation: Organisation) -> list[FirstStep]:
    """All first steps in order, done or not."""
    return sorted(_shown(FirstStep, organisation), key=lambda step: step.order)


def _add(app: Flask, kind: type[Any], provider: Provider[Any]) -> None:
    app.extensions.setdefault(KEY, {}).setdefault(kind, []).append(provider)


def _shown(kind: type[Line], organisation: Organisation) -> list[Line]:
    providers: list[Provider[Line]] = current_app.extensions.get(KEY, {}).get(kind, [])
    return [line for provider in providers for line in provider(organisation) if may_open(line.endpoint)]
