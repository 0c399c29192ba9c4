"""The edge: one transaction an action, errors as page or problem document."""

from collections.abc import Callable
from errno import EDQUOT, ENOSPC, errorcode
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.globals import request_ctx
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, NotSupportedError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from marketplace.config import ADDRESS_KEPT_CHARACTERS_MAX, ADDRESSES_KEPT_MAX, SLOW_REQUEST_MS
from marketplace.kernel import ids, metrics, scope
from marketplace.kernel.db import db, only_read
from marketplace.kernel.errors import Conflict, Invalid, LumbungError, Unavailable
from marketplace.kernel.messages import LumbungRequest, WholeResponse
from marketplace.kernel.pages import Pages
from marketplace.kernel.routing import LateRule
from marketplace.kernel.sessions import Sessions

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Who is not let in, not allowed, or comes too often is written down.
GUARDED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})

NO_ROOM = frozenset({ENOSPC, EDQUOT})

csrf = CSRFProtect()
NOT_KEPT = frozenset({"csrf_token", "password", "new_password", "again", "pin", "code"})

log = structlog.get_logger("web")


class LumbungFlask(Flask):
    """Flask with one commit an action, and addresses made once: a list prints the same hundred again and again."""

    request_class = LumbungRequest
    url_rule_class = LateRule
    response_class = WholeResponse
    session_interface = Sessions()
    jinja_environment = Pages

    def __init__(self, *names: Any, **folders: Any) -> None:
        super().__init__(*names, **folders)
        self._address = lru_cache(maxsize=ADDRESSES_KEPT_MAX)(self._made_address)

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """As Flask makes it; kept is what depends on nothing but its parts."""
        if _anchor is None and _method is None and _scheme is None and not _external and has_request_context():
            here = request_ctx.url_adapter
            if here and self._is_lasting(endpoint) and _are_few(values):
                return self._address(here.script_name, endpoint, tuple(values.items()))
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _is_lasting(self, endpoint: str) -> bool:
        """Not relative to where the reader is, nor the version of a file that is being worked on."""
        return endpoint[0] != "." and (endpoint != "static" or self.config["LUMBUNG_ENV"] != "development")

    def _made_address(self, _root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return super().url_for(endpoint, **dict(values))

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view or hook here is a coroutine, so none is looked at a dozen times a request."""
        return func

    def dispatch_request(self) -> Response:
        """Run the view, then commit where it asked the database; whatever it raises rolls back in the error handler."""
        response: Response = self.make_response(super().dispatch_request())
        if request.method not in SAFE_METHODS and response.status_code < 400 and db.session.registry.has():
            db.session.commit()
        return response


def _are_few(values: dict[str, Any]) -> bool:
    """Whether the parts of an address are words and numbers short enough to be kept."""
    length = 0
    for value in values.values():
        if type(value) is str:
            length += len(value)
        elif type(value) is not int:
            return False
    return length <= ADDRESS_KEPT_CHARACTERS_MAX


def init_app(app: Flask) -> None:
    """Hang the edge on the app."""
    csrf.init_app(app)
    app.before_request(_open_request)
    app.after_request(_close_request)
    app.teardown_request(_end_request)
    app.register_error_handler(LumbungError, _answer_refusal)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(CSRFError, _answer_http)
    app.register_error_handler(OperationalError, _answer_database)
    app.register_error_handler(InterfaceError, _answer_database)
    app.register_error_handler(NotSupportedError, _answer_database)  # tables changed under a running server
    app.register_error_handler(NoConnectionFree, _answer_crowded)
    app.register_error_handler(OSError, _answer_full)
    app.register_error_handler(IntegrityError, _answer_race)
    app.register_error_handler(StaleDataError, _answer_race)
    app.register_error_handler(DataError, _answer_unstorable)
    app.register_error_handler(OverflowError, _answer_unstorable)
    app.register_error_handler(UnicodeEncodeError, _answer_unstorable)
    app.register_error_handler(Exception, _answer_unexpected)


def _open_request() -> None:
    g.request_id = request_id = ids.new_id()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    g.scope = scope.begin_request()
    reads = request.method in SAFE_METHODS
    only_read(reads)
    if not reads and not _has_own_proof():
        csrf.protect()


def _has_own_proof() -> bool:
    """Bearer tokens and signed webhooks are not sent by a browser on its own, so they need no CSRF token."""
    return request.path.startswith(("/api/", "/webhooks/"))


def _close_request(response: Response) -> Response:
    response.headers.add("X-Request-ID", g.get("request_id", ""))
    _log_request(response)
    return response


def _end_request(_error: BaseException | None) -> None:
    token = g.pop("scope", None)
    if token is not None:
        scope.end_request(token)


def _log_request(response: Response) -> None:
    """What may have changed something, failed or was slow; all else is only counted. Never the address itself."""
    took_ms = round(metrics.seconds_so_far() * 1000)
    if request.method in SAFE_METHODS and response.status_code < 500 and took_ms < SLOW_REQUEST_MS:
        return
    log.info("request", method=request.method, route=metrics.route(), status=response.status_code, ms=took_ms)


def wants_json() -> bool:
    """Whether the reader is a program: an API path, a JSON twin, or an Accept header that prefers JSON."""
    if request.path.startswith(("/api/", "/webhooks/")) or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def problem(status: int, code: str, detail: str, fields: dict[str, Any] | None = None) -> Response:
    """An RFC 9457 problem document."""
    body: dict[str, Any] = {
        "type": f"urn:lumbung:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("request_id", ""),
    }
    if fields:
        body["errors"] = {name: str(message) for name, message in fields.items()}
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _answer(
    status: int,
    code: str,
    sentence: str,
    fields: dict[str, Any] | None = None,
    *,
    asks_nothing: bool = False,
    kept: list[tuple[str, str]] | None = None,
) -> Response:
    """The refusal as its reader wants it; `asks_nothing`: without what the page's header would ask the database.

    `kept` is what a form held that is to be sent again.
    """
    db.session.rollback()
    if wants_json():
        response = problem(status, code, sentence, fields)
    elif request_ctx.url_adapter is None:  # a foreign Host header: no page can be addressed
        response = Response(sentence, status=status, mimetype="text/plain")
    else:
        said = {"status": status, "code": code, "sentence": sentence, "fields": fields, "kept": kept}
        template = current_app.jinja_env.get_template("layouts/error.html")
        page = template.render(said) if asks_nothing else render_template(template, **said)
        response = Response(page, status=status, mimetype="text/html")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "30"
    return response


def _answer_refusal(error: LumbungError) -> Response:
    if error.status in GUARDED:
        log.warning("refused", code=error.code, status=error.status, endpoint=request.endpoint)
    if error.leads_to and not wants_json() and request.method in SAFE_METHODS:
        return redirect(url_for(error.leads_to, next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    kept = _kept_form() if error.keeps_form and request.method not in SAFE_METHODS else None
    return _answer(error.status, error.code, error.sentence, error.fields, kept=kept)


def _kept_form() -> list[tuple[str, str]]:
    """What the refused form held, to be sent again; no secrets. Its token was good, so it is a form of our own."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT]


def _answer_http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    if status in GUARDED or isinstance(error, CSRFError):
        log.warning("refused", code=type(error).__name__, status=status, endpoint=request.endpoint)
    response = _answer(status, HTTPStatus(status).name.lower(), _sentence(status))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.setdefault(name, value)
    return response


def _sentence(status: int) -> str:
    sentences = {
        400: _("The request could not be read. Load the page again and repeat what you did."),
        404: _("There is nothing at this address."),
        405: _("This address does not take that kind of request."),
        413: _("This is too large. Send a smaller file."),
        415: _("This kind of content cannot be read here."),
        429: _("Too many attempts. Wait a quarter of an hour and try again."),
    }
    return str(sentences.get(status, _("This cannot be done.")))


def _answer_database(error: OperationalError | InterfaceError | NotSupportedError) -> Response:
    log.error("database_unavailable", error=type(error.orig).__name__)
    return _unavailable()


def _unavailable() -> Response:
    refusal = Unavailable()
    return _answer(refusal.status, refusal.code, refusal.sentence, asks_nothing=True)


def _answer_crowded(_error: NoConnectionFree) -> Response:
    log.error("no_connection_free")
    return _unavailable()


def _answer_full(error: OSError) -> Response:
    """A disk has no room for a photo, or for a large form on its way in; any other failing file is our mistake."""
    if error.errno not in NO_ROOM:
        return _answer_unexpected(error)
    log.error("disk_full", error=errorcode[error.errno])
    return _unavailable()


def _answer_race(error: IntegrityError | StaleDataError) -> Response:
    """A constraint refused what a service let through, or a row was gone: two people did the same at once."""
    log.warning("constraint_refused", error=type(getattr(error, "orig", error)).__name__)
    return _answer_refusal(Conflict())


def _answer_unstorable(error: Exception) -> Response:
    """A text with a zero byte or half a character, a number wider than 64 bits."""
    log.warning("value_unstorable", error=type(error).__name__)
    return _answer_refusal(Invalid())


def _answer_unexpected(error: Exception) -> Response:
    log.exception("unexpected_error")
    return _answer(500, "internal", _("Something went wrong on our side. It has been noted."))
