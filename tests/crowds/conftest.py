"""One served shop a database engine for all crowds, and one with the careless shelf.

The servers stand for a whole module; a test enters a scene for itself, since several stand open at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import databases
from tests.crowds.far import Far, far_database
from tests.crowds.scene import Scene, open_scene


@contextmanager
def _far_shop(folder: Path) -> Iterator[tuple[Scene, Far]]:
    database = databases.fresh("postgresql")
    with far_database(database.url) as (far, url), open_scene(database, folder, served_url=url) as scene:
        yield scene, far
    database.drop()


@pytest.fixture(scope="session")
def served_far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Far]]:
    """A shop on PostgreSQL whose server reaches the database through a proxy that can hold answers back."""
    with _far_shop(tmp_path_factory.mktemp("crowd")) as shop:
        yield shop


@pytest.fixture
def fresh_far(tmp_path: Path) -> Iterator[tuple[Scene, Far]]:
    """Another one, whose server nobody has asked for anything yet."""
    with _far_shop(tmp_path) as (scene, far), scene.app.app_context():
        yield scene, far


@pytest.fixture(scope="session")
def served_small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The shop on SQLite with two web workers."""
    database = databases.fresh("sqlite")
    with open_scene(database, tmp_path_factory.mktemp("small")) as scene:
        yield scene
    database.drop()


@pytest.fixture
def scene(served_far: tuple[Scene, Far]) -> Iterator[Scene]:
    """The shop on PostgreSQL, its database near."""
    with served_far[0].app.app_context():
        yield served_far[0]


@pytest.fixture
def far(scene: Scene, served_far: tuple[Scene, Far]) -> Far:
    """The way to that shop's database."""
    return served_far[1]


@pytest.fixture
def small_scene(served_small: Scene) -> Iterator[Scene]:
    """The shop on SQLite."""
    with served_small.app.app_context():
        yield served_small


@pytest.fixture
def careless_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The shop on PostgreSQL with a shelf that looks, then takes."""
    database = databases.fresh("postgresql")
    folder = tmp_path_factory.mktemp("careless")
    with open_scene(database, folder, target="tests.crowds.careless:app") as scene, scene.app.app_context():
        yield scene
    database.drop()
