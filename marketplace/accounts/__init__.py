"""Users, server-side sessions, organisations and their roles."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in sign-in and the accounts' pages."""
    from marketplace.accounts import sessions

    sessions.init_app(app)
