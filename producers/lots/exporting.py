"""`lumbung export lots`: a cooperative's lots with their mass balance."""

from typing import Any

from sqlalchemy import Select, select

from marketplace.accounts.exporting import organisation_called
from marketplace.kernel.exports import by_bytes
from producers.lots.models import Lot


def lots(slug: str) -> Select[Any]:
    """Every lot: in − used − lost − sold + returned − held = stock, in its base unit."""
    query = select(
        Lot.number.label("number"),
        Lot.name.label("name"),
        Lot.unit.label("unit"),
        Lot.earning_mode.label("earning_mode"),
        Lot.made_on.label("made_on"),
        Lot.is_declared.label("declared"),
        Lot.on_hold.label("on_hold"),
        Lot.quantity_in.label("quantity_in"),
        Lot.used.label("used"),
        Lot.lost.label("lost"),
        Lot.sold.label("sold"),
        Lot.returned.label("returned"),
        Lot.held.label("held"),
        Lot.stock.label("stock"),
    )
    return query.where(Lot.organisation_id == organisation_called(slug).id).order_by(by_bytes(Lot.id))
