"""The app under test: one for each of a worker's databases, in its first state for every test."""

from collections.abc import Iterator, Mapping, Sized
from contextlib import contextmanager
from typing import Any

from flask import Flask

from tests.databases import Database

_kept: dict[str, "Kept"] = {}


class Kept:
    """An app that tests share one after another, and what it was like when it was made."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        from marketplace.app import create_app

        self.app = create_app(settings)
        self.config = dict(self.app.config)
        self.shape = shape_of(self.app)


@contextmanager
def shared(database: Database, settings: Mapping[str, Any]) -> Iterator[Flask]:
    """The app kept for this database, with these settings; making one a test would cost more than most tests do."""
    kept = _kept.get(database.name)
    if kept is None:
        kept = _kept[database.name] = Kept(settings)
    kept.app.config.clear()
    kept.app.config.update(kept.config | dict(settings))
    yield kept.app
    # SQLite's file is replaced after the test; PostgreSQL's connections stay good.
    _let_go(kept.app, dispose=database.engine == "sqlite")
    if shape_of(kept.app) != kept.shape:
        del _kept[database.name]
        _let_go(kept.app, dispose=True)


@contextmanager
def made(database: Database, settings: Mapping[str, Any]) -> Iterator[Flask]:
    """An app of the test's own, for one that hangs routes or hooks on it."""
    from marketplace.app import create_app

    app = create_app(settings)
    yield app
    _let_go(app, dispose=True)


def shape_of(app: Flask) -> dict[str, Any]:
    """What a test could have hung on the app, counted: another shape means another test must not have it."""
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    extensions = {
        name: (id(each), len(each) if isinstance(each, Sized) else 0) for name, each in app.extensions.items()
    }
    names = (app.jinja_env.globals, app.jinja_env.filters, app.error_handler_spec[None])
    return {
        "hooks": [sum(len(each) if isinstance(each, list) else 1 for each in hook.values()) for hook in hooks],
        "names": [len(each) for each in names],
        "views": {name: id(view) for name, view in app.view_functions.items()},
        "extensions": extensions,
    }


def _let_go(app: Flask, *, dispose: bool) -> None:
    from marketplace.kernel import kept
    from marketplace.kernel.db import db
    from marketplace.ledger import accounts

    kept.forget()  # the next test's rows are others
    accounts.forget()
    with app.app_context():
        db.session.remove()
        if dispose:
            db.engine.dispose()
