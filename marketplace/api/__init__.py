"""/api/v1: bearer tokens, problem documents, paging, idempotent writes, OpenAPI. Parts hang their own routes on it.

Plugs in: the frame and its description, tables of tokens and kept answers, the command `token`, a daily clean-up.
"""

from flask import Flask

from marketplace.api import frame, idempotency
from marketplace.api.cli import token_commands
from marketplace.kernel import jobs

DAY_MINUTES = 24 * 60


def init_app(app: Flask) -> None:
    """Set up the frame; parts that come later call `frame.hang`."""
    frame.init_app(app)
    jobs.every(app, DAY_MINUTES, "api.forget_answers", idempotency.forget_old)
    app.cli.add_command(token_commands)
