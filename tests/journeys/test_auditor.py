"""An auditor for a time: from a record to its place in the journal, each look seen by the member; then the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Membership, Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal.sequencer import sequence
from producers.labour.queries import work_of_step
from tests.factories.accounts import join, make_user
from tests.factories.door import make_door

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def walk(app):
    """Ids: a signed-off work record of Maria's, Maria, an auditor."""
    with app.app_context():
        door = make_door()
        slip = door.deliver()
        door.weigh(slip)
        (work,) = work_of_step(slip.step_id)
        auditor = make_user("Aulia Auditor", language="id")
        join(auditor, work.member.organisation, Role.AUDITOR)
        found = (work.id, door.maria.user_id, auditor.id)
        db.session.commit()
        sequence()
        db.session.commit()
        return found


def test_each_look_of_an_auditor_is_seen_by_the_member(walk, browse):
    work_id, maria, auditor_id = walk
    auditor = browse("id", width=1280).sign_in(auditor_id)

    auditor.visit(f"/k/lepo/records/{work_id}")
    assert auditor.say("The record is as the journal holds it") in auditor.words()

    member = browse("id").sign_in(maria).visit("/s/lepo/me/looks")
    assert "Aulia Auditor" in member.words()


def test_an_expired_grant_finds_nothing(app, walk, browse):
    work_id, _maria, auditor_id = walk
    with app.app_context():
        grant = db.session.scalars(select(Membership).where(Membership.user_id == auditor_id)).one()
        grant.begins_at = clock.now() - timedelta(days=2)
        grant.ends_at = clock.now() - timedelta(minutes=1)
        db.session.commit()
    auditor = browse("id", width=1280).sign_in(auditor_id)

    answer = auditor.page.goto(auditor.address + f"/k/lepo/records/{work_id}")

    assert answer.status == 404
    auditor.judge()
