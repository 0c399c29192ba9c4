"""What is personal is held to without being held: changed by hand it is named, erased it leaves nothing to guess at."""

import json

import pytest
from sqlalchemy import select, text

from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.models import Event, Salt
from marketplace.kernel.keyring import rotate, unreadable_fields
from tests.factories.producers import make_coop


@pytest.fixture
def coop(app):
    with app.app_context():
        made = make_coop()
        db.session.commit()
        sequencer.sequence()
        yield made


def leaves(member_id):
    query = select(Event.leaf).where(Event.row_id == member_id).order_by(Event.id)
    return [json.loads(leaf) for leaf in db.session.scalars(query)]


def salt_of(member_id):
    return db.session.scalar(select(Salt.salt).where(Salt.row_id == member_id))


def broken():
    db.session.expire_all()
    sequencer.sequence()
    return [(it.check, it.row) for it in (*verify.check_journal(), *unreadable_fields())]


def by_hand(statement, **values):
    db.session.execute(text(statement), values)
    db.session.commit()


def test_a_field_put_in_anothers_place_is_named(coop):
    ani, budi = coop.ani.id, coop.budi.id
    assert broken() == []
    (leaf,) = leaves(ani)
    assert len(leaf["commitment"]) == 64
    assert "Ani" not in json.dumps(leaf)

    by_hand("UPDATE coop_member SET name = (SELECT name FROM coop_member WHERE id = :budi) WHERE id = :ani",
            ani=ani, budi=budi)  # fmt: skip

    assert broken() == [("commitment", ani)]


def test_a_service_may_change_it_and_a_new_key_changes_nothing(coop):
    before = salt_of(coop.ani.id)
    coop.ani.name = "Ani Lestari"
    db.session.commit()
    coop.ani.left_on = coop.ani.joined_on
    db.session.commit()
    rotate()

    assert broken() == []
    assert salt_of(coop.ani.id) != before
    assert ["commitment" in leaf for leaf in leaves(coop.ani.id)] == [True, True, False]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "tampering",
    ["UPDATE coop_member SET sex = '' WHERE id = :id AND sex IS NULL", "DELETE FROM journal_salt WHERE row_id = :id"],
)
def test_what_is_emptied_or_cannot_be_proven_is_named(coop, tampering):
    by_hand(tampering, id=coop.ani.id)

    assert broken() == [("commitment", coop.ani.id)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_erased_row_needs_no_salt_and_older_events_cannot_be_tried(coop):
    used = salt_of(coop.ani.id)
    coop.ani.name = ""
    db.session.commit()
    erased_salt = salt_of(coop.ani.id)

    assert used is not None
    assert erased_salt is None
    assert leaves(coop.ani.id)[-1]["commitment"] == ""
    assert broken() == []
