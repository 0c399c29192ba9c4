from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import BadSignature
from markupsafe import Markup

from marketplace.kernel.sessions import Sessions

HELD = [
    {},
    {"csrf_token": "a" * 40, "checkout": {"name": "Sri \u2013 Wahyuni", "country": "ID", "none": None}},
    {"seen": 1_764_216_000, "share": 0.5, "fresh": True, "many": [1, [2, {"a": ["b"]}]]},
    {"_flashes": [("message", "Paid."), ("message", Markup("<b>Paid.</b>"))]},
    {"at": datetime(2026, 11, 27, 4, 5, 6, tzinfo=UTC), "id": UUID(int=7), "raw": b"\x00\xff"},
    {"said": '{" t":[1]}', "object": {" t": [1]}, "more": {" t": 1, " d": 2}, " u": "none"},
    {" t": ["a session of this one name"]},
    {"short": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "long": " ".join(map(str, range(900)))},
]


@pytest.fixture
def bare() -> Flask:
    made = Flask("bare")
    made.config["SECRET_KEY"] = "s" * 40
    return made


@pytest.mark.parametrize("held", HELD)
def test_a_session_is_written_and_read_as_flask_does(bare: Flask, held: dict[str, Any]):
    ours, flasks = _serializer(Sessions(), bare), _serializer(SecureCookieSessionInterface(), bare)

    with bare.app_context():
        assert ours.serializer.dumps(held) == flasks.serializer.dumps(held)
        assert ours.loads(flasks.dumps(held)) == flasks.loads(ours.dumps(held)) == ours.loads(ours.dumps(held)) == held
        assert len(ours.dumps(held)) <= 1.01 * len(flasks.dumps(held))


def test_an_older_secret_still_opens_what_it_signed_and_signs_nothing_more(bare: Flask):
    kept = Sessions()
    before = _serializer(kept, bare).dumps({"a": "b"})

    bare.config.update(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=["s" * 40])
    after = _serializer(kept, bare).dumps({"a": "b"})

    assert _serializer(kept, bare).loads(before) == _serializer(kept, bare).loads(after) == {"a": "b"}
    bare.config["SECRET_KEY_FALLBACKS"] = None
    with pytest.raises(BadSignature):
        _serializer(kept, bare).loads(before)


@pytest.mark.parametrize("place", [0, 10, -5])
def test_a_changed_session_is_nobodys(bare: Flask, place: int):
    cookie = _serializer(Sessions(), bare).dumps({"user": "somebody"})
    changed = bytearray(cookie.encode())
    changed[place] = ord("B" if changed[place] == ord("A") else "A")

    with pytest.raises(BadSignature):
        _serializer(Sessions(), bare).loads(changed.decode())


def _serializer(sessions: SecureCookieSessionInterface, app: Flask) -> Any:
    return sessions.get_signing_serializer(app)


def test_a_session_is_sent_where_it_is_new_and_every_answer_varies_with_cookies(client: FlaskClient):
    first = client.get("/sign-in")
    again = client.get("/sign-in")

    assert [answer.headers.getlist("Vary") for answer in (first, again)] == [["Cookie, Accept-Language"]] * 2
    assert [len(answer.headers.getlist("Set-Cookie")) for answer in (first, again)] == [1, 0]
