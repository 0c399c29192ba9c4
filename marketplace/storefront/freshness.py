"""How long a public page may be kept: a minute by anybody for a stranger without a session, else by nobody."""

from flask import Response, g, request, session

from marketplace.config import PUBLIC_CACHE_S
from marketplace.kernel.cookies import cookie_name
from marketplace.kernel.i18n import ASKED_COOKIE, COOKIE
from marketplace.kernel.web import SAFE_METHODS


def mark(response: Response) -> Response:
    """Say how long the answer holds, and answer 304 to a reader who has it already."""
    if response.status_code != 200 or request.method not in SAFE_METHODS or "Cache-Control" in response.headers:
        return response
    if is_personal():
        return response
    response.headers["Cache-Control"] = f"public, max-age={PUBLIC_CACHE_S}"
    response.add_etag()
    # We name no day of change, so the tag alone can tell that a reader has it.
    return response.make_conditional(request) if request.if_none_match else response  # type: ignore[return-value]


def is_personal() -> bool:
    """Whether the answer may hold something of this reader: a session, a basket, a choice being made.

    Any cookie but those of the language counts, so that no floor above has to say which of its cookies matter.
    """
    languages = {cookie_name(COOKIE), cookie_name(ASKED_COOKIE)}
    cookies = {name for name in request.cookies if name not in languages}
    return bool(cookies) or session.modified or "chosen_language" in g
