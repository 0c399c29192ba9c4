"""Letters: plain text, one reader each, in her language; sent by outbox handlers after the fact is committed."""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from marketplace.config import MAIL_SECONDS_MAX
from marketplace.kernel import clock, ids

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is written; refuses a line break in what becomes a header."""

    to: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        for header in (self.to, self.subject):
            if any(ord(character) < 32 or character in "\x7f\x85\u2028\u2029" for character in header):
                raise ValueError("A header holds no line break.")
        if self.to.count("@") != 1 or any(character in self.to for character in " ,;<>()"):
            raise ValueError("A letter has one reader, given as a plain address.")


def send(letter: Letter, *, key: str = "") -> None:
    """Hand a letter to MAIL_URL: `smtp://…`, `smtps://…` or a folder `file:///…`; raises OSError where it fails.

    The same `key` gives the same Message-ID, by which a mailbox knows a letter that came twice.
    """
    target = urlsplit(current_app.config["MAIL_URL"])
    message = _message(letter, hashlib.sha256(key.encode()).hexdigest()[:40] if key else ids.new_id())
    if target.scheme == "file":
        folder = Path(unquote(target.path))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{ids.new_id()}.eml").write_bytes(message.as_bytes())
    else:
        _send_by_smtp(target, message)


def address_of(endpoint: str, **values: Any) -> str:
    """The full address of a page for a letter, under BASE_URL whatever Host a request named."""
    base = urlsplit(current_app.config["BASE_URL"])
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)


def _message(letter: Letter, message_id: str) -> EmailMessage:
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    message = EmailMessage()
    message["From"] = formataddr(("Lumbung", f"no-reply@{host}"))
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{message_id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _send_by_smtp(target: SplitResult, message: EmailMessage) -> None:
    host = target.hostname or "localhost"
    if target.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, target.port or 465, timeout=MAIL_SECONDS_MAX, context=context)
    else:
        server = smtplib.SMTP(host, target.port or 25, timeout=MAIL_SECONDS_MAX)
    with server:
        if target.scheme == "smtp" and host not in LOOPBACK:
            server.starttls(context=ssl.create_default_context())
        if target.username:
            server.login(unquote(target.username), unquote(target.password or ""))
        server.send_message(message)
