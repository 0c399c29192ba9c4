"""A small shop: two public cooperatives, one that waits for approval."""

from types import SimpleNamespace

import pytest

from marketplace.kernel.db import db
from tests.client import PageClient
from tests.factories.accounts import make_organisation
from tests.factories.catalogue import make_product, make_profile


@pytest.fixture
def shop(app):
    """The addresses and codes of what is there."""
    with app.app_context():
        weavers = make_organisation("lepo-waru", name="Koperasi Lepo Waru")
        make_profile(weavers)
        growers = make_organisation("ermera", name="Ermera Growers", currency="USD", country="TL")
        waiting = make_organisation("waiting", name="Waiting Cooperative", approved=False)
        shawl = make_product(weavers, "Indigo shawl", slug="indigo-shawl")
        coffee = make_product(growers, "Roasted coffee", slug="coffee", category="coffee", price_minor=1_400)
        hidden = make_product(waiting, "Hidden cloth", slug="hidden")
        db.session.commit()
        yield SimpleNamespace(
            weavers=weavers.id,
            growers=growers.id,
            shawl=shawl.id,
            coffee=coffee.id,
            shawl_code=shawl.stocks[0].lot_code,
            hidden_code=hidden.stocks[0].lot_code,
            shawl_sha256=shawl.stocks[0].source_sha256,
            photo=shawl.photos[0].sha256,
            hidden_photo=hidden.photos[0].sha256,
        )


@pytest.fixture(params=["id", "en"])
def reader(app, request):
    """A stranger, once in each language."""
    return PageClient(app, request.param)


@pytest.fixture
def stranger(app):
    """A stranger who reads English."""
    return PageClient(app)
