"""One served shop a database engine for all crowds, and one with the careless shelf."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.crowds.far import Far, far_database
from tests.crowds.scene import Scene, open_scene


@pytest.fixture(scope="module")
def far_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Far]]:
    """A shop on PostgreSQL whose server reaches the database through a proxy that can hold answers back."""
    database = databases.fresh("postgresql")
    folder: Path = tmp_path_factory.mktemp("crowd")
    with far_database(database.url) as (far, url), open_scene(database, folder, served_url=url) as scene:
        yield scene, far
    database.drop()


@pytest.fixture(scope="module")
def scene(far_scene: tuple[Scene, Far]) -> Scene:
    """The shop on PostgreSQL, its database near."""
    return far_scene[0]


@pytest.fixture(scope="module")
def small_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The shop on SQLite with two web workers."""
    database = databases.fresh("sqlite")
    with open_scene(database, tmp_path_factory.mktemp("small")) as scene:
        yield scene
    database.drop()


@pytest.fixture
def careless_scene(tmp_path: Path) -> Iterator[Scene]:
    """The shop on PostgreSQL with a shelf that looks, then takes."""
    database = databases.fresh("postgresql")
    with open_scene(database, tmp_path, target="tests.crowds.careless:app") as scene:
        yield scene
    database.drop()
