"""Statements that go to the database together: a far one is asked once for all of them, not once for each.

PostgreSQL's pipeline mode. SQLite lies beside us, and there nothing changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from marketplace.kernel.db import db, is_postgresql


@contextmanager
def together() -> Iterator[None]:
    """Within the block the session's statements go out without waiting; what the database refuses is raised at its end.

    For statements whose answers nobody reads before: of a row that is read back nothing has come yet.
    """
    if not is_postgresql():
        yield
        return
    import psycopg  # a house on SQLite does without it

    connection = db.session.connection()
    try:
        with _driver(connection).pipeline():
            yield
    except psycopg.Error as error:
        dialect = connection.dialect
        told: Any = error
        is_lost = dialect.is_disconnect(told, _driver(connection), None)
        if is_lost:
            connection.invalidate(error)  # as a statement of its own would have: nothing more is asked of it
        raise DBAPIError.instance(
            None,
            None,
            told,
            psycopg.Error,
            hide_parameters=True,
            dialect=dialect,
            connection_invalidated=is_lost,
        ) from error


def with_commit(connection: Connection) -> None:
    """From here on statements go out together with the COMMIT; call it right before, where nothing is read any more."""
    if connection.dialect.name == "postgresql":
        _driver(connection).end_together()


def rows_touched(sent: CursorResult[Any]) -> int:
    """How many rows a statement sent in a block has written, once the block is over."""
    return sent.rowcount if sent.rowcount >= 0 else int(sent.context.cursor.rowcount)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
