"""One answer as a reader and a checker see it: headings, words, links, forms."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

if TYPE_CHECKING:
    from tests.client import PageClient

BYTES_MAX = 150_000
HEADERS = ("Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options")
NOT_TYPED = {"hidden", "submit", "button", "image", "reset"}
WORDLESS = {"script", "style", "template"}
INLINE = {"a", "abbr", "b", "bdi", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time"}


class Page:
    """An answer to one request."""

    def __init__(self, response: TestResponse, address: str, client: "PageClient") -> None:
        self.response = response
        self.address = address
        self.client = client
        self.language = client.language
        self.status = response.status_code
        self.is_html = response.mimetype == "text/html" and bool(response.data) and not 300 <= self.status < 400
        self.html_errors: list[str] = []
        if self.is_html:
            self.tree = self._parse()

    def _parse(self) -> Element:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree: Element = parser.parse(self.response.text)
        self.html_errors = [f"{position}: {code} {values}" for position, code, values in parser.errors]
        return tree

    @property
    def text(self) -> str:
        """The answer as sent."""
        return self.response.text

    @property
    def json(self) -> Any:
        """The answer as JSON, as other programs read it: NaN and Infinity are none."""
        return json.loads(self.text, parse_constant=_refuse_constant)

    @property
    def words(self) -> str:
        """Everything a person reads on the page."""
        return words_of(self.tree) if self.is_html else self.text

    @property
    def h1(self) -> str:
        """The page's heading."""
        return words_of(self.find("h1"))

    @property
    def alerts(self) -> list[str]:
        """What the page says went well or wrong."""
        return [words_of(element) for element in self.tree.iter() if element.get("role") in {"alert", "status"}]

    def errors(self) -> dict[str, str]:
        """The refusals at the fields: field name to sentence."""
        found = {}
        for element in self.tree.iter():
            if "error" in (element.get("class") or "").split() and element.get("id", "").startswith("f-"):
                found[element.get("id", "")[2:].removesuffix("-error")] = words_of(element)
        return found

    def find(self, tag: str, **attributes: str) -> Element:
        """The first element of a kind whose attributes have these values (`class_` for class)."""
        for element in self.find_all(tag, **attributes):
            return element
        raise AssertionError(f"No <{tag}> with {attributes} at {self.address}")

    def find_all(self, tag: str, **attributes: str) -> Iterator[Element]:
        """All elements of a kind whose attributes have these values."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for element in self.tree.iter(tag):
            if all(_has(element, name, value) for name, value in wanted.items()):
                yield element

    def link(self, text: str) -> str:
        """The address behind a link with these words."""
        for element in self.tree.iter("a"):
            if text in words_of(element):
                return urljoin(self.address, element.get("href", ""))
        raise AssertionError(f"No link “{text}” at {self.address}: {self.words[:400]}")

    def follow(self, text: str, **options: Any) -> "Page":
        """The page behind a link with these words."""
        return self.client.get(self.link(text), **options)

    def form(self, holding: str = "", *, action: str = "") -> "Form":
        """The form that holds a field or button so named or worded, or sends to an address that ends in `action`.

        Without either: the only form in <main>.
        """
        forms = [Form(self, element) for element in self.find("main").iter("form")]
        if holding or action:
            forms = [Form(self, element) for element in self.tree.iter("form")]
            forms = [form for form in forms if form.holds(holding) and form.action.endswith(action)]
        assert len(forms) == 1, f"{len(forms)} forms with {holding!r} {action!r} at {self.address}"
        return forms[0]


class Form:
    """A form as it stands in the page, with its hidden values and defaults."""

    def __init__(self, page: Page, element: Element) -> None:
        self.page = page
        self.element = element
        self.action = element.get("action") or page.address
        self.method = (element.get("method") or "get").upper()
        self.values: MultiDict[str, Any] = MultiDict(self._defaults())

    def _controls(self) -> Iterator[Element]:
        for element in self.element.iter():
            if (
                element.tag in {"input", "select", "textarea"}
                and element.get("name")
                and element.get("disabled") is None
            ):
                yield element

    @property
    def names(self) -> list[str]:
        """The names under which it sends something, sorted."""
        return sorted({control.get("name", "") for control in self._controls()})

    def _defaults(self) -> Iterator[tuple[str, str]]:
        for control in self._controls():
            name = control.get("name", "")
            if control.tag == "select":
                yield name, _chosen(control)
            elif control.tag == "textarea":
                yield name, "".join(control.itertext()).removeprefix("\n")
            elif control.get("type") in {"checkbox", "radio"}:
                if control.get("checked") is not None:
                    yield name, control.get("value", "on")
            elif control.get("type") not in NOT_TYPED - {"hidden"} | {"file"}:
                yield name, control.get("value", "")

    def holds(self, what: str) -> bool:
        """Whether a field or button is so named, or a button has these words."""
        if not what or any(control.get("name") == what for control in self._controls()):
            return True
        return any(what == button.get("name") or what in words_of(button) for button in self.element.iter("button"))

    def fill(self, **answers: Any) -> "Form":
        """Answer questions of the form; refuses a field it lacks and an answer it does not offer."""
        for name, answer in answers.items():
            controls = [control for control in self._controls() if control.get("name") == name]
            assert controls, f"The form at {self.page.address} has no field {name!r}."
            self.values.poplist(name)
            given = answer if isinstance(answer, list) else [] if answer in (None, False) else [answer]
            for one in given:
                self.values.add(name, _offered(controls, "1" if one is True else one))
        return self

    def data(self, button: str | None) -> MultiDict[str, Any]:
        """What a browser sends when the button with these words (by default the first) is pressed."""
        sent = self.values.copy()
        buttons = [b for b in self.element.iter("button") if button is None or button in words_of(b)]
        assert buttons, f"The form at {self.page.address} has no button {button!r}."
        if buttons[0].get("name"):
            sent.add(buttons[0].get("name", ""), buttons[0].get("value", ""))
        return sent

    def send(self, button: str | None = None, *, status: int = 200, follow: bool = True) -> Page:
        """Press the button."""
        return self.page.client.send(self, status=status, follow=follow, button=button)


def words_of(element: Element) -> str:
    """The words inside an element, spaced as one line."""
    parts: list[str] = []

    def collect(inner: Element) -> None:
        if inner.tag not in WORDLESS and isinstance(inner.tag, str):
            edge = "" if inner.tag in INLINE else " "
            parts.extend([edge, inner.text or ""])
            for child in inner:
                collect(child)
                parts.append(child.tail or "")
            parts.append(edge)

    collect(element)
    return re.sub(r"\s+", " ", "".join(parts)).strip()


# --- what is wrong with an answer -------------------------------------------------------------------------------------


def judge_answer(page: Page) -> None:
    """Fail where the answer breaks a rule that every answer of ours keeps."""
    faults = list(_header_faults(page))
    if page.response.mimetype in {"application/json", "application/problem+json"} and page.text:
        assert page.json is not None or page.text.strip() == "null"
    if page.is_html:
        faults += page.html_errors
        faults += [*_heading_faults(page), *_id_faults(page), *_form_faults(page), *_content_faults(page)]
    assert not faults, f"{page.address}:\n" + "\n".join(faults)


def _header_faults(page: Page) -> Iterator[str]:
    for name in HEADERS:
        if name not in page.response.headers:
            yield f"header {name} is missing"
    if page.is_html and len(page.response.data) > BYTES_MAX:
        yield f"{len(page.response.data)} bytes"


def _heading_faults(page: Page) -> Iterator[str]:
    headings = [words_of(element) for element in page.tree.iter("h1")]
    title = words_of(page.find("title"))
    if len(headings) != 1:
        yield f"{len(headings)} h1: {headings}"
    elif not headings[0] or not title.startswith(headings[0]):
        yield f"the title “{title}” does not start with the h1 “{headings[0]}”"
    if page.tree.get("lang") not in {"id", "en"}:
        yield f"lang is {page.tree.get('lang')}"
    elif "lang=" not in page.address and page.tree.get("lang") != page.language:
        yield f"the page is in {page.tree.get('lang')}, its reader reads {page.language}"


def _id_faults(page: Page) -> Iterator[str]:
    ids = [element.get("id", "") for element in page.tree.iter() if element.get("id") is not None]
    yield from (f"id {name!r} stands {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1)
    for element in page.tree.iter():
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            yield from (
                f"{attribute}={name!r} points nowhere"
                for name in (element.get(attribute) or "").split()
                if name not in ids
            )
        href = element.get("href") or ""
        if element.tag == "a" and href.startswith("#") and href[1:] not in ids:
            yield f"link to {href} leads nowhere"


def _form_faults(page: Page) -> Iterator[str]:
    labelled = {label.get("for") for label in page.tree.iter("label") if words_of(label)}
    inside = {id(c) for label in page.tree.iter("label") if words_of(label) for c in label.iter()}
    for control in page.tree.iter():
        if control.tag not in {"input", "select", "textarea"} or control.get("type") in NOT_TYPED:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not named and control.get("id") not in labelled and id(control) not in inside:
            yield f"the control {control.get('name')!r} has no label"
    for element in [*page.tree.iter("button"), *page.tree.iter("a")]:
        pictures = [i.get("alt") for i in element.iter("img") if i.get("alt")]
        if not words_of(element) and not element.get("aria-label") and not pictures:
            yield f"a <{element.tag}> without words: {element.attrib}"
    for form in page.tree.iter("form"):
        if not form.get("action"):
            yield "a form without an action"
        tokens = [c for c in form.iter("input") if c.get("name") == "csrf_token" and c.get("value")]
        if (form.get("method") or "get").lower() == "post" and not tokens:
            yield f"the form to {form.get('action')} has no CSRF token"


def _content_faults(page: Page) -> Iterator[str]:
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.get("style") is not None or element.tag == "style":
            yield f"an inline style at <{element.tag}>"
        if element.tag == "script" and not element.get("src") and element.get("type") != "application/ld+json":
            yield "an inline script"
        yield from (f"{name} at <{element.tag}>" for name in element.attrib if str(name).startswith("on"))
        if (element.get("href") or "").lower().startswith("javascript:"):
            yield "a javascript: address"
        if element.tag == "img" and element.get("alt") is None:
            yield f"the picture {element.get('src')} has no alt"


def _has(element: Element, name: str, value: str) -> bool:
    held = element.get(name) or ""
    return value == held or value in held.split()


def _chosen(select: Element) -> str:
    options = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return _value(chosen[0]) if chosen else ""


def _value(option: Element) -> str:
    value = option.get("value")
    return words_of(option) if value is None else value


def _offered(controls: list[Element], answer: Any) -> Any:
    first = controls[0]
    offered = None
    if first.tag == "select":
        offered = [_value(option) for option in first.iter("option")]
    elif first.get("type") in {"checkbox", "radio"}:
        offered = [control.get("value", "on") for control in controls]
    if offered is not None:
        assert str(answer) in offered, f"{answer!r} is not offered: {offered}"
    return answer if offered is None and not isinstance(answer, int) else str(answer)


def _refuse_constant(constant: str) -> Any:
    raise AssertionError(f"{constant} is not JSON")
