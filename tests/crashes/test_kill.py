"""kill -9, of all that is ours and of the database: what was acknowledged is there, once, and work goes on at once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.app import create_app
from marketplace.kernel.db import db, reading
from marketplace.kernel.scope import everything
from orders.history.models import HistoryInvoice
from orders.history.reading import COLUMNS
from tests import databases, postgres
from tests.conftest import settings
from tests.crashes.traffic import Traffic, make_traffic, nothing_lost_nothing_doubled, rows
from tests.house import CHECKOUT, House, descendants, environment_of, patience
from tests.orders.history.test_services import assert_clean

HEALTHY_S_MAX = 5
ACTS = 30
ENOUGH = 6
ROUNDS = 10
INVOICES = 120
SURE = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")  # a kill is no power cut: the pages stay


@pytest.fixture
def traffic(app: Flask) -> Iterator[Traffic]:
    with app.app_context(), everything():
        yield make_traffic(app, ACTS)


def test_everything_is_killed_and_starts_again(app: Flask, database, traffic: Traffic, tmp_path: Path):
    with House(database.url, tmp_path) as house:
        traffic.begin(house)
        traffic.wait_for(ENOUGH)
        house.kill()
        traffic.end()

        assert house.start() <= HEALTHY_S_MAX * patience()

        nothing_lost_nothing_doubled(traffic)
        assert {act.send(house) for act in traffic.acts} == {303}
        nothing_lost_nothing_doubled(traffic)
        assert rows() == ACTS


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everything_is_killed_over_and_over(app: Flask, database, traffic: Traffic, tmp_path: Path):
    chance = random.Random(20261126)
    with House(database.url, tmp_path) as house:
        for _round in range(ROUNDS):
            traffic.sent = 0
            traffic.begin(house)
            time.sleep(chance.random() * 0.6)
            house.kill()
            traffic.end()
            nothing_lost_nothing_doubled(traffic)
            assert house.start() <= HEALTHY_S_MAX * patience()
        assert {act.send(house) for act in traffic.acts} == {303}
        nothing_lost_nothing_doubled(traffic)
        assert rows() == ACTS


def test_postgresql_is_killed_and_starts_again(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    # In the run's folder, through which the server's unprivileged user may pass.
    cluster = databases.run_folder() / f"own-{os.getpid()}"
    cluster.mkdir(mode=0o700)
    try:
        own = postgres.OwnServer(cluster, SURE)
    except postgres.NoPostgres as reason:
        pytest.skip(f"postgresql: {reason}")
    try:
        own.launch()
        server = postgres.own_roles(own.admin)
        postgres.make_roles(server)
        server.run(postgres.sql.SQL("CREATE DATABASE lumbung OWNER lumbung_owner"))
        databases.migrate(server.owner_url("lumbung"))
        postgres.let_app_in(server, "lumbung")
        database_killed(own, server.app_url("lumbung"), folder)
    finally:
        killed(own)


def database_killed(own: postgres.OwnServer, url: str, folder: Path) -> None:
    app = create_app(settings(url, folder))
    with app.app_context(), everything(), House(url, folder) as house, connections_closed():
        traffic = make_traffic(app, ACTS)
        traffic.begin(house)
        traffic.wait_for(ENOUGH)
        killed(own)
        traffic.end()
        assert set(traffic.statuses) <= {303, 503}
        assert house.status("/readyz") == 503
        assert house.status("/healthz") == 200

        own.launch()
        begun = time.monotonic()

        assert house.ready(begun) <= HEALTHY_S_MAX * patience()
        db.engine.dispose()
        nothing_lost_nothing_doubled(traffic)
        assert {act.send(house) for act in traffic.acts} == {303}
        nothing_lost_nothing_doubled(traffic)
        assert rows() == ACTS


@contextmanager
def connections_closed() -> Iterator[None]:
    """Leave no connection open, however the block ends."""
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()


def killed(own: postgres.OwnServer) -> None:
    """Every process of the server at once; each is the first of a session of its own."""
    for pid in [own.pid, *descendants(own.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    own.wait()


def test_a_killed_import_goes_on_where_it_stopped(app: Flask, database, tmp_path: Path):
    file = tmp_path / "orders.csv"
    lines = [f"{n},85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom" for n in range(1, INVOICES + 1)]
    file.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    environment = {**os.environ, **environment_of(settings(database.url, tmp_path)), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "marketplace.cli", "import", "orders", str(file)]

    def invoices() -> int:
        with reading():  # the import is not to wait for who only looks
            found = db.session.scalar(select(func.count()).select_from(HistoryInvoice)) or 0
            db.session.rollback()
        return found

    with app.app_context(), everything():
        first = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL)
        while not invoices():
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
        first.wait()
        assert 0 < invoices() < INVOICES

        subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, capture_output=True)

        assert invoices() == INVOICES
        assert_clean()
        db.session.rollback()
