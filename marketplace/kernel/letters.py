"""Letters that leave once, however often their handler runs; who was written to is not kept."""

from datetime import datetime, timedelta
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, Update, and_, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from marketplace.config import LETTER_SECONDS_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Instant, begin_writing, db, is_postgresql
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.mail import Letter, send
from marketplace.kernel.plain import run, write

KEY_LENGTH = 120


class BeingSent(Unavailable):
    """Another worker is sending this letter now; the outbox asks again."""

    code = "letter_being_sent"
    message = _l("This letter is on its way already.")


class SentLetter(Base):
    """A letter by what it is about, such as order.paid:<id>; `claimed_at` alone while it is on its way."""

    __tablename__ = "mail_sent_letter"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


def send_once(key: str, letter: Letter) -> bool:
    """Send a letter unless the one with this key has left; whether it left now.

    Commits before, so that no lock is held while a mail server thinks; that it has left the caller commits right
    after. A letter that cannot be handed over raises OSError and may be tried again; one cut off between server and
    commit goes out again under the same Message-ID, so that a reader's mailbox knows it. Raises BeingSent while
    another worker sends it.
    """
    if not _claim(key):
        return False
    try:
        send(letter, key=key)
    except BaseException:
        _note(key, "claimed_at", None)
        db.session.commit()
        raise
    _note(key, "sent_at", clock.now())
    return True


def _claim(key: str) -> bool:
    """Whether the letter is now ours to send; False where it has left."""
    begin_writing()
    moment = clock.now()
    when = {"of_letter": key, "now": moment, "stale": moment - timedelta(seconds=LETTER_SECONDS_MAX)}
    is_ours = run(_claiming(is_postgresql()), when).first() is not None
    has_left = not is_ours and db.session.scalar(select(SentLetter.sent_at).where(SentLetter.key == key)) is not None
    db.session.commit()
    if not is_ours and not has_left:
        raise BeingSent
    return is_ours


@cache
def _claiming(on_postgresql: bool) -> ReturningInsert[tuple[str]]:
    now, stale = bindparam("now", type_=Instant), bindparam("stale", type_=Instant)
    free = or_(SentLetter.claimed_at.is_(None), SentLetter.claimed_at <= stale)
    insert = postgresql.insert if on_postgresql else sqlite.insert
    claim = insert(SentLetter.__table__).values(key=bindparam("of_letter"), claimed_at=now)  # type: ignore[arg-type]
    claim = claim.on_conflict_do_update(
        index_elements=["key"], set_={"claimed_at": now}, where=and_(SentLetter.sent_at.is_(None), free)
    )
    return claim.returning(SentLetter.key)


def _note(key: str, column: str, at: datetime | None) -> None:
    write(_noting(column), {"of_letter": key, "at": at})


@cache
def _noting(column: str) -> Update:
    return (
        update(SentLetter)
        .where(SentLetter.key == bindparam("of_letter"))
        .values({column: bindparam("at", type_=Instant)})
    )
