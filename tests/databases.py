"""Databases for tests: one migrated template an engine and run; a worker's copies are emptied and lent again."""

import fcntl
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from psycopg import sql

from tests import postgres

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "lumbung_template"
RUN = "LUMBUNG_TEST_RUN"
MEMORY_BYTES_MIN = 4 * 1024**3


def open_run() -> None:
    """Make the folder that all workers of this run share; called by the run's first process."""
    folder = Path(tempfile.mkdtemp(prefix="lumbung-", dir=_memory()))
    # The server's unprivileged user has to pass through it.
    folder.chmod(0o711)
    os.environ[RUN] = str(folder)
    os.environ[RUN + "_PID"] = str(os.getpid())


def _memory() -> str | None:
    """Linux's folder in memory where it has room: thousands of small files come and go in a run."""
    shared = Path("/dev/shm")
    if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > MEMORY_BYTES_MIN:
        return str(shared)
    return None


def close_run() -> None:
    """End the run's server and forget its files."""
    folder = Path(os.environ.pop(RUN))
    state = folder / "postgres.json"
    if state.exists() and "TEST_DATABASE_URL" in os.environ:
        postgres.drop(_server(), template_name())
    postgres.stop(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


_shelf: dict[str, list["Database"]] = {}


@contextmanager
def borrowed(engine: str) -> Iterator["Database"]:
    """A migrated database as new, which this worker empties and lends again; a copy a test is many times slower."""
    shelf = _shelf.setdefault(engine, [])
    database = shelf.pop() if shelf else fresh(engine)
    yield database
    if database.empty():
        shelf.append(database)
    else:
        database.drop()


def fresh(engine: str) -> "Database":
    """A new migrated database of the engine; PostgreSQL skips the test where no server can be had."""
    return _fresh_postgresql() if engine == "postgresql" else _fresh_sqlite()


class Database:
    """One test's own database: `url` as the app connects, `owner_url` as migrations do."""

    def __init__(self, engine: str, url: str, owner_url: str, name: str) -> None:
        self.engine = engine
        self.url = url
        self.owner_url = owner_url
        self.name = name

    def empty(self) -> bool:
        """Bring it back to its first state; False where a test changed its tables, so that it serves no other."""
        if self.engine == "postgresql":
            return postgres.empty(_server(), self.name, template_name())
        self.drop()
        shutil.copyfile(run_folder() / "template.sqlite3", self.name)
        return True

    def drop(self) -> None:
        """Remove it, whoever is still connected."""
        if self.engine == "postgresql":
            postgres.drop(_server(), self.name)
        else:
            for suffix in ("", "-wal", "-shm", "-turn"):
                Path(self.name + suffix).unlink(missing_ok=True)


def empty(engine: str) -> Database:
    """A new database without tables, for tests of the migrations themselves."""
    if engine == "postgresql":
        server = _server_or_skip()
        name = f"lumbung_{uuid.uuid4().hex}"
        _create(server, name)
        return Database(engine, server.app_url(name), server.owner_url(name), name)
    path = str(run_folder() / f"{uuid.uuid4().hex}.sqlite3")
    return Database(engine, f"sqlite:///{path}", f"sqlite:///{path}", path)


def migrate(url: str) -> None:
    """Bring a database up to the newest migration.

    A table that no migration makes yet is made as declared; tests/tidy/test_migrations.py names it.
    """
    from flask_migrate import upgrade

    from marketplace.app import create_app
    from marketplace.config import CHECKOUT
    from marketplace.kernel.db import db

    app = create_app({"DATABASE_URL": url, "LUMBUNG_ENV": "test"})
    with app.app_context():
        try:
            if (CHECKOUT / "migrations" / "env.py").exists():
                upgrade()
            db.create_all()
        finally:
            db.engine.dispose()


def _fresh_sqlite() -> Database:
    template = run_folder() / "template.sqlite3"
    with _once(template) as needed:
        if needed:
            partial = template.with_suffix(".partial")
            migrate(f"sqlite:///{partial}")
            partial.rename(template)
    path = str(run_folder() / f"{uuid.uuid4().hex}.sqlite3")
    shutil.copyfile(template, path)
    return Database("sqlite", f"sqlite:///{path}", f"sqlite:///{path}", path)


def _fresh_postgresql() -> Database:
    server = _server_or_skip()
    done = run_folder() / "template.postgresql"
    with _once(done) as needed:
        if needed:
            postgres.drop(server, template_name())
            _create(server, template_name())
            migrate(server.owner_url(template_name()))
            postgres.let_app_in(server, template_name())
            done.touch()
    name = f"lumbung_{uuid.uuid4().hex}"
    postgres.clone(server, template_name(), name)
    return Database("postgresql", server.app_url(name), server.owner_url(name), name)


def template_name() -> str:
    """The run's template: two runs may share one outside server."""
    return f"{TEMPLATE}_{os.environ[RUN + '_PID']}"


def _create(server: postgres.Server, name: str) -> None:
    server.run(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
            sql.Identifier(name), sql.Identifier(server.owner)
        )
    )


def _server_or_skip() -> postgres.Server:
    try:
        return _server()
    except postgres.NoPostgres as reason:
        pytest.skip(f"postgresql: {reason}")


@cache
def _server() -> postgres.Server:
    state = run_folder() / "postgres.json"
    with _once(state) as needed:
        if needed:
            folder = run_folder() / "postgres"
            folder.mkdir(mode=0o700, exist_ok=True)
            server = postgres.start(folder, int(os.environ[RUN + "_PID"]))
            state.write_text(json.dumps(server.as_dict()))
            state.chmod(0o600)
            return server
    return postgres.Server(**json.loads(state.read_text()))


def run_folder() -> Path:
    """The folder that all workers of this run share."""
    return Path(os.environ[RUN])


@contextmanager
def _once(path: Path) -> Iterator[bool]:
    """True for the first worker, which makes `path` while the others wait."""
    with (path.parent / f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()
