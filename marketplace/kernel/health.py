"""Whether the process lives, and whether it can serve."""

import re
from functools import cache

from flask import Blueprint, Flask, Response, jsonify
from flask_babel import lazy_gettext as _l
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from marketplace.config import CHECKOUT
from marketplace.kernel.db import db
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.policy import PUBLIC, allow


class NotReady(Unavailable):
    """The tables are missing or older than the program."""

    code = "not_ready"
    message = _l("The database is not up to date. Run: lumbung db upgrade")


blueprint = Blueprint("health", __name__)

_REVISION = re.compile(r"""^revision(?::[^=]+)? = ["'](\w+)["']""", re.MULTILINE)
_FOLLOWS = re.compile(r"""^down_revision(?::[^=]+)? = ["'](\w+)["']""", re.MULTILINE)


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
    """The database answers and has the newest tables; where not, the answer is 503."""
    if not is_up_to_date():
        raise NotReady
    return jsonify(status="ready")


def is_up_to_date() -> bool:
    """Whether the database answers and has the newest tables; the session's transaction ends."""
    try:
        current = db.session.scalars(text("SELECT version_num FROM alembic_version")).all()
    except (OperationalError, ProgrammingError):
        return False
    finally:
        db.session.rollback()
    return set(current) == _newest()


@cache
def _newest() -> frozenset[str]:
    """The newest migrations in the checkout, those that no other follows; read once, without loading alembic."""
    texts = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "migrations" / "versions").glob("*.py")]
    named = {name for text in texts for name in _REVISION.findall(text)}
    return frozenset(named - {name for text in texts for name in _FOLLOWS.findall(text)})
