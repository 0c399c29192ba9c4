"""A write sent twice under one key is done once and answered twice (IETF draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from marketplace.api.models import ApiAnswer
from marketplace.config import API_ANSWER_DAYS
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, LumbungError

Arguments = ParamSpec("Arguments")
HEADER = "Idempotency-Key"
CLIENT_KEY_LENGTH = 40
KEY = re.compile(r"[\x21-\x7e]{1,40}")


class KeyNeeded(LumbungError):
    """Every POST names itself, so that repeating it is harmless."""

    code = "idempotency_key_needed"
    message = _l("Send an Idempotency-Key of 1 to 40 plain characters, new for each thing you record.")


class KeyUsed(Conflict):
    """One key stands for one request."""

    code = "idempotency_key_used"
    status = 422
    message = _l("This Idempotency-Key was sent before with something else. Use a new key.")


def once(view: Callable[Arguments, dict[str, Any]]) -> Callable[Arguments, Response]:
    """Answer 201 with what the view made; the same key and request again gets the same answer, and nothing is done.

    Refuses a request without a key, and a known key with another address or body. The answer is kept in the
    transaction of the write: of two at the same time one is refused by the table's own constraint (409).
    """

    @wraps(view)
    def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        key = request.headers.get(HEADER, "")
        if not KEY.fullmatch(key):
            raise KeyNeeded
        digest = hashlib.sha256(f"{request.path}\n".encode() + request.get_data()).hexdigest()
        known = db.session.scalar(select(ApiAnswer).where(ApiAnswer.token_id == g.api_token.id, ApiAnswer.key == key))
        if known is None:
            g.client_key = _client_key(key, digest)
            known = _keep(key, digest, view(*args, **kwargs))
        elif known.request_sha256 != digest:
            raise KeyUsed
        return Response(known.body, status=known.status, mimetype="application/json")

    return answer


def _client_key(key: str, digest: str) -> str:
    """What the services know the write by: two programs may choose the same key, and an old one may come again."""
    return hashlib.sha256(f"{g.api_token.user_id}\n{key}\n{digest}".encode()).hexdigest()[:CLIENT_KEY_LENGTH]


def _keep(key: str, digest: str, made: dict[str, Any]) -> ApiAnswer:
    answer = ApiAnswer(
        token_id=g.api_token.id,
        key=key,
        request_sha256=digest,
        status=201,
        body=json.dumps(made, ensure_ascii=False),
        created_at=clock.now(),
    )
    db.session.add(answer)
    db.session.flush()
    return answer


def forget_old() -> None:
    """Forget answers older than API_ANSWER_DAYS: the services' own keys go on refusing a second row."""
    before = clock.now() - timedelta(days=API_ANSWER_DAYS)
    db.session.execute(delete(ApiAnswer).where(ApiAnswer.created_at < before))
