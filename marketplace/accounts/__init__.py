"""Users, server-side sessions, organisations and their roles."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in sign-in and the accounts' pages."""
    from marketplace.accounts import console, sessions

    sessions.init_app(app)
    console.init_app(app)
