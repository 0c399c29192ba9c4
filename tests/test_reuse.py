"""What one test leaves behind, the next one does not find."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.kernel.db import db
from tests import apps, databases
from tests.conftest import settings
from tests.factories.accounts import make_organisation


def test_rows_and_numbers_of_one_test_are_gone_in_the_next(engine: str, tmp_path: Path) -> None:
    with databases.borrowed(engine) as database, apps.shared(database, settings(database.url, tmp_path)) as app:
        first = [id(app), database.name, *organisations_and_events(app)]
        with app.app_context():
            make_organisation("weavers")
            db.session.commit()
        assert organisations_and_events(app) != first[2:]

    with databases.borrowed(engine) as database, apps.shared(database, settings(database.url, tmp_path)) as app:
        assert [id(app), database.name, *organisations_and_events(app)] == first
        with app.app_context():
            make_organisation("weavers")
            db.session.commit()


def test_changed_tables_are_not_lent_again(engine: str) -> None:
    with databases.borrowed(engine) as database:
        change = db.create_engine(database.owner_url)
        with change.begin() as connection:
            connection.execute(text("CREATE TABLE loom (id INTEGER)"))
        change.dispose()

    with databases.borrowed(engine) as database:
        look = db.create_engine(database.owner_url)
        assert not look.dialect.has_table(look.connect(), "loom")
        look.dispose()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_app_on_which_a_test_hung_something_is_not_shared_again(engine: str, tmp_path: Path) -> None:
    with databases.borrowed(engine) as database:
        with apps.shared(database, settings(database.url, tmp_path)) as app:
            app.extensions["loom"] = object()

        with apps.shared(database, settings(database.url, tmp_path)) as next_app:
            assert "loom" not in next_app.extensions


def organisations_and_events(app: Flask) -> tuple[int, int]:
    with app.app_context():
        counts = [
            db.session.scalar(text(f"SELECT count(*) FROM {name}"))
            for name in ("account_organisation", "journal_event")
        ]
        db.session.rollback()
    return counts[0], counts[1]
