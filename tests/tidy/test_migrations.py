"""The migrations make exactly the tables that the models declare, on both engines, and take them away again."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from marketplace.app import create_app
from marketplace.kernel.db import db
from tests.conftest import settings


def test_models_and_migrations_agree(fresh_database, engine, tmp_path):
    app = create_app(settings(fresh_database(engine, empty=True).owner_url, tmp_path))

    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            wanted = {"include_object": lambda item, *_more: item.info.get("only", engine) == engine}
            differences = compare_metadata(MigrationContext.configure(connection, opts=wanted), db.metadata)
        db.engine.dispose()

    assert differences == []


def test_migrations_go_up_down_and_up_again(fresh_database, engine, tmp_path):
    app = create_app(settings(fresh_database(engine, empty=True).owner_url, tmp_path))

    with app.app_context():
        upgrade()
        made = set(inspect(db.engine).get_table_names())
        downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        upgrade()
        again = set(inspect(db.engine).get_table_names())
        db.engine.dispose()

    assert made == again
    assert left == {"alembic_version"}
