"""What a page tells a browser: no other site may read it, no cache keeps it, secrets are masked and can be pasted."""

import pytest

from marketplace.accounts.models import User
from marketplace.kernel.db import db
from tests.factories.accounts import make_user

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def signed_in(app, visitor):
    with app.app_context():
        user = make_user("Ratna")
        db.session.commit()
        user_id = user.id
    return visitor.sign_in(User(id=user_id))


def test_no_other_site_reads_an_answer(signed_in):
    for address in ("/", "/account", "/products.json", "/sign-in", "/verify", "/nothing"):
        for method in ("GET", "OPTIONS"):
            headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
            answer = signed_in.http.open(address, method=method, headers=headers)
            assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_persons_page_is_kept_by_nobody_and_forgotten_at_the_end(signed_in):
    page = signed_in.get("/account")
    assert "no-store" in page.response.headers["Cache-Control"]

    answer = signed_in.http.post("/sign-out", data={"csrf_token": signed_in.csrf_token()})

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/sign-in", "/account/new", "/account/password", "/account/second-step"])
def test_secrets_are_masked_pasted_and_kept_by_password_keepers(app, visitor, signed_in, address):
    reader = signed_in if address.startswith("/account/") and address != "/account/new" else type(visitor)(app)

    fields = list(reader.get(address).find_all("input", type="password"))

    assert fields
    for field in fields:
        assert field.get("autocomplete") in {"current-password", "new-password"}
        assert not {"onpaste", "readonly", "maxlength"} & set(field.keys())
