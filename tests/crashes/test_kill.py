"""kill -9, of all that is ours and of the database: what was acknowledged is there, once, and work goes on at once."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.app import create_app
from marketplace.kernel.db import db
from marketplace.kernel.scope import everything
from tests import databases, postgres
from tests.conftest import settings
from tests.crashes.captures import card_settings
from tests.crashes.imports import make_imports
from tests.crashes.own_server import HEALTHY_S_MAX, NAME, SURE, connections_closed, killed, launched
from tests.crashes.traffic import (
    Traffic,
    make_traffic,
    nothing_lost_nothing_doubled,
    rows,
    send_until,
    with_payments,
)
from tests.databases import Database
from tests.house import House, patience

ACTS, PAYMENTS = 26, 4
ENOUGH = 6
ROUNDS = 10
INVOICES = 60
LOTS = 150


@pytest.fixture
def traffic(app: Flask) -> Iterator[Traffic]:
    with app.app_context(), everything():
        yield with_payments(app, make_traffic(app, ACTS), PAYMENTS)


def test_everything_is_killed_and_starts_again(app: Flask, database, traffic: Traffic, tmp_path: Path):
    with House(database.url, tmp_path, **card_settings()) as house:
        traffic.begin(house)
        traffic.wait_for(ENOUGH)
        house.kill()
        traffic.end()

        assert house.start() <= HEALTHY_S_MAX * patience()

        nothing_lost_nothing_doubled(traffic)
        assert {act.send(house) for act in traffic.acts} == {303}
        nothing_lost_nothing_doubled(traffic)
        assert rows() == ACTS + PAYMENTS


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everything_is_killed_over_and_over(app: Flask, database, traffic: Traffic, tmp_path: Path):
    chance = random.Random(20261126)
    with House(database.url, tmp_path, **card_settings()) as house:
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
        assert rows() == ACTS + PAYMENTS


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
        database_killed(own, launched(own).app_url(NAME), folder)
    finally:
        killed(own)


def database_killed(own: postgres.OwnServer, url: str, folder: Path) -> None:
    app = create_app(settings(url, folder))
    with app.app_context(), everything(), House(url, folder, **card_settings()) as house, connections_closed():
        traffic = with_payments(app, make_traffic(app, ACTS), PAYMENTS)
        orders, _lots = make_imports(app, folder, invoices=INVOICES)
        importing = orders.begin(url)
        while not orders.count():
            assert importing.poll() is None
            time.sleep(0.01)
        importing.send_signal(signal.SIGSTOP)  # else it may be done before the traffic is under way
        traffic.begin(house)
        traffic.wait_for(ENOUGH)
        importing.send_signal(signal.SIGCONT)
        killed(own)
        traffic.end()
        assert importing.wait() == 1
        assert set(traffic.statuses) <= {303, 503}
        assert house.status("/readyz") == 503
        assert house.status("/healthz") == 200

        own.launch()
        begun = time.monotonic()

        assert house.ready(begun) <= HEALTHY_S_MAX * patience()
        db.engine.dispose()
        nothing_lost_nothing_doubled(traffic)
        taken = time.monotonic() + HEALTHY_S_MAX * patience()
        assert {send_until(act, house, taken) for act in traffic.acts} == {303}
        nothing_lost_nothing_doubled(traffic)
        orders.goes_on()
        assert rows() == ACTS + PAYMENTS + INVOICES


def test_a_killed_import_of_orders_goes_on_where_it_stopped(app: Flask, database, tmp_path: Path):
    with app.app_context(), everything():
        orders, _lots = make_imports(app, tmp_path, invoices=INVOICES)
        first = orders.begin(database.url)
        while not orders.count():
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
        first.wait()
        assert 0 < orders.count() < INVOICES

        orders.goes_on()


def test_a_killed_import_of_lots_kept_nothing_and_is_run_again(app: Flask, database, tmp_path: Path):
    with app.app_context(), everything():
        _orders, lots = make_imports(app, tmp_path, lots=LOTS)
        first = lots.begin(database.url)
        while not somebody_writes(database):
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
        first.wait()
        assert lots.count() == 0

        lots.goes_on()


def somebody_writes(database: Database) -> bool:
    """Whether another process is in a transaction that writes."""
    if database.engine == "postgresql":
        others = text("SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() "
                      "AND datname = current_database()")  # fmt: skip
        db.session.rollback()
        return bool(db.session.scalar(others))
    with closing(sqlite3.connect(database.name, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False
