"""Personal fields: unreadable where stored, found by their index, bound to their column, under several keys."""

import pytest
from sqlalchemy import String, func, select, text, type_coerce
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.config import BadSetting, load
from marketplace.kernel import clock, personal
from marketplace.kernel.db import db
from marketplace.kernel.journal.verify import journaled_mappers
from marketplace.kernel.keyring import all_fields, fields_by_key, rotate, unreadable_fields
from marketplace.kernel.personal import FieldTooLong, FieldUnreadable
from tests.conftest import settings
from tests.factories.accounts import make_user

OLD, NEW = "33" * 32, "44" * 32


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def close():
    db.session.remove()
    db.engine.dispose()


def stored_name(user):
    return db.session.scalar(select(type_coerce(User.name, String)).where(User.id == user.id))


def test_a_name_is_plain_for_the_program_and_not_in_the_database(context):
    user = make_user("Maria Goreti")
    db.session.commit()

    stored = stored_name(user)
    db.session.expire(user)

    assert user.name == "Maria Goreti"
    assert "Maria" not in stored
    assert stored.startswith(f"v1.{personal.field_key(OLD).id}.")


def test_the_same_text_is_never_stored_alike(context):
    assert personal.sealed("Maria", "a.b") != personal.sealed("Maria", "a.b")
    assert personal.sealed("", "a.b") == ""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_stored_field_belongs_to_its_column(context):
    moved = personal.sealed("+62811", "account_user.phone")

    with pytest.raises(FieldUnreadable):
        personal.opened(moved, "account_user.name")
    with pytest.raises(FieldUnreadable):
        personal.opened("Maria", "account_user.name")
    with pytest.raises(FieldUnreadable):
        personal.opened(moved[:-6] + "AAAA==", "account_user.phone")


def test_an_address_is_found_by_its_index_and_taken_once(context):
    user = make_user()
    assert db.session.scalar(select(User).where(User.email == user.email)) is user
    assert db.session.scalar(select(User).where(User.email == "nobody@example.org")) is None
    assert db.session.scalars(select(User).where(User.phone.is_(None))).all() == [user]

    db.session.add(User(name="Second", email=user.email, created_at=clock.now()))

    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_the_database_cannot_do_is_refused_when_written(context):
    for wrong in (
        lambda: User.name == "Maria",
        lambda: User.name.icontains("ari"),
        lambda: User.email.in_(["a@example.org"]),
        lambda: User.name.desc(),
    ):
        with pytest.raises(TypeError, match="encrypted"):
            wrong()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_text_too_long_for_its_column_is_refused(context):
    db.session.add(User(name="M" * 121, created_at=clock.now()))

    with pytest.raises(FieldTooLong):
        db.session.flush()
    db.session.rollback()


def test_keys_are_changed_while_people_sign_in(database, tmp_path):
    old = create_app(settings(database.url, tmp_path))
    with old.app_context():
        user = make_user("Maria Goreti")
        email, user_id = user.email, user.id
        db.session.commit()
        close()
    both = create_app(settings(database.url, tmp_path) | {"FIELD_KEYS": [NEW, OLD]})

    with both.app_context():
        found_before = db.session.scalar(select(User.id).where(User.email == email))
        rows = rotate()
        again = rotate()
        used = fields_by_key()
        close()
    new = create_app(settings(database.url, tmp_path) | {"FIELD_KEYS": [NEW]})
    with new.app_context():
        found = db.session.scalar(select(User).where(User.email == email))
        name = found.name
        broken = list(unreadable_fields())
        close()

    assert (found_before, found.id, name) == (user_id, user_id, "Maria Goreti")
    assert (rows, again) == (1, 0)
    assert set(used) == {personal.field_key(NEW).id}
    assert broken == []


def test_a_name_written_by_hand_is_named_by_verify(context):
    user_id = make_user().id
    db.session.commit()
    db.session.execute(text("UPDATE account_user SET name = 'Somebody else'"))
    db.session.commit()

    broken = list(unreadable_fields())

    assert [(it.table, it.row) for it in broken] == [("account_user", user_id)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_commands_say_which_keys_are_needed(context):
    make_user()
    db.session.commit()

    listed = context.test_cli_runner().invoke(args=["keys", "list"])
    rotated = context.test_cli_runner().invoke(args=["keys", "rotate"])

    assert f"{personal.field_key(OLD).id}  2 fields  newest" in listed.output
    assert "0 rows written" in rotated.output


def test_a_key_that_is_none_stops_the_start():
    with pytest.raises(BadSetting, match="FIELD_KEYS"):
        load({"FIELD_KEYS": ["not a key"]})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_journaled_personal_columns_are_encrypted_and_the_other_way_round(context):
    """A column that is left out of the digest is personal, and what is personal is encrypted; secrets are neither."""
    secrets = {("checkout_order", "token"), ("receipt_receipt", "token")}
    encrypted = {tuple(field.type.place.split(".")) for field in all_fields()}
    left_out = {
        (mapper.local_table.name, name.removesuffix("_index"))
        for mapper in db.Model.registry.mappers
        for name in getattr(mapper.class_, "journal_personal", ())
    }

    journaled = {it.local_table.name for it in journaled_mappers()}
    unjournaled = {place for place in encrypted if place[0] not in journaled}
    assert left_out - secrets == encrypted - unjournaled


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_names_are_sorted_and_sought_in_the_program(context):
    wanted = [make_user(name).id for name in ("adi", "Budi", "Citra")]
    query = select(User.id, User.name)

    assert personal.by_name(query) == wanted
    assert personal.by_name(query, sought="BUD") == wanted[1:2]
    assert db.session.scalar(select(func.count()).select_from(User)) == 3
