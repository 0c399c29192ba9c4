"""Personal fields: plain in the program, encrypted in the database, found again by a keyed index.

A model says `name: Mapped[str] = mapped_column(Personal(120))` and nothing else changes for its reader. What is stored
is AES-256-GCM under the newest of FIELD_KEYS, as `v1.<key id>.<nonce and ciphertext>`; table and column are
authenticated with it, so a phone number moved into a name is refused. Nothing and the empty text stay as they are.

What must be found by its value is `Personal(254, found=True)` with a column `<name>_index` beside it, which holds an
HMAC. `User.email == address` then asks the index, under every key. Nothing else can be asked of a personal column:
the database cannot sort or search what it cannot read, and a query that tries is refused when it is written.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from sqlalchemy import Column, ColumnElement, FromClause, Select, String, Table, Text, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from marketplace.kernel.db import db

VERSION = "v1"
NONCE_BYTES = 12
KEY_ID_DIGITS = 8
INDEX_DIGITS = 64
INDEX_SUFFIX = "_index"


class FieldTooLong(DontWrapMixin, OverflowError):
    """A text is longer than its column allows; the edge answers as to a number that is too wide."""


class FieldUnreadable(DontWrapMixin, RuntimeError):
    """A stored field was made under a key that FIELD_KEYS lacks, or was changed by hand."""


@dataclass(frozen=True, slots=True)
class FieldKey:
    """One of FIELD_KEYS with the keys made of it; `id` names it without telling anything of it."""

    id: str
    cipher: AESGCM
    index_key: bytes


@cache
def field_key(text: str) -> FieldKey:
    """The working keys of one master key, 32 bytes in hexadecimal (HKDF, RFC 5869)."""
    master = bytes.fromhex(text)
    key_id = _derived(master, "id")[: KEY_ID_DIGITS // 2].hex()
    return FieldKey(key_id, AESGCM(_derived(master, "cipher")), _derived(master, "index"))


def init_app(app: Flask) -> None:
    """Keep the keys of the app's settings, newest first."""
    app.extensions["field_keys"] = tuple(field_key(text) for text in app.config["FIELD_KEYS"])


def keys() -> tuple[FieldKey, ...]:
    """The present app's keys, newest first."""
    found: tuple[FieldKey, ...] = current_app.extensions["field_keys"]
    return found


def sealed(text: str, place: str) -> str:
    """The stored form of a text under the newest key; `place` is its table and column."""
    if text == "":
        return text
    newest, nonce = keys()[0], os.urandom(NONCE_BYTES)
    secret = nonce + newest.cipher.encrypt(nonce, text.encode(), place.encode())
    return f"{VERSION}.{newest.id}.{base64.urlsafe_b64encode(secret).decode()}"


def opened(stored: str, place: str) -> str:
    """The text of a stored form; FieldUnreadable where no key opens it or it belongs to another column."""
    if stored == "":
        return stored
    key = next((key for key in keys() if key.id == key_id_of(stored)), None)
    if key is None:
        raise FieldUnreadable(f"{place}: no key of FIELD_KEYS opens it (key {key_id_of(stored) or 'unknown'}).")
    try:
        secret = base64.urlsafe_b64decode(stored.split(".", 2)[2])
        return key.cipher.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise FieldUnreadable(f"{place}: it is not as it was written.") from error


def key_id_of(stored: str) -> str | None:
    """The id of the key a stored form was made under; None for what is no stored form."""
    version, _dot, rest = stored.partition(".")
    key_id, dot, _secret = rest.partition(".")
    return key_id if version == VERSION and dot and len(key_id) == KEY_ID_DIGITS else None


def index_of(text: str | None, place: str) -> str | None:
    """What is kept beside a field so that it can be found: an HMAC under the newest key; None for nothing."""
    return _index_under(keys()[0], text, place) if text else None


def indexes_of(text: str, place: str) -> list[str]:
    """What the field may be found under while keys are being changed: its HMAC under each."""
    return [_index_under(key, text, place) for key in keys()]


def _index_under(key: FieldKey, text: str, place: str) -> str:
    return hmac.new(key.index_key, f"{place}\0{text}".encode(), hashlib.sha256).hexdigest()


def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"lumbung field {purpose} v1".encode()).derive(master)


class Personal(TypeDecorator[str]):
    """A text that is personal: encrypted where it is stored, at most `length` characters where one is given.

    `found` says that a column `<name>_index` beside it holds what it is found by.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None, *, found: bool = False, place: str = "") -> None:
        super().__init__()
        # What is stored is longer than what it stands for, so the column itself has no length.
        self.impl = Text() if length is None else String()  # type: ignore[assignment]
        self.length = length
        self.found = found
        self.place = place  # table and column, told by the column itself when it joins its table

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        text = str(value)
        if self.length is not None and len(text) > self.length:
            raise FieldTooLong(f"{self.place} holds at most {self.length} characters.")
        return sealed(text, self.place)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else opened(value, self.place)

    class comparator_factory(TypeDecorator.Comparator[str]):  # noqa: N801 - the name SQLAlchemy looks for
        """Equality through the index; presence as it is; everything else refused."""

        def operate(self, op: operators.OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            """Build the expression, or refuse with TypeError."""
            if op in (operators.is_, operators.is_not):
                return super().operate(op, *other, **kwargs)
            column: Any = self.expr
            if op is operators.eq and column.type.found and isinstance(other[0], str):
                index: ColumnElement[str] = column.table.c[column.name + INDEX_SUFFIX]
                return index.in_(indexes_of(other[0], column.type.place))
            raise TypeError(f"{column} is encrypted: the database cannot compare or sort it.")


class PersonalNumber(Personal):
    """A whole number that is personal, such as a year of birth; its `length` is in digits."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else int(opened(value, self.place))


@event.listens_for(Column, "after_parent_attach")
def _tell_place(column: Column[Any], parent: object) -> None:
    if isinstance(column.type, Personal) and isinstance(parent, Table):
        column.type.place = f"{parent.name}.{column.name}"


@dataclass(frozen=True, slots=True)
class Field:
    """A personal column of a table."""

    column: Column[Any]
    type: Personal

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name


def personal_fields(tables: Iterable[Table]) -> list[Field]:
    """Every personal column of the tables, by table and name: the catalogue of what is held about people."""
    columns = [column for table in tables for column in table.columns]
    found = [Field(column, column.type) for column in columns if isinstance(column.type, Personal)]
    return sorted(found, key=lambda field: field.type.place)


def only_personal_changes(table: FromClause) -> str:
    """The SQL condition under which a row of an append-only table may change: in nothing but what is personal.

    So a name can be erased, or encrypted under a new key, where the fact itself stands for good.
    """
    personal = {column.name for column in table.columns if isinstance(column.type, Personal)}
    kept = [name for name in table.columns.keys() if name.removesuffix(INDEX_SUFFIX) not in personal]  # noqa: SIM118
    return " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in kept)


def by_name(query: Select[Any], *, sought: str = "") -> list[str]:
    """The ids of a query's rows of (id, name, more texts…) by name; with `sought`, of those with a text that holds it.

    The database cannot sort or search what it cannot read, so the names of one cooperative are opened and sorted here.
    """
    part = sought.casefold()
    rows = [(row[1].casefold(), row[0]) for row in db.session.execute(query) if _holds(row[1:], part)]
    return [id_ for _name, id_ in sorted(rows)]


def _holds(texts: Sequence[str], part: str) -> bool:
    return not part or any(part in text.casefold() for text in texts)
