"""The application for a WSGI server."""

from marketplace.app import create_app

app = create_app()
