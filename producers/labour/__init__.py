"""Work done in steps: pieces or hours, the rate, own costs, and the sign-off that makes them owed."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables, and what decisions' pages say of work."""
    from producers.decisions import citations
    from producers.labour import citing, models

    app.extensions["labour"] = models
    citations.add(app, citing.work_at_rate)
