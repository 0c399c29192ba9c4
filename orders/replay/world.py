"""What a replay has to hand: organisations and people by the names that the events call them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from producers.cooperatives.models import Member
from producers.lots.models import Lot

Event = Mapping[str, Any]


class UnknownName(Invalid):
    """An event names something that no earlier event made."""

    code = "replay_unknown_name"
    message = _l("Nothing before this event is called %(name)s.")


class UnknownEvent(Invalid):
    """An event of a type that nothing here plays."""

    code = "replay_unknown_event"
    message = _l("Event %(event)s is of the unknown type %(type)s. Correct its type, or leave it out.")


class EventIncomplete(Invalid):
    """An event without a field that its type needs, or with one that cannot be read."""

    code = "replay_event_incomplete"
    message = _l("Event %(event)s lacks %(what)s, or it cannot be read.")


class EventRefused(Conflict):
    """A service refused what an event asks for."""

    code = "replay_event_refused"
    message = _l("Event %(event)s was refused: %(reason)s")


class NotEmpty(Conflict):
    """A replay begins with nothing."""

    code = "replay_needs_empty_database"
    message = _l("A replay needs an empty database. Name a new one in DATABASE_URL, or leave it unset.")


class NotMigrated(Conflict):
    """The database has no tables yet."""

    code = "replay_needs_tables"
    message = _l("The database has no tables yet. Run: lumbung db upgrade")


class FileUnreadable(Invalid):
    """The file does not hold events."""

    code = "replay_file_unreadable"
    message = _l("%(name)s cannot be read as events: a JSON file with 'inputs' and its 'events' is needed.")


@dataclass(slots=True)
class World:
    """The replay's own memory between events; everything else lies in the database."""

    inputs: Event
    platform: Organisation
    cooperatives: dict[str, Organisation]
    members: dict[str, Member]
    preparer: Actor
    approver: Actor
    receipts: dict[str, Any] = field(default_factory=dict)

    @property
    def events(self) -> Sequence[Event]:
        """All events, in the order of the file."""
        events: Sequence[Event] = self.inputs["events"]
        return events

    def organisation(self, name: str) -> Organisation:
        """The platform or a cooperative; refuses a name it does not know."""
        found = self.platform if name == self.platform.slug else self.cooperatives.get(name)
        if found is None:
            raise UnknownName(name=name)
        return found

    def member(self, name: str) -> Member:
        """A member by her number; refuses a name it does not know."""
        if name not in self.members:
            raise UnknownName(name=name)
        return self.members[name]

    def lot(self, number: str, cooperative: Organisation | None = None) -> Lot:
        """A lot by its number, which is told apart by cooperative where one is named; refuses an unknown one."""
        query = select(Lot).where(Lot.number == number)
        if cooperative:
            query = query.where(Lot.organisation_id == cooperative.id)
        lot = db.session.scalars(query.order_by(Lot.id)).first()
        if lot is None:
            raise UnknownName(name=number)
        return lot


Handler = Callable[[World, Event], None]


def day(text: str) -> date:
    """A date as the events write it."""
    return date.fromisoformat(text)
