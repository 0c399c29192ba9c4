"""What every test may ask for: an engine, a fresh database, the app on it. In CI a missing engine is a failure."""

import gc
import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from xdist.scheduler import LoadScopeScheduling

from marketplace.kernel import scope
from marketplace.kernel.journal.checkpoint import Signer
from tests import apps, databases
from tests.client import PageClient
from tests.journeys.browser import chromium

CHECKOUT = Path(__file__).resolve().parent.parent
CONFORMANCE = Path(os.environ.get("LUMBUNG_CONFORMANCE", CHECKOUT.parent / "shared" / "conformance"))
# One browser a worker: a second one in the same process would not start.
__all__ = ["chromium"]

# One worker runs each of these: they read the same files, drive the same servers, or make one large house.
SHARED = (
    r"tests/(tidy)/",
    r"tests/(crowds)/",
    r"tests/(matrix)/.*\b(sqlite|postgresql)\b",
    r"tests/orders/demo/(test_\w+)",
)

# How long an example takes says something of the machine's neighbours, nothing of the code.
hypothesis.settings.register_profile("lumbung", deadline=None)
hypothesis.settings.load_profile("lumbung")

IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.open_run()
        config.add_cleanup(databases.close_run)


class Grouped(LoadScopeScheduling):
    """What shares something dear is run by one worker, the largest groups first; any other test by whoever is free.

    The scheduler knows the tests by their names alone; xdist's own groups come from marks, which pytest 9 keeps out of
    the name.
    """

    def _split_scope(self, nodeid: str) -> str:
        for pattern in SHARED:
            found = re.match(pattern, nodeid)
            if found:
                return "-".join(found.groups())
        return nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Grouped:
    return Grouped(config, log)


def pytest_collection_finish() -> None:
    # What was imported stays: looking through it again and again for garbage takes a twentieth of a run.
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


# --- a skip that hides a missing engine, browser or file is a failure in CI ---------------------------------------


def hides_a_gap(reason: str, markers: set[str]) -> bool:
    """Whether a skip for `reason` may not pass in CI."""
    if re.search(r"postgres|browser|chromium", reason, re.IGNORECASE) or "browser" in markers:
        return True
    return CONFORMANCE.is_dir() and ("conformance" in markers or "conformance" in reason.lower())


def _fail_in_ci(report: Any, markers: set[str]) -> None:
    if not IN_CI or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if hides_a_gap(reason, markers):
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where it has to run: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_in_ci(report, {marker.name for marker in item.iter_markers()})
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_in_ci(report, set())
    return report


# --- databases and the app ----------------------------------------------------------------------------------------


@pytest.fixture(params=databases.ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Every test that touches the database runs on both engines."""
    return str(request.param)


@pytest.fixture(scope="session", autouse=True)
def _in_every_scope() -> Iterator[None]:
    """What a test does itself it does for all; a request is let in where its rule says, as in life."""
    with scope.everything():
        yield


@pytest.fixture
def fresh_database() -> Iterator[Callable[[str], databases.Database]]:
    """A factory for tests that need several databases, or one without tables (`empty=True`)."""
    made: list[databases.Database] = []

    def make(engine: str, *, empty: bool = False) -> databases.Database:
        made.append(databases.empty(engine) if empty else databases.fresh(engine))
        return made[-1]

    yield make
    for database in made:
        database.drop()


@pytest.fixture
def database(engine: str) -> Iterator[databases.Database]:
    """A migrated database that nobody else uses during this test."""
    with databases.borrowed(engine) as database:
        yield database


@pytest.fixture
def app(database: databases.Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The whole app on this test's database, with its own mail and media folders.

    A worker's tests share it one after another; a test that hangs something on it is marked `own_app`.
    """
    own = request.node.get_closest_marker("own_app") is not None
    with (
        apps.made(database, settings(database.url, tmp_path))
        if own
        else apps.shared(database, settings(database.url, tmp_path)) as app
    ):
        yield app


def settings(url: str, folder: Path) -> dict[str, Any]:
    """Settings for an app under test; keys are fixed so that signatures repeat."""
    return {
        "TESTING": True,
        "LUMBUNG_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "11" * 32,
        "CHECKPOINT_KEY": Signer("lumbung.test", b"\x22" * 32).to_text(),
        "FIELD_KEYS": ["33" * 32],
        "MAIL_URL": f"file://{folder / 'mail'}",
        "MEDIA_URL": str(folder / "media"),
        "STRIPE_API_KEY": "",
        "PAGE_CACHE_S": 0.0,
    }


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script."""
    return app.test_client()


@pytest.fixture
def visitor(app: Flask) -> PageClient:
    """A visitor who reads English and judges every page; `visitor.sign_in(user)` makes her somebody."""
    return PageClient(app)


@pytest.fixture
def conformance() -> Path:
    """The folder of third-party files; a test that reads them is marked `conformance`."""
    if not CONFORMANCE.is_dir():
        pytest.skip(f"conformance: {CONFORMANCE} is absent; set LUMBUNG_CONFORMANCE")
    return CONFORMANCE
