"""A shop on the sale's day, in an app context with a standing clock."""

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.kernel import clock
from tests.orders.shop import SALE_DAY, Shop, open_shop


@pytest.fixture
def at_sale_day(app: Flask) -> Iterator[None]:
    """An app context in which the clock stands at noon of the sale's day."""
    with app.app_context(), clock.at(SALE_DAY):
        yield


@pytest.fixture
def shop(at_sale_day: None) -> Shop:
    """The two cooperatives with seven scarves and twelve runners for sale."""
    return open_shop()
