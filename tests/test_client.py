import pytest
from flask import Flask, request

from tests.client import PageClient

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hand over · Lumbung</title></head>
<body><main><h1>Hand over</h1>{}</main></body></html>"""
FORM = """<form method="post" action="/echo"><input type="hidden" name="csrf_token" value="t">
<label for="a">Name</label><input id="a" name="a" value="was"><label>Kind <select name="b">
<option value="1">One</option><option value="2">Two</option></select></label>
<label><input type="checkbox" name="c" value="1"> Yes</label><label>Note <textarea name="d">
old</textarea></label><button name="go" value="save">Save</button></form>"""


@pytest.fixture
def client():
    app = Flask(__name__)
    app.secret_key = "k"
    answers = {"body": GOOD.format(FORM), "headers": HEADERS}
    app.add_url_rule("/", "page", lambda: (answers["body"], answers["headers"]))
    app.add_url_rule("/json", "json", view_func=lambda: ('{"a": NaN}', {**HEADERS, "Content-Type": "application/json"}))
    app.add_url_rule(
        "/echo", view_func=lambda: ({**request.form.to_dict()}, HEADERS), methods=["POST"], endpoint="echo"
    )
    client = PageClient(app)
    client.answers = answers
    return client


def test_good_page_passes_and_its_form_is_sent_as_it_stands(client):
    page = client.get("/").form().fill(a="is", b="2", c=True).send("Save")

    assert page.json == {"csrf_token": "t", "a": "is", "b": "2", "c": "1", "d": "old", "go": "save"}


def test_form_is_asked_only_what_it_offers(client):
    form = client.get("/").form()

    with pytest.raises(AssertionError, match="has no field 'price'"):
        form.fill(price=1)
    with pytest.raises(AssertionError, match="not offered"):
        form.fill(b="3")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (GOOD.format("<h1>Twice</h1>"), "2 h1"),
        (GOOD.replace("<title>Hand", "<title>Lumbung · Hand").format(""), "does not start with the h1"),
        (GOOD.replace('lang="en"', "").format(""), "lang is None"),
        (GOOD.replace('lang="en"', 'lang="id"').format(""), "its reader reads en"),
        (GOOD.format("<p id=a></p><p id=a></p>"), "id 'a' stands 2 times"),
        (GOOD.format('<a href="#gone">Go</a>'), "leads nowhere"),
        (GOOD.format('<label for="x">N</label>'), "points nowhere"),
        (GOOD.format('<input name="x">'), "the control 'x' has no label"),
        (GOOD.format("<button></button>"), "without words"),
        (GOOD.format('<form method="post" action="/x"></form>'), "no CSRF token"),
        (GOOD.format('<form method="get"></form>'), "without an action"),
        (GOOD.format('<p style="color:red"></p>'), "inline style"),
        (GOOD.format("<script>1</script>"), "inline script"),
        (GOOD.format('<p onclick="x()"></p>'), "onclick"),
        (GOOD.format('<img src="/x.png">'), "has no alt"),
        (GOOD.format("<p><div></p>"), "unexpected-end-tag"),
        (GOOD.format("x" * 150_001), "bytes"),
    ],
)
def test_each_fault_is_named(client, body, fault):
    client.answers["body"] = body

    with pytest.raises(AssertionError, match=fault):
        client.get("/")


@pytest.mark.parametrize("header", HEADERS)
def test_missing_header_is_named(client, header):
    client.answers["headers"] = {name: value for name, value in HEADERS.items() if name != header}

    with pytest.raises(AssertionError, match=f"header {header} is missing"):
        client.get("/")


def test_json_that_is_none_is_refused(client):
    with pytest.raises(AssertionError, match="NaN is not JSON"):
        client.get("/json")
