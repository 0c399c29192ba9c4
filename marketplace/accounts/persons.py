"""One person throughout the house: the rows that are about her, and what she did herself.

A row is about a person where it is one of her own (a user, a member, an order, an invitation, a supplier), where it
names her under one of ABOUT, or where its model says whose it is: `belongs_to = "payslip_id"`. Any other reference to
her user, such as `approved_by`, is something she did to another's row: its id is told, not what stands in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, select
from sqlalchemy.orm import Mapper

from marketplace.accounts.models import Token, User
from marketplace.kernel.db import Base, db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.journal.canonical import JSONValue, json_value
from marketplace.kernel.journal.recorder import row_key
from marketplace.kernel.personal import personal_fields

ERASED = "—"
"""What stands where a name must stand and none is kept."""

# What a person's own id may be, and how other rows name it. The tables of upper floors are known by name alone.
ROOTS = ("account_user", "coop_member", "material_supplier", "checkout_order", "account_invitation")
ABOUT = frozenset({"user_id", "member_id", "owner_member_id", "supplier_id", "accepted_by"})
KEY = "persons"
SECRET_ENDINGS = ("_hash", "_index", "secret", "token")


class NobodyKnown(NotFound):
    """No user, member, supplier, order or invitation has this id."""

    code = "person_unknown"
    message = _l("Nobody is known by this id. Give that of a user, a member, a supplier, an order or an invitation.")


@dataclass(slots=True)
class Person:
    """Everything found of one person: row objects by table, and what she did as (table, row, as what)."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    acts: list[dict[str, str]] = field(default_factory=list)

    def add(self, row: Any) -> bool:
        """Note a row about her; whether it is new."""
        known = self.rows.setdefault(row.__tablename__, {})
        key = row_key(row)
        if key in known:
            return False
        known[key] = row
        return True

    def of(self, table: str) -> list[Any]:
        """Her rows of one table, by key."""
        return [row for _key, row in sorted(self.rows.get(table, {}).items())]

    def ids(self, table: str) -> set[str]:
        """The keys of her rows of one table."""
        return set(self.rows.get(table, {}))


class Part(Protocol):
    """What a part of the house says when a person is to be erased: a module `erasing` with these two."""

    def refusals(self, person: Person) -> Iterable[str]:
        """A sentence for each thing that stands in the way."""

    def removals(self, person: Person) -> Iterable[str]:
        """Do what is the part's own; a sentence for each thing done, or kept and why."""


def register(app: Flask, part: Part) -> None:
    """Have a part asked before a person is erased, and then do what is its own."""
    app.extensions.setdefault(KEY, []).append(part)


def parts() -> list[Part]:
    """The registered parts, in the order of their floors."""
    return list(current_app.extensions[KEY])


def find_person(id_: str) -> Person:
    """Everything about the person with this id, whichever of ROOTS it is an id of; NobodyKnown otherwise."""
    person = Person()
    for mapper in _mappers():
        if str(mapper.local_table) in ROOTS:
            row = db.session.get(mapper.class_, id_)
            if row is not None:
                _follow(person, row)
    if not person.rows:
        raise NobodyKnown
    _add_belongings(person)
    _add_acts(person)
    return person


def told(row: Any) -> dict[str, JSONValue]:
    """A row as JSON, personal fields plain; secrets that only a program reads are left out."""
    names = [column.key for column in row.__mapper__.column_attrs]
    return {name: json_value(getattr(row, name)) for name in names if not name.endswith(SECRET_ENDINGS)}


def _follow(person: Person, root: Any) -> None:
    """From one of her own rows to the others: her user's members and orders, and all that names either."""
    if not person.add(root):
        return
    for token in db.session.scalars(select(Token).where(Token.subject_id == root.id)):
        person.add(token)
    for row in _same_person(root):
        _follow(person, row)
    for mapper, column in _references(root.__tablename__):
        if column in ABOUT:
            for row in db.session.scalars(select(mapper.class_).where(getattr(mapper.class_, column) == root.id)):
                if str(mapper.local_table) in ROOTS:
                    _follow(person, row)
                else:
                    person.add(row)


def _same_person(root: Any) -> Iterator[Any]:
    """Her user; and rows of nobody's account with the e-mail address that is proven to be hers.

    Whoever types an address into a form has not shown that it is hers. So an unconfirmed one leads nowhere, an order
    leads to other orders with the same address alone, and nothing leads from an address to an account.
    """
    user_id = getattr(root, "user_id", None)
    if user_id:
        yield db.session.get_one(User, user_id)
    if isinstance(root, User):
        yield from _written_to(root.email if root.email_confirmed_at else None, ROOTS)
    elif root.__tablename__ == "checkout_order" and user_id is None:
        yield from _written_to(root.buyer_email, ("checkout_order",))


def _written_to(address: str | None, tables: Sequence[str]) -> Iterator[Any]:
    """The rows of some tables that hold an e-mail address and belong to no account."""
    for mapper in _mappers() if address else ():
        table = mapper.local_table
        if str(table) not in tables or mapper.class_ is User or not isinstance(table, Table):
            continue
        for each in personal_fields([table]):
            if each.name.endswith("email"):
                written = getattr(mapper.class_, each.name)
                query = select(mapper.class_.id, written).where(written.is_not(None))
                if "user_id" in table.columns:
                    query = query.where(mapper.class_.user_id.is_(None))
                for id_, found in db.session.execute(query):
                    if found == address:
                        yield db.session.get_one(mapper.class_, id_)


def _add_belongings(person: Person) -> None:
    """Rows that say whose they are by another row, such as the items of a payslip; two steps at most."""
    for _step in range(2):
        for mapper in _mappers():
            column = getattr(mapper.class_, "belongs_to", None)
            if column is None:
                continue
            owners = person.ids(next(iter(mapper.local_table.c[column].foreign_keys)).column.table.name)
            query = select(mapper.class_).where(getattr(mapper.class_, column).in_(owners))
            for row in db.session.scalars(query) if owners else ():
                person.add(row)


def _add_acts(person: Person) -> None:
    users = person.ids("account_user")
    for mapper, column in _references("account_user"):
        if column in ABOUT or not users:
            continue
        query = select(mapper.class_).where(getattr(mapper.class_, column).in_(users))
        for row in db.session.scalars(query).unique():
            if row_key(row) not in person.ids(row.__tablename__):
                person.acts.append({"table": row.__tablename__, "row": row_key(row), "as": column})


def _references(table: str) -> Iterator[tuple[Mapper[Any], str]]:
    """Every mapped column that is a foreign key to the table, by table and name."""
    for mapper in _mappers():
        for column in mapper.local_table.columns:
            if any(key.column.table.name == table for key in column.foreign_keys):
                yield mapper, column.name


def _mappers() -> list[Mapper[Any]]:
    return sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table))
