"""Real Chromium on the real app: a served database, a phone or a desk, a count of taps, axe on every page.

A journey asks for the fixture `served` (the app on a port of its own) and `browse`:

    page = browse("id", width=360)
    page.sign_in(user_id)
    page.visit("/s/lepo/")
    page.tap("New delivery")
    page.type_into("Material out, in grams", "600")
    assert page.taps <= 8

Words are given in English, as in the templates, and sought in the language of the journey. Every page that a
journey reaches is judged by axe as soon as it has loaded; without script there is nothing that could run axe.
`browse("id", width=360, also=1280)` acts on the phone and judges each page at the desk as well.
With `browse("id", keys=True)` the mouse is taken away: links, buttons and fields are reached by Tab, and the focus
has to be seen. When a journey ends, `lumbung verify` has to be clean.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.catalog import Catalog
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from marketplace.accounts.sessions import COOKIE_KEY, SEEN_KEY, begin_session
from marketplace.cli import cli
from marketplace.kernel import catalogs, ids
from marketplace.kernel.db import db
from tests.client import NEVER_IDLE

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
WAIT_MS_MAX = 20_000
STOPS_MAX = 90
HEIGHT = 740
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
# What has the focus: its label or its words, and whether anything shows that it has it.
FOCUSED = """() => {
  const it = document.activeElement;
  const labels = it.labels && it.labels.length ? [...it.labels].map(label => label.textContent).join(" ") : "";
  const style = getComputedStyle(it);
  return {
    words: (it.getAttribute("aria-label") || labels || it.textContent).replace(/\\s+/g, " ").trim(),
    seen: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""


@cache
def _indonesian() -> Catalog:
    return catalogs.merge(catalogs.TRANSLATIONS / "id")


class Journey:
    """One person's way through the pages, in one language, on a screen of one width."""

    def __init__(
        self,
        app: Flask,
        browser: Browser,
        address: str,
        language: str,
        widths: list[int],
        *,
        script: bool,
        keys: bool,
    ) -> None:
        self.app = app
        self.keys = keys
        self.widths = widths
        self.address = address
        self.context = browser.new_context(
            viewport={"width": widths[0], "height": HEIGHT},
            locale="id-ID" if language == "id" else "en-GB",
            extra_http_headers={"Accept-Language": language},
            java_script_enabled=script,
        )
        self.context.set_default_timeout(WAIT_MS_MAX)
        self.page: Page = self.context.new_page()
        self.language = language
        self.script = script
        self.taps = 0
        self.typed = 0
        self.judged: list[str] = []

    def sign_in(self, user_id: str) -> "Journey":
        """Hold a session of the user, as if she had entered her PIN."""
        token = ids.secret_token()
        with self.app.app_context():
            begin_session(user_id, token)
            db.session.commit()
        serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert serializer is not None
        name = self.app.config["SESSION_COOKIE_NAME"]
        self.context.add_cookies(
            [
                {
                    "name": name,
                    "value": str(serializer.dumps({COOKIE_KEY: token, SEEN_KEY: NEVER_IDLE})),
                    "url": self.address,
                }
            ]
        )
        return self

    def visit(self, path: str) -> "Journey":
        """Open an address of ours."""
        self.page.goto(self.address + path)
        return self.judge()

    def tap(self, words: str, *, at: int = 0) -> "Journey":
        """Tap a link or button by its words, and wait for what comes; with keys, go there and press Enter."""
        words = self.say(words)
        if self.keys:
            self.reach(words)
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
            return self.judge()
        thing = self.page.get_by_role("link", name=words).or_(self.page.get_by_role("button", name=words))
        thing.nth(at).click()
        self.taps += 1
        self.page.wait_for_load_state()
        return self.judge()

    def reach(self, words: str) -> "Journey":
        """Press Tab until the focus is on what has these words or this label, and can be seen there."""
        for _stop in range(STOPS_MAX):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUSED)
            if words in at["words"]:
                assert at["seen"], f"{self.page.url}: the focus on “{words}” cannot be seen"
                return self
        raise AssertionError(f"{self.page.url}: {STOPS_MAX} times Tab do not lead to “{words}”")

    def type_into(self, label: str, text: str) -> "Journey":
        """Tap a field by its label and type; with keys, go there and type."""
        if self.keys:
            self.reach(self.say(label))
            self.page.keyboard.type(text)
            return self
        field = self.page.get_by_label(self.say(label))
        field.click()
        field.fill(text)
        self.taps += 1
        self.typed += 1
        return self

    def answer(self, **answers: str | Path) -> "Journey":
        """Fill fields by the names they are sent under, whatever they are: text, list, choice, tick or file."""
        for name, value in answers.items():
            field = self.page.locator(f'main [name="{name}"]:not([type=hidden])')
            kind = field.first.evaluate("it => it.type")
            if isinstance(value, Path):
                field.set_input_files(value)
            elif kind in ("radio", "checkbox"):
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def press(self, selector: str = "main form button.button-main") -> "Journey":
        """Press what a selector finds, the page's main button unless told, and wait for what comes."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        return self.judge()

    def say(self, english: str) -> str:
        """The sentence as the pages say it in the language of the journey; a name stays what it is."""
        message = _indonesian().get(english) if self.language == "id" else None
        return str(message.string) if message else english

    def fetch(self, words: str, to: Path) -> Path:
        """Keep the file behind a link, by the words of the link."""
        link = self.page.get_by_role("link", name=self.say(words)).first
        answer = self.context.request.get(self.address + str(link.get_attribute("href")))
        assert answer.ok, f"{answer.url}: {answer.status}"
        to.write_bytes(answer.body())
        return to

    def words(self) -> str:
        """What a person reads on the page."""
        return self.page.locator("body").inner_text()

    def heading(self) -> str:
        """The page's h1."""
        return self.page.locator("h1").inner_text()

    def judge(self) -> "Journey":
        """Fail where the page has a barrier for somebody, is wider than the screen, or has a small target."""
        if self.script and self.page.url.startswith(self.address):
            for width in reversed(self.widths):
                if len(self.widths) > 1:
                    self.page.set_viewport_size({"width": width, "height": HEIGHT})
                axe_clean(self.page)
                assert self.page.evaluate(FITS), f"{self.page.url} is wider than {width} px"
        self.judged.append(self.page.url.removeprefix(self.address))
        return self

    def photograph(self, path: str) -> None:
        """Keep the whole page as a picture, for the eye."""
        self.page.screenshot(path=path, full_page=True)


def axe_clean(page: Page) -> None:
    """Fail where axe finds a barrier on the page."""
    results = Axe().run(page, options={"runOnly": STANDARDS})
    found = [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in results.response["violations"]]
    assert found == [], f"{page.url}: {found}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium a worker."""
    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Exception as reason:
            pytest.skip(f"browser: {str(reason).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The app of this test behind a port of its own; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    app.config["BASE_URL"] = address
    yield address
    server.shutdown()
    thread.join()
    server.server_close()
    checked = app.test_cli_runner().invoke(cli, ["verify"])
    assert checked.exit_code == 0, checked.output


@pytest.fixture
def browse(app: Flask, served: str, chromium: Browser) -> Iterator[Callable[..., Journey]]:
    """Begin a journey: browse("id", width=360, script=False, keys=True)."""
    begun: list[Journey] = []

    def begin(
        language: str = "id", *, width: int = 360, also: int = 0, script: bool = True, keys: bool = False
    ) -> Journey:
        widths = [width, also] if also else [width]
        begun.append(Journey(app, chromium, served, language, widths, script=script, keys=keys))
        return begun[-1]

    yield begin
    for journey in begun:
        journey.context.close()
