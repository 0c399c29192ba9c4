"""A cooperative with people in every role, and a foreign one beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import inspect

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Organisation, Role
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.factories.accounts import make_organisation, make_person
from tests.queries import count_queries

Made = TypeVar("Made")


class House:
    """The cooperative `weavers` and the foreign one `others`; what is made is committed at once."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.make(lambda: (make_organisation("weavers"), make_organisation("others")))

    def make(self, act: Callable[[], Made]) -> Made:
        """Do something inside the app and commit it; rows come back by their id."""
        with self.app.app_context():
            made = act()
            db.session.commit()
            return _ids(made)

    def do(self, service: Callable[..., Made], *arguments: Any, on: str = "weavers", **keywords: Any) -> Any:
        """Call a service as the system for one of the cooperatives."""
        return self.make(lambda: service(SYSTEM, organisation(on), *arguments, **keywords))

    def read(self, ask: Callable[[], Made]) -> Made:
        """Ask something inside the app."""
        with self.app.app_context():
            return ask()

    def person(self, role: Role | None = Role.MANAGER, *, on: str = "weavers", language: str = "en") -> PageClient:
        """Somebody signed in with a role; None: a stranger to every cooperative."""
        visitor = PageClient(self.app, language)
        with self.app.app_context():
            roles = (role,) if role else ()
            visitor.sign_in(make_person(*roles, organisation=organisation(on)))
        return visitor

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements sent to the database inside the block."""
        with count_queries(self.app) as statements:
            yield statements


def organisation(slug: str) -> Organisation:
    return db.session.scalars(db.select(Organisation).where(Organisation.slug == slug)).one()


def _ids(made: Any) -> Any:
    if isinstance(made, list | tuple):
        return [_ids(each) for each in made]
    state = inspect(made, raiseerr=False)
    return state.identity[0] if state is not None and hasattr(state, "identity") else made


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)
