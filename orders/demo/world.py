"""What the demo's history is made in: the cooperatives with their people, and a timeline that plays in order."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation, Role, User
from marketplace.catalogue.listings import PhotoFile
from marketplace.catalogue.models import Listing
from marketplace.kernel import clock
from orders.demo.places import Place
from producers.cooperatives.models import Certificate, Member
from producers.materials.models import Supplier

DAYS = 360
"""How far back the history reaches."""

Act = Callable[[], None]


@dataclass(slots=True)
class Picture:
    """A drawn picture that a listing will show, and how its colour is called."""

    colour: str
    file: PhotoFile | None


@dataclass(slots=True)
class Coop:
    """One cooperative at work."""

    place: Place
    organisation: Organisation
    manager: Actor
    bookkeeper: Actor
    members: list[Member]
    supplier: Supplier
    certificate: Certificate
    pictures: Iterator[Picture]
    listings: list[Listing] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """The demo so far: its chance (seeded), its day zero, its people and what is still to happen."""

    random: Random
    now: datetime
    operator: Actor
    coops: list[Coop] = field(default_factory=list)
    rates_on: dict[str, date] = field(default_factory=dict)
    _order: Iterator[int] = field(default_factory=count)
    _waiting: list[tuple[date, int, Act]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day on which the demo is made."""
        return self.now.date()

    def on(self, days_ago: int, act: Act) -> None:
        """Let something happen so many days before today; what would lie in the future does not happen."""
        if days_ago >= 0:
            heapq.heappush(self._waiting, (self.today - timedelta(days=days_ago), next(self._order), act))

    def in_days(self, days: int, act: Act) -> None:
        """Let something follow, some days after what happens now."""
        self.on((self.today - clock.today()).days - days, act)

    def play(self) -> Iterator[date]:
        """Play everything in the order of its day; each act stands at its own moment of that day."""
        while self._waiting:
            day, place, act = heapq.heappop(self._waiting)
            moment = datetime.combine(day, time(8, tzinfo=UTC)) + timedelta(seconds=place % 28_000)
            with clock.at(min(moment, self.now)):
                act()
            yield day


def actor_of(user: User, organisation: Organisation, role: str) -> Actor:
    """The user at work under one role."""
    return Actor(user.id, organisation.id, frozenset({Role(role)}))
