"""Row-level security, tried as the app's own role: another cooperative's pay is neither seen nor written."""

import psycopg
import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url

from marketplace.app import create_app
from marketplace.kernel import grants, scope
from marketplace.kernel.db import Base, db
from producers.cooperatives.models import Member
from producers.labour.queries import work_of_step
from producers.lots.queries import step_that_made
from producers.wages.models import Payslip
from producers.wages.services import prepare_payslip
from tests import databases
from tests.conftest import settings
from tests.factories.accounts import make_organisation
from tests.factories.producers import make_coop, woven_lot
from tests.factories.workshop import make_workshop

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
# What a home holds of a lot is goods, counted with the lot wherever it goes; a lot's owner is an opaque id there.
GOODS = {"lot", "lot_home", "lot_movement", "lot_step_input"}


@pytest.fixture
def two(app):
    """Two cooperatives, with two payslips and with one; the ids of both."""
    with app.app_context():
        shop = make_organisation("weavers")
        make_workshop(shop)
        other = make_coop("others")
        step = step_that_made(woven_lot(other).id)
        (work,) = work_of_step(step.id)
        prepare_payslip(other.preparer, other.organisation, other.ani, [work.id], due_on=work.worked_on)
        db.session.commit()
        yield [shop.id, other.organisation.id]


def raw(url):
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def rows(connection, table):
    return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def act_for(connection, organisation_id):
    connection.execute("SELECT set_config('lumbung.scope', %s, true)", [organisation_id])


def test_nothing_is_there_unless_the_transaction_says_whose(two, database):
    with raw(database.url) as app_role, raw(database.owner_url) as owner:
        for connection in (app_role, owner):
            assert {rows(connection, table) for table in scope.scoped_tables()} == {0}
            connection.rollback()
            act_for(connection, "*")
            assert rows(connection, "wage_payslip") == 3
            connection.commit()
            assert rows(connection, "wage_payslip") == 0


def test_only_one_cooperatives_rows_are_there(two, database):
    with raw(database.url) as connection:
        act_for(connection, "*")
        whole = {table: rows(connection, table) for table in scope.scoped_tables()}
        connection.commit()
        act_for(connection, two[1])
        other = {table: rows(connection, table) for table in scope.scoped_tables()}
        connection.commit()
        act_for(connection, two[0])
        own = {table: rows(connection, table) for table in scope.scoped_tables()}
        foreign = connection.execute("SELECT count(*) FROM coop_member WHERE organisation_id = %s", [two[1]])

    assert foreign.fetchone()[0] == 0
    assert {table: own[table] + other[table] for table in own} == whole
    assert all(own[table] for table in ("coop_member", "labour_work", "wage_payslip", "wage_payslip_item"))


def test_another_cooperatives_rows_cannot_be_written(two, database):
    with raw(database.url) as connection:
        act_for(connection, two[0])
        changed = connection.execute("UPDATE wage_payslip SET state = 'paid' WHERE organisation_id = %s", [two[1]])
        moved = "UPDATE coop_member SET organisation_id = %s WHERE organisation_id = %s"
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(moved, [two[1], two[0]])
        connection.rollback()
        for escape in (
            "ALTER TABLE wage_payslip DISABLE ROW LEVEL SECURITY",
            "DROP POLICY scope ON wage_payslip",
            "SET LOCAL row_security = off; SELECT count(*) FROM wage_payslip",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(escape)
            connection.rollback()
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid)"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert changed.rowcount == 0
    assert role == (False, False, False)


def test_a_scope_ends_with_its_transaction_on_a_pooled_connection(two, database):
    pool = create_engine(database.url, pool_size=1, max_overflow=0)
    ask = select(func.count(Payslip.id))
    try:
        token = scope.begin_request()
        with scope.organisation(two[0]), pool.connect() as connection:
            seen = connection.scalar(ask)
        with pool.connect() as connection:
            after = connection.scalar(ask)
        with scope.everything(), pool.connect() as connection:
            whole = connection.scalar(ask)
        scope.end_request(token)
    finally:
        pool.dispose()

    assert (seen, after, whole) == (2, 0, 3)


def test_a_scope_holds_for_the_transaction_that_runs_already(two):
    ask = select(func.count(Member.id))
    db.session.rollback()
    token = scope.begin_request()
    try:
        before = db.session.scalar(ask)
        scope.enter(two[1])
        own = db.session.scalar(ask)
        with scope.everything():
            whole = db.session.scalar(ask)
        again = db.session.scalar(ask)
    finally:
        scope.end_request(token)
        db.session.rollback()

    assert (before, own, whole, again) == (0, 2, 4, 2)


def test_every_table_about_a_member_is_scoped(app, database):
    about = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"coop_member", "wage_payslip", "delivery_slip"}
    }
    with raw(database.url) as connection:
        forced = connection.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        protected = {name for (name,) in forced}

    assert about | {"coop_member"} <= protected | GOODS
    assert protected == set(scope.scoped_tables())


def test_an_upgrade_grants_the_rows_to_the_apps_role(database, tmp_path):
    role = make_url(database.url).username
    app = create_app(settings(database.owner_url, tmp_path) | {"APP_DATABASE_ROLE": role})
    with raw(database.owner_url) as owner:
        owner.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")

    with app.app_context():
        granted = grants.let_app_in()
        db.engine.dispose()

    with raw(database.url) as connection:
        assert (granted, rows(connection, "account_user")) == (role, 0)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE account_user")


def test_a_role_without_bounds_is_named_in_production(app, database, tmp_path):
    server = databases._server()
    admin = make_url(server.admin).set(drivername="postgresql+psycopg", database=database.name)
    unbounded = create_app(settings(admin.render_as_string(hide_password=False), tmp_path))
    unbounded.config["LUMBUNG_ENV"] = app.config["LUMBUNG_ENV"] = "production"

    with unbounded.app_context():
        named = [broken.check for broken in grants.unbounded_role()]
        db.session.remove()
        db.engine.dispose()
    with app.app_context():
        bounded = list(grants.unbounded_role())

    assert (named, bounded) == (["database role"], [])
