from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask

from marketplace.accounts.credentials import hash_password, hash_pin
from marketplace.accounts.models import Organisation, Role, User
from marketplace.kernel.db import db
from tests.after import deliver
from tests.factories.accounts import join, make_organisation, make_user

PASSWORD = "kapas nila soga"
PIN = "729416"


@pytest.fixture
def cooperative(app: Flask) -> Organisation:
    with app.app_context():
        organisation = make_organisation("tenun-sikka", name="Tenun Sikka")
        db.session.commit()
        db.session.refresh(organisation)
        db.session.expunge_all()
    return organisation


@pytest.fixture
def person(app: Flask, cooperative: Organisation) -> Callable[..., User]:
    """A committed person with a password, a PIN where asked, and roles in the cooperative."""

    def make(*roles: Role, name: str = "Sari Wulandari", pin: bool = False, operator: bool = False) -> User:
        with app.app_context():
            user = make_user(name, is_operator=operator)
            user.password_hash = _hashes()[0]
            if pin:
                user.pin_hash = _hashes()[1]
                user.pin_set_at = user.created_at
            join(user, db.session.get_one(Organisation, cooperative.id), *roles)
            db.session.commit()
            db.session.refresh(user)
            db.session.expunge_all()
        return user

    return make


@pytest.fixture
def letters(app: Flask) -> Callable[[], list[tuple[str, str, str]]]:
    """Deliver what is due and read every letter so far: to, subject, text."""

    def read() -> list[tuple[str, str, str]]:
        with app.app_context():
            deliver()
        folder = Path(app.config["MAIL_URL"].removeprefix("file://"))
        files = sorted(folder.glob("*.eml")) if folder.exists() else []
        found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [(str(m["To"]), str(m["Subject"]), m.get_content()) for m in found]

    return read


def _hashes(kept: list[str] = []) -> list[str]:  # noqa: B006 - hashing once is the point
    if not kept:
        kept.extend([hash_password(PASSWORD), hash_pin(PIN)])
    return kept
