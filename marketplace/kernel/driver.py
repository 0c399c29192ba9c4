"""A statement handed to the database's driver itself: what the toolkit adds to each call costs several times as much.

What it adds and is needed stays: the transaction has begun, listeners to statements hear of this one too, and what
the driver refuses is raised as the toolkit would raise it.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.kernel.db import db

_CONNECTION = "driver_connection"


def session_connection() -> Connection:
    """The connection of the session's transaction, which begins where none has."""
    return connection_of(db.session())


def connection_of(session: Session) -> Connection:
    """What `session_connection` gives who has the session at hand."""
    found: Connection | None = session.info.get(_CONNECTION)
    return found if found is not None and found.in_transaction() else session.connection()


def send(connection: Connection, statement: str, values: Any, *, many: bool = False, own: bool = False) -> Any:
    """The driver's cursor after it executed a statement once, or where `many` for each of the values.

    The same statement's next turn takes the same cursor, so look at it before; one that is asked later has to be `own`.
    Raises what SQLAlchemy would, IntegrityError for instance.
    """
    dialect = connection.dialect
    assert connection.in_transaction(), "A statement past the toolkit begins no transaction."
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor() if own or dialect.name == "sqlite" else driver.cursor_for(statement)
    for heard in connection.dispatch.before_cursor_execute:
        heard(connection, cursor, statement, values, None, many)
    try:
        if many:
            cursor.executemany(statement, values)
        else:
            cursor.execute(statement, values)
    except dialect.loaded_dbapi.Error as error:
        raise refused(connection, error, statement, cursor) from error
    return cursor


def rows_of(connection: Connection, cursor: Any) -> list[Any]:
    """All rows a statement gave; SQLite finds most of them only now, so what goes wrong is told as `send` tells it."""
    try:
        return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        raise refused(connection, error, cursor=cursor) from error


def refused(connection: Connection, error: Any, statement: str | None = None, cursor: Any = None) -> DBAPIError:
    """What SQLAlchemy raises for an error of the driver; nothing more is asked of a connection that is lost."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.driver_connection, cursor)
    if is_lost:
        connection.invalidate(error)
    told: DBAPIError = DBAPIError.instance(
        statement,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        dialect=dialect,
        connection_invalidated=is_lost,
    )
    return told


@event.listens_for(db.session, "after_begin")
def _on_begin(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    session.info[_CONNECTION] = connection


@event.listens_for(db.session, "after_transaction_create")
def _on_create(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:  # its SAVEPOINT is set when it is first asked for its connection
        session.info.pop(_CONNECTION, None)


@event.listens_for(db.session, "after_transaction_end")
def _on_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CONNECTION, None)
