"""Numbers that a person can say: gapless per cooperative and series, taken in the record's own transaction."""

from collections.abc import Callable

from sqlalchemy import select, text

from marketplace.kernel.db import db
from producers.cooperatives.models import Series

_FIRST = text("INSERT INTO coop_series (organisation_id, name, last) VALUES (:o, :n, 0) ON CONFLICT DO NOTHING")


def take_number(organisation_id: str, series: str) -> int:
    """The next number of a series; the series is locked until the transaction ends, so none is given twice."""
    db.session.execute(_FIRST, {"o": organisation_id, "n": series})
    row = db.session.scalars(
        select(Series)
        .where(Series.organisation_id == organisation_id, Series.name == series)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row.last += 1
    db.session.flush()
    return row.last


def free_number(organisation_id: str, series: str, is_taken: Callable[[str], bool]) -> str:
    """The next number such as 'PS-12' that was not already given by hand."""
    while True:
        number = f"{series}-{take_number(organisation_id, series)}"
        if not is_taken(number):
            return number
