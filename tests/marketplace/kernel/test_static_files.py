"""Static files: an address that names its content is kept for a year, any other for an hour."""

import re

import pytest
from flask import url_for

from marketplace.app import create_app
from marketplace.kernel.static_files import content_version


@pytest.fixture(scope="module")
def bare_app():
    return create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:"})


@pytest.fixture
def address(bare_app):
    with bare_app.test_request_context("/"):
        return url_for("static", filename="css/tokens.css")


def test_the_address_names_the_content(address):
    assert re.fullmatch(r"/static/css/tokens\.css\?v=[0-9a-f]{12}", address)


def test_what_is_asked_for_by_content_never_changes(bare_app, address):
    answer = bare_app.test_client().get(address, buffered=True)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"


def test_a_file_asked_for_by_name_is_kept_for_an_hour_under_the_same_guard(bare_app):
    answer = bare_app.test_client().get("/static/css/tokens.css", buffered=True)

    assert answer.headers["Cache-Control"] == "max-age=3600, public"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/static/css/none.css", "/static/../wsgi.py", "/static/%2e%2e/pyproject.toml"])
def test_nothing_else_is_handed_out(bare_app, path):
    assert bare_app.test_client().get(path).status_code == 404


def test_a_changed_file_has_another_version(tmp_path):
    sheet = tmp_path / "a.css"
    sheet.write_text("a{}")
    before = content_version(sheet)

    sheet.write_text("b{ color: red }")

    assert content_version(sheet) != before
    assert content_version(tmp_path / "absent.css") == ""
