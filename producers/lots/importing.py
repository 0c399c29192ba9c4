"""Brings coffee lots in from a table: each row once, without a cost, hence unpublishable until one is declared."""

from collections.abc import Callable, Iterable
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import register_organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.imports import ImportSummary
from producers.lots import coffee_reading
from producers.lots.coffee_reading import CoffeeLot
from producers.lots.models import Lot
from producers.lots.services import bring_in

NUMBER_PREFIX = "CQ-"
CURRENCY = "USD"


class NoSuchCooperative(NotFound):
    """--cooperative names none."""

    code = "no_such_cooperative"
    message = _l("There is no cooperative %(slug)s. Register it first, or leave --cooperative out.")


def import_lots(
    paths: Iterable[Path], slug: str | None, progress: Callable[[list[CoffeeLot]], Iterable[CoffeeLot]]
) -> ImportSummary:
    """Bring in every usable row of the files; a row known by its number is left as it is.

    Raises NoSuchCooperative, and UnknownTable for a file without the known columns. Flushes; the caller commits.
    """
    readings = [coffee_reading.read(path) for path in paths]
    organisation = _organisation(slug)
    known = set(db.session.scalars(select(Lot.number).where(Lot.organisation_id == organisation.id)))
    summary = ImportSummary("lots")
    for reading in readings:
        summary.sources.append({"name": reading.file, "sha256": reading.sha256})
        summary.rows += reading.rows
        summary.rejected += reading.rejected
        summary.errors += reading.errors
        for row in progress(reading.lots):
            number = f"{NUMBER_PREFIX}{row.key}"
            if number in known:
                summary.unchanged += 1
                continue
            known.add(number)
            bring_in(
                SYSTEM, organisation, name=row.name, number=number, quantity=row.weight_g, unit="GRM", note=_note(row)
            )
            summary.created["lot"] += 1
    return summary


def _organisation(slug: str | None) -> Organisation:
    found = db.session.scalar(select(Organisation).where(Organisation.slug == (slug or coffee_reading.SOURCE)))
    if found is not None:
        return found
    if slug is not None:
        raise NoSuchCooperative(slug=slug)
    return register_organisation(slug=coffee_reading.SOURCE, name="Coffee Quality Institute", currency=CURRENCY)


def _note(row: CoffeeLot) -> str:
    """What the table says besides, for those inside the cooperative."""
    altitude = f"{row.altitude_m[0]}–{row.altitude_m[1]} m" if row.altitude_m else ""
    return " · ".join(filter(None, (row.region, row.variety, row.process, altitude)))
