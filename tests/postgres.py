"""A PostgreSQL server for one test run: TEST_DATABASE_URL's, else Debian's own binaries in a temporary folder."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from marketplace.kernel.grants import grant_statements

BINARIES = "/usr/lib/postgresql"
START_SECONDS_MAX = 30

# Nothing here outlives the run, so nothing needs to reach the disk.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=64MB",
)


class NoPostgres(Exception):
    """No server can be had on this machine; the message says what to install."""


@dataclass(frozen=True)
class Server:
    """Where a server listens: its superuser's address, and the two roles that Lumbung knows."""

    admin: str
    owner: str
    owner_password: str
    app: str
    app_password: str

    def owner_url(self, database: str) -> str:
        """The address for migrations: the role that owns the tables."""
        return self._url(database, self.owner, self.owner_password)

    def app_url(self, database: str) -> str:
        """The address the app uses: a role that is neither owner nor superuser."""
        return self._url(database, self.app, self.app_password)

    def _url(self, database: str, user: str, password: str) -> str:
        url = make_url(self.admin).set(drivername="postgresql+psycopg", database=database)
        # The superuser comes through the socket, everybody else over TCP with a password.
        port = url.query.get("port", str(url.port or 5432))
        host = url.host or "127.0.0.1"
        url = URL.create(url.drivername, user, password, host, int(str(port)), database)
        return url.render_as_string(hide_password=False)

    def run(self, *statements: sql.Composable, database: str | None = None) -> None:
        """Execute statements as superuser, each on its own."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def connect(self, database: str | None = None) -> psycopg.Connection:
        """A superuser's connection that commits each statement."""
        url = make_url(self.admin).set(drivername="postgresql")
        if database:
            url = url.set(database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def as_dict(self) -> dict[str, str]:
        """For a file that the other workers of the run read."""
        return asdict(self)


def start(folder: Path, watched_pid: int) -> Server:
    """A ready server with both roles; one of our own ends with the process `watched_pid`.

    Raises NoPostgres.
    """
    outside = os.environ.get("TEST_DATABASE_URL")
    if outside:
        # Somebody else's server may hold a real installation: its roles' passwords are not ours to change.
        server = Server(outside, "lumbung_test_owner", secrets.token_hex(8), "lumbung_test_app", secrets.token_hex(8))
    else:
        admin = _start_debian(folder, watched_pid)
        server = own_roles(admin)
    make_roles(server)
    return server


def own_roles(admin: str) -> Server:
    """The roles as docs/operator.md names them, with passwords of this run."""
    return Server(admin, "lumbung_owner", secrets.token_hex(8), "lumbung_app", secrets.token_hex(8))


def make_roles(server: Server) -> None:
    """Make the two roles that Lumbung knows, or give them this run's passwords."""
    for role, password in ((server.owner, server.owner_password), (server.app, server.app_password)):
        with suppress(psycopg.errors.DuplicateObject):
            server.run(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        server.run(sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER PASSWORD {}").format(sql.Identifier(role), password))


def clone(server: Server, template: str, name: str) -> None:
    """Make database `name` a copy of `template`."""
    server.run(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.Identifier(server.owner)
        )
    )


# What a test may change of a database besides its rows: tables, columns, indexes, triggers, constraints, rights.
SHAPE = """
SELECT (SELECT md5(string_agg(concat(relname, relkind, relrowsecurity, relacl::text), ',' ORDER BY relname))
          FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
       (SELECT md5(string_agg(concat(tgname, tgenabled), ',' ORDER BY oid)) FROM pg_trigger WHERE NOT tgisinternal),
       (SELECT md5(string_agg(conname, ',' ORDER BY oid)) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace)
"""


class Broom:
    """Empties the copies of one template: knows its shape, its tables and the rows that migrations put there."""

    def __init__(self, server: Server, template: str) -> None:
        with server.connect(template) as connection:
            self.shape = connection.execute(SHAPE).fetchone()
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            tables = [sql.Identifier(str(row[0])) for row in connection.execute(names)]
            self.seeds = [self._rows(connection, table) for table in tables]
        one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        asked = [one.format(sql.Literal(number), table) for number, table in enumerate(tables)]
        self.tables, self.filled = tables, sql.SQL(" UNION ALL ").join(asked)

    @staticmethod
    def _rows(connection: psycopg.Connection, table: sql.Identifier) -> list[tuple[object, ...]]:
        return connection.execute(sql.SQL("SELECT * FROM {}").format(table)).fetchall()

    def sweep(self, connection: psycopg.Connection) -> bool:
        """Delete every row that is not the template's; False, and nothing done, where the shape is another."""
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        if connection.execute(SHAPE).fetchone() != self.shape:
            return False
        # Neither triggers nor foreign keys are asked: what is deleted is everything.
        connection.execute("SET session_replication_role = replica")
        for (number,) in connection.execute(self.filled).fetchall():
            table, seeds = self.tables[int(number)], self.seeds[int(number)]
            if seeds and seeds == self._rows(connection, table):
                continue
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
            for row in seeds:
                places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
                connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(table, places), row)
        used = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        for (name,) in connection.execute(used).fetchall():
            connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(name)))
        return True


_brooms: dict[str, Broom] = {}


def empty(server: Server, name: str, template: str) -> bool:
    """Bring a copy of `template` back to its first state; False where more than rows was changed."""
    if template not in _brooms:
        _brooms[template] = Broom(server, template)
    with server.connect(name) as connection:
        return _brooms[template].sweep(connection)


def drop(server: Server, name: str) -> None:
    """Drop database `name`, whoever is still connected."""
    server.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def let_app_in(server: Server, database: str) -> None:
    """Give the app's role the rows, not the tables, as `lumbung db upgrade` does."""
    server.run(*(sql.SQL(statement) for statement in grant_statements(server.app)), database=database)


def _start_debian(folder: Path, watched_pid: int) -> str:
    server = OwnServer(folder, FAST)
    server.launch()
    _end_with(watched_pid, server.pid, folder.parent)
    return server.admin


class OwnServer:
    """Debian's PostgreSQL on a port of its own, with its files in `folder`; NoPostgres where it is not installed.

    Its write-ahead log stands in `log`, in pieces of one MiB, where that is told.
    """

    def __init__(self, folder: Path, settings: tuple[str, ...], log: Path | None = None) -> None:
        self.folder = folder
        self.port = _free_port()
        self.admin = f"postgresql://postgres@/postgres?host={folder}&port={self.port}"
        self._prefix, self._binaries = _initialised(folder, log)
        options = (*f"listen_addresses=127.0.0.1 port={self.port}".split(), f"unix_socket_directories={folder}")
        self._arguments = [part for option in (*options, *settings) for part in ("-c", option)]
        self.pid = 0

    def launch(self) -> None:
        """Start it, on the same files as before, and wait until it answers."""
        command = [*self._prefix, str(self._binaries / "postgres"), "-D", str(self.folder / "data"), *self._arguments]
        process = _spawn(command, self.folder / "log")
        self.pid = process.pid
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                psycopg.connect(self.admin).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    tail = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise NoPostgres(f"PostgreSQL did not start: {error}\n{tail}") from error
                time.sleep(0.05)
            else:
                return

    def wait(self) -> None:
        """Until its first process, which was killed, is gone."""
        for process in _SPAWNED:
            if process.pid == self.pid:
                process.wait()


def installed() -> Path:
    """The folder of Debian's newest PostgreSQL programs; NoPostgres where there are none."""
    found = sorted(Path(BINARIES).glob("*/bin/postgres"), key=lambda path: int(path.parts[-3].split(".")[0]))
    if not found:
        raise NoPostgres(
            "No PostgreSQL: set TEST_DATABASE_URL, or run: apt-get install -y --no-install-recommends postgresql"
        )
    return found[-1].parent


def _initialised(folder: Path, log: Path | None) -> tuple[list[str], Path]:
    """Make a cluster's files; how to be the user who owns them, and where the programs are."""
    binaries = installed()
    prefix = _drop_privileges(folder, *filter(None, [log]))
    data = str(folder / "data")
    apart = [f"--waldir={log / 'wal'}", "--wal-segsize=1"] if log else []
    _run([*prefix, str(binaries / "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
          "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--no-instructions",
          *apart])  # fmt: skip
    return prefix, binaries


def _drop_privileges(*folders: Path) -> list[str]:
    """PostgreSQL refuses to run as root: its folders and the server go to an unprivileged user then."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoPostgres("No PostgreSQL: as root the server needs setpriv (package util-linux).")
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            break
    else:
        raise NoPostgres("No PostgreSQL: as root the server needs the user postgres or nobody.")
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise NoPostgres(f"PostgreSQL's initdb failed: {done.stderr[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with(watched_pid: int, server_pid: int, run_folder: Path) -> None:
    """A killed run leaves neither server nor files behind: a small shell waits for the run's end."""
    script = 'while kill -0 "$1" 2>/dev/null; do sleep 0.5; done; kill -QUIT "$2" 2>/dev/null; sleep 0.5; rm -rf "$3"'
    _spawn(["/bin/sh", "-c", script, "sh", str(watched_pid), str(server_pid), str(run_folder)], Path(os.devnull))


# Both processes outlive the worker that started them; kept here so that Python does not complain of that.
_SPAWNED: list[subprocess.Popen[bytes]] = []


def _spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd="/"
        )
    _SPAWNED.append(process)
    return process


def stop(folder: Path) -> None:
    """End the server of `folder` at once; nothing of it is kept."""
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
