"""Splits and hourly pay as frozen at publishing, kept in each process: what was published never changes.

A stock's id is never used again and its split is written with it once, so nothing here can be out of date.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from marketplace.catalogue.models import Stock, StockSplit
from marketplace.catalogue.split_view import SplitView, split_view
from marketplace.config import HOURLY_KEPT_MAX, SPLITS_KEPT_MAX
from marketplace.kernel.db import db

Key = tuple[str, int]
_kept: dict[Key, SplitView] = {}
_hourly: dict[str, bool] = {}


def splits(prices_minor: Mapping[str, int]) -> dict[str, SplitView | None]:
    """The splits of some stock, by its id with the price of its listing; one query, none where all are kept.

    None where a split does not add up to the price, which `verify` then reports.
    """
    found = {stock_id: _kept.get((stock_id, price)) for stock_id, price in prices_minor.items()}
    missing = [stock_id for stock_id, split in found.items() if split is None]
    for stock_id, rows in _rows_of(missing).items():
        found[stock_id] = _ready((stock_id, prices_minor[stock_id]), rows)
    return found


def _rows_of(stock_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Plain rows: a list shows dozens of goods, and objects would cost the most."""
    rows: dict[str, list[Row[Any]]] = {stock_id: [] for stock_id in stock_ids}
    if stock_ids:
        shown = (StockSplit.purpose, StockSplit.label, StockSplit.amount_minor, StockSplit.status)
        asked = select(StockSplit.stock_id, *shown).where(StockSplit.stock_id.in_(stock_ids))
        for row in db.session.execute(asked.order_by(StockSplit.stock_id, StockSplit.ordinal)):
            rows[row.stock_id].append(row)
    return rows


def _ready(key: Key, rows: Sequence[Row[Any]]) -> SplitView | None:
    _stock_id, price_minor = key
    if sum(row.amount_minor for row in rows) != price_minor:
        return None
    split = split_view(
        [
            {"purpose": row.purpose, "label": row.label, "amount_minor": row.amount_minor, "status": row.status}
            for row in rows
        ],
        price_minor,
    )
    if len(_kept) >= SPLITS_KEPT_MAX:
        _kept.clear()
    _kept[key] = split
    return split


def shows_hourly(stock_id: str) -> bool:
    """Whether hourly pay was published with some stock; its story, which says so, is long."""
    known = _hourly.get(stock_id)
    if known is None:
        known = bool(db.session.get_one(Stock, stock_id).hourly)
        if len(_hourly) >= HOURLY_KEPT_MAX:
            _hourly.clear()
        _hourly[stock_id] = known
    return known
