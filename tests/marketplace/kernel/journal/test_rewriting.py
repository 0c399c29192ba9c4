"""A migration that makes a text personal: the rows are recorded again, down and up, and no older event changes."""

import json

from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from marketplace.accounts.actor import SYSTEM
from marketplace.app import create_app
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.models import Event
from orders.refunds.models import Refund
from orders.refunds.services import refund
from producers.deliveries.models import SlipVoid
from producers.deliveries.voiding import void_slip
from producers.lots.models import OpeningStock, StepOverride
from producers.lots.services import bring_in
from tests.conftest import settings
from tests.factories.door import make_door
from tests.factories.producers import make_coop
from tests.orders.shop import SALE_DAY, open_shop
from tests.producers.lots.test_yields import roast

OLDER = "0016_member_invitations"
REASONS = {
    SlipVoid: "Yarn of Ibu Rosa", Refund: "Mr Brown says so", StepOverride: "Pak Yos roasted it twice",
    OpeningStock: "From Pak Yos’ own store",
}  # fmt: skip


def test_reasons_become_personal_and_plain_again(fresh_database, engine, tmp_path):
    app = create_app(settings(fresh_database(engine).owner_url, tmp_path))
    with app.app_context():
        make_rows()
        before = events()
        assert not any(reason in leaf for leaf in before.values() for reason in REASONS.values())

        downgrade(revision=OLDER)
        plain = {model: written(model) for model in REASONS}
        older = events()
        upgrade()

        after, broken = events(), verify.check_house()[0]
        held = {model: {row.reason if hasattr(row, "reason") else row.note for row in db.session.scalars(select(model))}
                for model in REASONS}  # fmt: skip
        stored = {model: written(model) for model in REASONS}
        db.session.remove()
        db.engine.dispose()

    assert broken == []
    assert all(REASONS[model] in plain[model] for model in REASONS)
    assert all(REASONS[model] in held[model] for model in REASONS)
    assert all(REASONS[model] not in stored[model] for model in REASONS)
    assert before.items() <= older.items() <= after.items()
    last = json.loads(after[max(after)])
    assert {"commitment", "digest"} <= last.keys()


def make_rows() -> None:
    """A void slip, a refund, more than a recipe yields and goods brought in, each with its reason."""
    with clock.at(SALE_DAY):
        shop = open_shop()
        order = shop.paid({"scarf": 2})
        refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked", reason=REASONS[Refund])
        note = REASONS[OpeningStock]
        bring_in(SYSTEM, shop.silk, name="old", quantity=5, unit="H87", number="OLD", note=note)
        door = make_door()
        void_slip(door.manager, door.deliver(), reason=REASONS[SlipVoid])
        roast(make_coop("sikka"), reason=REASONS[StepOverride])
        db.session.commit()
        sequencer.sequence()


def written(model) -> set[str]:
    """What stands in the table, whoever asks."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT set_config('lumbung.scope', '*', true)"))
    column = "note" if model is OpeningStock else "reason"
    found = set(db.session.scalars(text(f"SELECT {column} FROM {model.__tablename__}")))
    db.session.rollback()
    return found


def events() -> dict[int, str]:
    """Every event's leaf by its id."""
    found = dict(db.session.execute(select(Event.id, Event.leaf)).tuples().all())
    db.session.rollback()
    return found
