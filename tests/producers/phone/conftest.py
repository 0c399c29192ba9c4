"""The door of a weavers' cooperative, inside an application context."""

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.kernel.db import db
from tests.factories.door import Door, make_door


@pytest.fixture
def door(app: Flask) -> Iterator[Door]:
    with app.test_request_context():
        yield make_door()
        db.session.rollback()
