"""A script in every text that anybody can have stored, then every page in Chromium: nothing runs.

The texts are put where they are stored, past every form, so that a field which a form refuses today is tried too.
What a form shows again at once is tried without a browser.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page
from sqlalchemy import JSON, Column, Connection, String, Text, inspect, text
from sqlalchemy.exc import DatabaseError
from werkzeug.serving import make_server

from marketplace.accounts.sessions import COOKIE_KEY, SEEN_KEY, begin_session
from marketplace.app import create_app
from marketplace.kernel import ids
from marketplace.kernel.db import Base, db
from marketplace.kernel.limits import limiter
from marketplace.kernel.personal import Personal, opened, sealed
from tests.conftest import settings
from tests.journeys.browser import NEVER_IDLE
from tests.matrix.conftest import ON_SQLITE, Matrix
from tests.matrix.doors import doors
from tests.matrix.knocking import Kept, nothing_kept
from tests.matrix.test_odd_input import fields_of, forms, readers
from tests.matrix.test_pages import reader_of

SCRIPT = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
SHORT_MIN = 40
# The keys of a document under which words of somebody stand.
WORDED = {"title", "label", "name", "seller", "text", "story", "summary", "district", "craft", "supplier"}
# Not words of anybody: what a program compares, opens or counts.
WORDED = {
    "title",
    "label",
    "name",
    "seller",
    "text",
    "story",
    "summary",
    "district",
    "craft",
    "makers",
    "what",
    "supplier",
}
OURS = (
    *("_id", "id", "hash", "_index", "token", "slug", "topic", "handler", "payload", "zone", "sha256", "secret"),
    *("media_type", "value", "kind"),
)

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("matrix", ON_SQLITE, indirect=True)]


class Scripts(HTMLParser):
    """What would run in a page: script without an address, an attribute that is a handler."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if (tag == "script" and "src" not in names) or any(name.startswith("on") for name in names):
            self.found.append(f"<{tag} {names}>")


def test_what_a_form_shows_again_holds_no_script(matrix, monkeypatch):
    monkeypatch.setitem(matrix.app.config, "RATELIMIT_ENABLED", False)
    monkeypatch.setattr(limiter, "enabled", False)
    shown, found = 0, {}
    for reader, form in forms(matrix, readers(matrix)):
        data = {**dict(form.values), **dict.fromkeys(fields_of(form), SCRIPT), "csrf_token": reader.token}
        try:
            with nothing_kept():
                answer = reader.client.http.post(form.action, data=data)
        except Kept:
            continue
        if answer.mimetype == "text/html":
            shown += "&lt;img src=x" in answer.text
            found |= {form.action: Scripts(answer.text).found} if Scripts(answer.text).found else {}
        answer.close()

    assert shown > 20
    assert found == {}


def words() -> Iterator[Column[str]]:
    """Every column that holds somebody's words."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            long = isinstance(kind, Text | Personal) or (isinstance(kind, String) and (kind.length or 0) >= SHORT_MIN)
            long = long or isinstance(kind, JSON)
            if long and not column.foreign_keys and not column.unique and not column.name.endswith(OURS):
                yield column


def plant(connection: Connection) -> list[str]:
    """Put the script into every such column; the columns that took it."""
    for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        connection.execute(text(f'DROP TRIGGER "{name}"'))
    planted = []
    for column in words():
        name, table = column.name, column.table.name
        rows = connection.execute(text(f'SELECT "{name}" FROM "{table}" WHERE length("{name}") > 0')).scalars().all()
        for held in dict.fromkeys(rows):
            sealed_here = isinstance(column.type, Personal)
            words_held = opened(str(held), column.type.place) if sealed_here else str(held)
            new = sealed(told(words_held), column.type.place) if sealed_here else told(words_held)
            statement = f'UPDATE "{table}" SET "{name}" = :words WHERE "{name}" = :held'
            try:
                with connection.begin_nested():
                    connection.execute(text(statement), {"words": new, "held": held})
                planted.append(f"{table}.{name}")
            except DatabaseError:
                continue
    return sorted(set(planted))


def told(held: str) -> str:
    """The script in place of a text; inside a document only where it holds words of somebody."""
    if not held.startswith(("{", "[")):
        return SCRIPT
    document = json.loads(held)
    return json.dumps([[key, SCRIPT] for key, _name in document] if isinstance(document, list) else within(document))


def within(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: within(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [within(inner, key) for inner in value]
    return SCRIPT if isinstance(value, str) and key in WORDED else value


@pytest.fixture
def poisoned(matrix: Matrix, tmp_path: Path) -> Iterator[tuple[Flask, list[str], str]]:
    """The house with a script in every text, served: the app, the columns, the address."""
    with matrix.app.app_context():
        path = Path(str(inspect(db.engine).engine.url.database))
    copy = tmp_path / "poisoned.sqlite3"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    app = create_app({**settings(f"sqlite:///{copy}", tmp_path), "MEDIA_URL": matrix.app.config["MEDIA_URL"]})
    with app.app_context(), db.engine.begin() as connection:
        planted = plant(connection)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, planted, f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def browser_of(app: Flask, browser: Browser, address: str, user_id: str | None, ran: list[str]) -> Page:
    """A page of somebody who notes whatever runs, and what the policy kept from running."""
    context = browser.new_context()
    if user_id:
        token = ids.secret_token()
        with app.app_context():
            begin_session(user_id, token)
            db.session.commit()
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        value = serializer.dumps({COOKIE_KEY: token, SEEN_KEY: NEVER_IDLE})  # begun on the world's day
        cookie = {"name": app.config["SESSION_COOKIE_NAME"], "value": str(value)}
        context.add_cookies([{**cookie, "url": address}])
    page = context.new_page()
    page.on("dialog", lambda dialog: (ran.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda line: ran.append(f"{page.url}: {line.text}") if "Executing" in line.text else None)
    return page


def test_no_stored_text_runs_on_any_page(matrix, poisoned, chromium):
    app, planted, address = poisoned
    ran: list[str] = []
    pages: dict[str, Page] = {}
    shown, broken = 0, []
    for door in doors(matrix.app):
        if door.method != "GET" or door.rule.endswith((".json", ".pdf", ".xlsx", ".xml", ".webp", "<filename>")):
            continue
        who = reader_of(door)
        if who not in pages:
            pages[who] = browser_of(app, chromium, address, matrix.world.people[who], ran)
        path, _fields = door.filled(matrix.world)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        answer = pages[who].goto(address + path, wait_until="load")
        if answer is not None and "text/html" in answer.headers.get("content-type", ""):
            broken += [door.rule] if answer.status >= 500 else []
            shown += "<img src=x" in pages[who].locator("body").inner_text()
    for page in pages.values():
        page.context.close()

    assert len(planted) > 40
    assert shown > 30
    assert ran == []
    assert broken == []
