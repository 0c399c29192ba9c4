"""Statements made once and sent for every order: what SQLAlchemy compiles is kept with how values are turned.

For a statement that is kept itself (`@cache`) and whose values are `bindparam`s; where a column is to be one of many
values that is `among`, since the text of an `in_` changes with its values.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Dialect,
    Result,
    Select,
    String,
    TextClause,
    bindparam,
)
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from marketplace.config import STATEMENTS_KEPT_MAX

Statement = Select[Any] | UpdateBase | TextClause
_Turn = Callable[[Any], Any]


class Made:
    """The text of a statement, how its values are turned for the driver, and how what the driver gives is read."""

    def __init__(self, compiled: SQLCompiler, types: Sequence[TypeEngine[Any]]) -> None:
        self.text = str(compiled)
        self._order = compiled.positiontup
        self._defaults = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        dialect = compiled.dialect
        turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        self._turns = [(name, turn) for name, turn in turns.items() if turn]
        self._types = [type_.dialect_impl(dialect) for type_ in types]
        self._shape: tuple[SimpleResultMetaData, list[tuple[int, _Turn]]] | None = None

    def given(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        full = {**self._defaults, **values}
        for name, turn in self._turns:
            full[name] = turn(full[name])
        return full if self._order is None else [full[name] for name in self._order]

    def read(self, rows: Sequence[Any], cursor: Any, dialect: Dialect) -> Result[Any]:
        """The rows that the driver's cursor gave, with what it tells of their columns."""
        if self._shape is None:  # the driver's own name and type of a column are known with the first answer
            self._shape = self._shape_of(cursor.description, dialect)
        names, turns = self._shape
        return IteratorResult(names, iter([_turned(list(row), turns) for row in rows] if turns else rows))

    def _shape_of(
        self, told: Sequence[Sequence[Any]], dialect: Dialect
    ) -> tuple[SimpleResultMetaData, list[tuple[int, _Turn]]]:
        kinds = zip(self._types, told, strict=True)
        turns = [type_.result_processor(dialect, column[1]) for type_, column in kinds]
        names = SimpleResultMetaData([column[0] for column in told])
        return names, [(place, turn) for place, turn in enumerate(turns) if turn]


def _turned(row: list[Any], turns: Sequence[tuple[int, _Turn]]) -> tuple[Any, ...]:
    for place, turn in turns:
        row[place] = turn(row[place])
    return tuple(row)


@lru_cache(STATEMENTS_KEPT_MAX)
def made(statement: Statement, dialect: Dialect) -> Made | None:
    """What is kept of a statement; None where its text follows its values, or Python itself fills a column."""
    if isinstance(statement, TextClause):  # it says nothing of types
        return None
    compiled = statement.compile(dialect=dialect)
    follows = compiled.post_compile_params or compiled.literal_execute_params or compiled.escaped_bind_names
    if follows or compiled.prefetch or any(bind.callable for bind in compiled.binds.values()):
        return None
    columns = list(statement.selected_columns) if isinstance(statement, Select) else compiled.effective_returning
    return Made(compiled, [column.type for column in columns or ()])


class _Many(TypeDecorator[Sequence[str]]):
    """Texts in one value: an array, or on SQLite, which has none, JSON."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(String))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return json.dumps(list(value)) if dialect.name == "sqlite" else list(value)


class among(ColumnElement[bool]):  # noqa: N801 - reads as the operator that it is
    """That a text column is one of the texts given under a name when the statement is sent; the text stays the same."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.given: BindParameter[Any] = bindparam(name, type_=_Many())

    def self_group(self, against: Any = None) -> "among":
        """Itself: as it stands, where SQLAlchemy would write `= 1` behind it and SQLite then reads the whole table."""
        return self


@compiles(among, "sqlite")
def _among_in_json(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, given = compiler.process(element.column, **how), compiler.process(element.given, **how)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - our own column


@compiles(among, "postgresql")
def _among_in_array(element: among, compiler: SQLCompiler, **how: Any) -> str:
    return f"{compiler.process(element.column, **how)} = ANY({compiler.process(element.given, **how)})"
