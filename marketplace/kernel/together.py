"""Statements that go to the database together: a far one is asked once for all of them, not once for each.

PostgreSQL's pipeline mode. SQLite lies beside us, and there nothing changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from marketplace.kernel.db import is_postgresql
from marketplace.kernel.driver import refused, session_connection


@contextmanager
def together() -> Iterator[None]:
    """Within the block the session's statements go out without waiting; what the database refuses is raised at its end.

    For statements whose answers nobody reads before: of a row that is read back nothing has come yet.
    """
    if not is_postgresql():
        yield
        return
    import psycopg  # a house on SQLite does without it

    connection = session_connection()
    try:
        with _driver(connection).pipeline():
            yield
    except psycopg.Error as error:
        raise refused(connection, error) from error


def with_commit(connection: Connection) -> None:
    """From here on statements go out together with the COMMIT; call it right before, where nothing is read any more."""
    if connection.dialect.name == "postgresql":
        _driver(connection).end_together()


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
