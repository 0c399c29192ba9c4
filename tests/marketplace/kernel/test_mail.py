from email import message_from_bytes, policy
from pathlib import Path

import pytest

from marketplace.kernel.mail import Letter, address_of, send


def sent(app):
    folder = Path(app.config["MAIL_URL"].removeprefix("file://"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]


@pytest.fixture
def engine():
    return "sqlite"


def test_letter_is_plain_text_in_a_file(app):
    with app.app_context():
        send(Letter("sari@example.org", "Upah Anda", "Halo Ibu,\n\nสวัสดี\n"))

    (message,) = sent(app)
    assert (message["To"], message["Subject"], message.get_content_type()) == (
        "sari@example.org",
        "Upah Anda",
        "text/plain",
    )
    assert "สวัสดี" in message.get_content()


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("a@example.org\r\nBcc: b@example.org", "x"),
        ("a@example.org", "x\nBcc: b@example.org"),
        ("a@example.org", "x\u2028Bcc: b@example.org"),
        ("a@example.org, b@example.org", "x"),
        ("a@example.org b@example.org", "x"),
        ("A <a@example.org>", "x"),
        ("nobody", "x"),
    ],
)
def test_header_injection_is_refused(to, subject):
    with pytest.raises(ValueError, match=r"header|letter"):
        Letter(to, subject, "text")


def test_addresses_in_letters_stand_under_the_base_url(app):
    with app.app_context():
        app.config["BASE_URL"] = "https://lumbung.example/shop"

        assert address_of("accounts.reset", token="t") == "https://lumbung.example/shop/reset/t"


def test_letter_that_cannot_be_handed_over_is_tried_again(app, monkeypatch):
    with app.app_context():
        app.config["MAIL_URL"] = "smtp://127.0.0.1:9"

        with pytest.raises(OSError, match="refused"):
            send(Letter("sari@example.org", "x", "y"))
