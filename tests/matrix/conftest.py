"""The two cooperatives with one of everything, built once an engine and never changed by what is tried on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from marketplace.kernel import clock
from tests import databases
from tests.conftest import settings
from tests.matrix.world import DAY, World, build

ON_EACH_ENGINE = list(databases.ENGINES)
ON_SQLITE = ON_EACH_ENGINE[:1]


@dataclass
class Matrix:
    """The app on one engine and what stands in it."""

    app: Flask
    world: World


@pytest.fixture(scope="session", params=ON_EACH_ENGINE)
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """The app and the two cooperatives, on each engine."""
    from marketplace.app import create_app
    from marketplace.kernel.db import db

    database = databases.fresh(request.param)
    app = create_app(settings(database.url, Path(tmp_path_factory.mktemp("matrix"))))
    with app.app_context(), clock.at(DAY):
        world = build()
    yield Matrix(app, world)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.drop()


@pytest.fixture(autouse=True)
def _on_that_day() -> Iterator[None]:
    with clock.at(DAY):
        yield
