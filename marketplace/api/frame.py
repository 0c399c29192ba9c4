"""The frame of /api/v1. A part's api.py looks like this:

    blueprint = Blueprint("api_lots", __name__, description="Lots of a cooperative")

    @operation(blueprint, "/lots", pages_of(LotShown), asks=(PAGE,))
    @allow(TokenOf(INSIDE))
    def lots(organisation: str) -> dict[str, Any]:
        return page_of(paged(browse.newest_first(g.organisation.id), page_asked()))

and its init_app says `frame.hang(app, blueprint)`. Errors are answered by the edge, as everywhere.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, fields

from marketplace.api.idempotency import HEADER
from marketplace.kernel import forms
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.paging import Page
from marketplace.kernel.policy import PUBLIC, allow

PREFIX = "/api/v1"
OF_ORGANISATION = f"{PREFIX}/organisations/<organisation>"
SETTINGS = {
    "API_TITLE": "Lumbung",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": PREFIX,
    "OPENAPI_JSON_PATH": "openapi.json",
}
DESCRIPTION = (
    "What a cooperative's own programs read and record. Whatever is public has a JSON twin at its own address. "
    "Amounts are integers of the currency's minor unit, quantities integers of the lot's unit (GRM, H87)."
)
View = TypeVar("View", bound=Callable[..., Any])


class NotJson(LumbungError):
    """A body that is no JSON object."""

    code = "not_json"
    message = _l("Send one JSON object as application/json.")


class Problem(Schema):
    """RFC 9457, with our code and, where fields are at fault, a sentence for each."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.String())


class Taken(forms.Form):
    """A body: unlike in a form, a field we do not know is refused, so that a misspelt one is noticed."""

    class Meta:
        unknown = RAISE


class Frame(Api):  # type: ignore[misc]
    """flask-smorest describes; our edge answers the errors."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to the edge."""


def init_app(app: Flask) -> None:
    """Make the frame, and its description public."""
    for name, value in SETTINGS.items():
        app.config.setdefault(name, value)
    api = Frame(app, spec_kwargs={"info": {"description": DESCRIPTION, "license": {"name": "AGPL-3.0-or-later"}}})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.schema("Problem", schema=Problem)
    app.extensions["api"] = api
    describe = app.view_functions["api-docs.openapi_json"]

    @allow(PUBLIC)
    def openapi_json() -> Any:
        return describe()

    app.view_functions["api-docs.openapi_json"] = openapi_json


def hang(app: Flask, blueprint: Blueprint) -> None:
    """Hang a part's routes, all below one organisation's address, on the API."""
    app.extensions["api"].register_blueprint(blueprint, url_prefix=OF_ORGANISATION)


def operation(
    blueprint: Blueprint,
    rule: str,
    gives: type[Schema],
    *,
    takes: type[Schema] | None = None,
    asks: tuple[dict[str, Any], ...] = (),
) -> Callable[[View], View]:
    """Hang a view at `rule` and describe it: what it gives, what a write takes, what it asks, how it refuses.

    With `takes` it is a POST, which needs an Idempotency-Key (`once`), else a GET.
    """
    refusals = (401, 403, 404, 422, 429, *((400, 409, 413) if takes else ()))
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told: dict[str, Any] = {
        "security": [{"token": []}],
        "parameters": [*asks, *([KEY] if takes else [])],
        "responses": {str(status): {"description": "Refused", "content": problem} for status in sorted(refusals)},
    }
    if takes:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": takes}}}

    def hung(view: View) -> View:
        described = blueprint.response(201 if takes else 200, gives)(blueprint.doc(**told)(view))
        blueprint.route(rule, methods=["POST" if takes else "GET"])(described)
        return view

    return hung


def body(schema: type[Schema]) -> dict[str, Any]:
    """The values of the JSON body by the schema; refuses what is no JSON object (NotJson) and bad fields (Invalid)."""
    if request.mimetype != "application/json":
        raise NotJson
    try:
        sent = json.loads(request.get_data(), parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    if not isinstance(sent, dict):
        raise NotJson
    return forms.load(schema, sent)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def page_of(page: Page[Any], show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page of a list as the API gives it."""
    return {
        "total": page.total,
        "page": page.number,
        "pages": page.count,
        "items": [show(item) for item in page.items],
    }


def pages_of(schema: type[Schema]) -> type[Schema]:
    """The schema of such a page."""
    return Schema.from_dict(
        {
            "total": fields.Integer(required=True),
            "page": fields.Integer(required=True),
            "pages": fields.Integer(required=True),
            "items": fields.List(fields.Nested(schema), required=True),
        },
        name=f"{schema.__name__}Page",
    )


KEY = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,40}$"},
}
PAGE = {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 1, "default": 1}}
__all__ = ["PAGE", "Blueprint", "Taken", "body", "hang", "operation", "page_of", "pages_of"]
