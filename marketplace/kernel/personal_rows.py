"""Stored personal fields, row by row: for migrations that begin to encrypt a column, and for a change of keys.

It reads and writes what stands in the table, past the models; no event is written, since a personal field is in no
digest.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, String, bindparam, column, func, inspect, or_, select, table, update

from marketplace.kernel.personal import INDEX_SUFFIX, index_of, opened, sealed

Change = Callable[[str, str], str]


def seal_rows(connection: Connection, name: str, columns: Sequence[str]) -> int:
    """Encrypt columns that stood plain until now; how many rows."""
    return rewrite_rows(connection, name, columns, sealed)


def open_rows(connection: Connection, name: str, columns: Sequence[str]) -> int:
    """Write columns plain again that were encrypted; how many rows."""
    return rewrite_rows(connection, name, columns, opened)


def rewrite_rows(connection: Connection, name: str, columns: Sequence[str], change: Change) -> int:
    """Replace what is stored in the columns by `change(stored, place)`, where it is another text; how many rows."""
    keys = inspect(connection).get_pk_constraint(name)["constrained_columns"]
    rows = table(name, *(column(each) for each in (*keys, *columns)))
    held = or_(*(rows.c[each].is_not(None) for each in columns))
    written = update(rows).where(*(rows.c[key] == bindparam(f"key_{key}") for key in keys))
    written = written.values({each: bindparam(f"new_{each}", type_=String) for each in columns})
    changes = []
    for row in connection.execute(select(*rows.c).where(held)).mappings().all():
        new = {each: None if row[each] is None else change(str(row[each]), f"{name}.{each}") for each in columns}
        if any(new[each] != row[each] for each in columns):
            changes.append({f"key_{key}": row[key] for key in keys} | {f"new_{each}": new[each] for each in columns})
    if changes:
        connection.execute(written, changes)
    return len(changes)


def index_rows(connection: Connection, name: str, column_name: str) -> int:
    """Work out again, under the newest key, what an encrypted column is found by; how many rows have it."""
    place, index = f"{name}.{column_name}", column_name + INDEX_SUFFIX
    keys = inspect(connection).get_pk_constraint(name)["constrained_columns"]
    rows = table(name, *(column(each) for each in (*keys, column_name, index)))
    written = update(rows).where(*(rows.c[key] == bindparam(f"key_{key}") for key in keys))
    written = written.values({index: bindparam("new", type_=String)})
    changes = [
        {f"key_{key}": row[key] for key in keys} | {"new": index_of(opened(row[column_name], place), place)}
        for row in connection.execute(select(*rows.c).where(func.length(rows.c[column_name]) > 0)).mappings().all()
    ]
    if changes:
        connection.execute(written, changes)
    return len(changes)
