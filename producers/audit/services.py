"""The only writer of looks."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Role
from marketplace.config import LOOK_QUIET_MINUTES
from marketplace.kernel import clock
from marketplace.kernel.db import db, only_read
from producers.audit.models import Look

# Of several roles the one that says most about why she looks.
BY_DISTANCE = (Role.AUDITOR, Role.BOARD, Role.CASE_HANDLER, Role.MANAGER, Role.BOOKKEEPER, Role.COLLECTOR, Role.MEMBER)


def note_looks(actor: Actor, what: str, subjects: Collection[tuple[str, str]]) -> int:
    """Note that a person looks at (member id, subject id) pairs, before she is answered; the number noted.

    It has a short transaction of its own, beside the reading one, so that a look is kept whatever becomes of the
    answer (DESIGN.md §7). The same look within LOOK_QUIET_MINUTES is noted once. Refuses nothing; a program's own
    look (no user) is nobody's.
    """
    if actor.user_id is None or actor.organisation_id is None or not subjects:
        return 0
    moment = clock.now()
    only_read(False)
    try:
        with db.session.session_factory.begin() as session:
            recent = session.execute(
                select(Look.member_id, Look.subject_id).where(
                    Look.user_id == actor.user_id,
                    Look.what == what,
                    Look.at > moment - timedelta(minutes=LOOK_QUIET_MINUTES),
                )
            )
            known = {(member_id, subject_id) for member_id, subject_id in recent}
            fresh = sorted(set(subjects) - known)
            session.add_all(
                Look(
                    organisation_id=actor.organisation_id,
                    user_id=actor.user_id,
                    role=_role(actor),
                    member_id=member_id,
                    what=what,
                    subject_id=subject_id,
                    at=moment,
                )
                for member_id, subject_id in fresh
            )
    finally:
        only_read(True)
    return len(fresh)


def _role(actor: Actor) -> str:
    return next((role.value for role in BY_DISTANCE if role in actor.roles), "")
