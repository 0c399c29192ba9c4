"""Whether the process lives, and whether it can serve."""

from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import text

from marketplace.kernel.db import db
from marketplace.kernel.policy import PUBLIC, allow

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Plug in the two addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@allow(PUBLIC)
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@allow(PUBLIC)
def ready() -> Response:
    """The database answers too; where it does not, the answer is 503."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ready")
