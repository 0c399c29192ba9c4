"""Lists in pages: which one the reader asks for, how many there are, where the others stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.config import PAGE_SIZE
from marketplace.kernel.db import db

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list; `number` counts from one, `total` is of all items."""

    items: Sequence[Item]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def count(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @staticmethod
    def url(number: int) -> str:
        """The address of another page of the list that is shown."""
        arguments: dict[str, Any] = {**request.args.to_dict(), **(request.view_args or {}), "page": number}
        return url_for(request.endpoint or "", **arguments)


def page_asked() -> int:
    """The page number in the address; the first where it is none, or none that can be."""
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def paged(query: Select[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """A page of the query's rows, counted in the same statement; a page beyond the last is empty."""
    counted = query.add_columns(func.count().over().label("rows_in_all")).limit(size).offset((number - 1) * size)
    rows = db.session.execute(counted).unique().all()
    items = [row[0] if len(row) == 2 else row[:-1] for row in rows]
    return Page(items, number, rows[0][-1] if rows else 0, size)


def paged_by_name(
    query: Select[Any], key: InstrumentedAttribute[str], ids: Sequence[str], number: int, size: int = PAGE_SIZE
) -> Page[Any]:
    """A page of the query's rows in the order of `ids`, which are values of `key` (see `personal.by_name`)."""
    shown = ids[(number - 1) * size : number * size]
    place = {each: at for at, each in enumerate(shown)}
    rows = db.session.execute(query.add_columns(key).where(key.in_(shown))).unique().all()
    items = [row[0] if len(row) == 2 else row[:-1] for row in sorted(rows, key=lambda row: place[row[-1]])]
    return Page(items, number, len(ids), size)
