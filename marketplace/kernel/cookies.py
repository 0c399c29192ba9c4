"""Cookies of ours: for this host alone over https, out of reach of scripts, never sent along from another site."""

from datetime import timedelta

from flask import Response, current_app, request

PREFIX = "__Host-"  # a browser keeps such a cookie only with Secure, without Domain, for the whole host


def cookie_name(name: str) -> str:
    """What a cookie is called in the browser."""
    return PREFIX + name if _is_https() else name


def read_cookie(name: str) -> str | None:
    """What the browser holds under a name of ours."""
    return request.cookies.get(cookie_name(name))


def keep_cookie(response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """Have the browser keep a value, without `lasts` until it is closed."""
    response.set_cookie(
        cookie_name(name), value, max_age=lasts, httponly=True, samesite="Lax", secure=_is_https(), path="/"
    )


def drop_cookie(response: Response, name: str) -> None:
    """Have the browser forget a value."""
    response.delete_cookie(cookie_name(name), httponly=True, samesite="Lax", secure=_is_https(), path="/")


def _is_https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
