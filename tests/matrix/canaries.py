"""Canaries: a text of its own in every personal field of every row, and where one sings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapper

from marketplace.kernel.db import Base, db
from marketplace.kernel.journal.recorder import row_key
from marketplace.kernel.keyring import all_fields
from marketplace.kernel.personal import Field, FieldUnreadable, Personal, PersonalNumber, opened
from tests.matrix.insides import texts

CANARY = re.compile(r"kanari(\d{5})x|\+62811(\d{5})")
STORED = re.compile(rb"v1\.[0-9a-f]{8}\.[A-Za-z0-9_=-]+")
# Too short to be told from anything else: a letter, a year.
MUTE = 12
# A JSON list of names that their owners agreed to publish, planted through the member's own name.
BY_OTHER_WAYS = {"catalogue_stock.names"}


@dataclass(frozen=True)
class Planted:
    """Where a canary sits: the field, as table and column, and the row."""

    place: str
    row: str


class Aviary:
    """All canaries by number."""

    def __init__(self) -> None:
        self.planted: dict[int, Planted] = {}
        self.empty: list[str] = []

    def plant(self) -> None:
        """Put one into every personal field of every row; `empty` names the fields of tables without a row."""
        for field in all_fields():
            if field.type.place in BY_OTHER_WAYS or not _sings(field.type):
                continue
            rows = db.session.scalars(select(_mapper(field).class_)).unique().all()
            if not rows:
                self.empty.append(field.type.place)
            for row in rows:
                number = len(self.planted) + 1
                self.planted[number] = Planted(field.type.place, row_key(row))
                setattr(row, field.name, _song(field, number))
        db.session.flush()

    def heard(self, text: str) -> set[int]:
        """The numbers of the canaries in a text."""
        return {int(match[1] or match[2]) for match in CANARY.finditer(text)} & self.planted.keys()

    def heard_in(self, data: bytes) -> set[int]:
        """The same in bytes of any kind: what a PDF draws and holds, what an archive holds."""
        return self.heard("\n".join(texts(data)))

    def of_rows(self, rows: set[tuple[str, str]]) -> set[int]:
        """The canaries in some rows, named by table and key."""
        return {number for number, it in self.planted.items() if (it.place.split(".")[0], it.row) in rows}

    def places(self, numbers: set[int]) -> set[str]:
        """The fields some canaries sit in."""
        return {self.planted[number].place for number in numbers}


def readable(data: bytes) -> Iterator[str]:
    """What the house's keys make of every stored form in a file's bytes, free pages and all."""
    places = [field.type.place for field in all_fields()]
    for match in set(STORED.findall(data)):
        for place in places:
            try:
                yield opened(match.decode(), place)
            except (FieldUnreadable, UnicodeError):
                continue


def _sings(type_: Personal) -> bool:
    return not isinstance(type_, PersonalNumber) and (type_.length is None or type_.length >= MUTE)


def _song(field: Field, number: int) -> str:
    if field.name == "phone":
        return f"+62811{number:05}"
    song = f"kanari{number:05}x"
    return f"{song}@example.org" if field.name.endswith("email") else song


def _mapper(field: Field) -> Mapper[Any]:
    return next(it for it in Base.registry.mappers if it.local_table is field.column.table)
