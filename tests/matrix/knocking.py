"""Knocking at a door: who, on whose objects, and what she is told; nothing that is tried is kept."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from marketplace.accounts.devices import COOKIE
from marketplace.accounts.models import Organisation, User
from marketplace.api.models import ApiToken
from marketplace.api.tokens import PREFIX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.matrix.doors import Door
from tests.matrix.world import World

ADMITTED = 0
"""The status of an answer that would have been kept: the act was allowed and done, but for the commit."""

VARIES = [
    (re.compile(r'(name="csrf_token"[^>]*value=")[^"]*'), r"\1"),
    (re.compile(r'("request_id":\s*")[^"]*'), r"\1"),
]


class Kept(BaseException):
    """Raised in place of a commit, past every handler of errors."""


@dataclass(frozen=True)
class Told:
    """What somebody is told at a door: status, where it sends her, and the page without what differs each time."""

    status: int
    location: str
    body: str


class Knocker:
    """Somebody in front of the doors, signed in or not."""

    def __init__(self, app: Flask, world: World, who: str, language: str = "en") -> None:
        self.world, self.who = world, who
        self.client = PageClient(app, language)
        user_id = world.people[who]
        if user_id:
            self.client.sign_in(User(id=user_id))
        self.client.http.set_cookie(COOKIE, world.phone)
        self.token = self.client.csrf_token()
        self.name = str(app.config["SESSION_COOKIE_NAME"])
        cookie = self.client.http.get_cookie(self.name)
        assert cookie is not None
        self.cookie = cookie.value
        self.key = api_token(app, world, user_id) if user_id else ""

    def knock(self, door: Door, **instead: str) -> Told:
        """Try a door; `instead` names blanks and fields that get another cooperative's object, or one that is none."""
        address, fields = door.filled(self.world, **instead)
        headers = {"Accept-Language": "en"}
        if door.is_for_programs and self.key:
            headers |= {"Authorization": f"Bearer {self.key}", "Idempotency-Key": "knock"}
        if door.method == "GET":
            return self._told(address, self.client.http.get(address, headers=headers))
        sent = {"json": fields} if door.is_for_programs else {"data": {**fields, "csrf_token": self.token}}
        try:
            with nothing_kept():
                answer = self.client.http.open(address, method=door.method, headers=headers, **sent)
        except Kept:
            return Told(ADMITTED, "", "")
        finally:
            self.client.http.set_cookie(self.name, self.cookie)  # signing out keeps nothing either
        return self._told(address, answer)

    def _told(self, address: str, answer: TestResponse) -> Told:
        is_text = answer.mimetype.startswith(("text/", "application/json", "application/problem"))
        body = answer.text.replace(address, "…") if is_text else ""
        for pattern, kept in VARIES:
            body = pattern.sub(kept, body)
        answer.close()
        return Told(answer.status_code, answer.headers.get("Location", "").replace(address, "…"), body)


def api_token(app: Flask, world: World, user_id: str) -> str:
    """A program's key for somebody in the own cooperative, which outlives whatever role she had there."""
    secret = PREFIX + ids.secret_token()
    with app.app_context():
        organisation = db.session.scalars(select(Organisation).where(Organisation.slug == world.own["organisation"]))
        db.session.add(
            ApiToken(
                token_hash=ids.token_hash(secret),
                user_id=user_id,
                organisation_id=organisation.one().id,
                name="matrix",
                may_write=True,
                created_at=clock.now(),
                expires_at=clock.now() + timedelta(days=1),
            )
        )
        db.session.commit()
    return secret


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Inside the block a commit does not happen, and says so by raising Kept."""

    def refuse(_session: object) -> None:
        raise Kept

    event.listen(db.session, "before_commit", refuse)
    try:
        yield
    finally:
        event.remove(db.session, "before_commit", refuse)
