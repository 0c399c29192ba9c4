"""The list of addresses is saved: one that vanishes breaks somebody's bookmark, and one that appears has a policy.

After a meant change: python -m tests.tidy.test_routes
"""

from marketplace.app import create_app
from marketplace.cli import list_routes
from tests.tidy.source import CHECKOUT

SAVED = CHECKOUT / "tests" / "tidy" / "routes.txt"


def routes() -> list[str]:
    app = create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:"})
    return [f"{','.join(route['methods'])} {route['rule']} {route['policy']}" for route in list_routes(app)]


def test_addresses_are_those_saved():
    assert routes() == SAVED.read_text(encoding="utf-8").splitlines()


def test_every_address_names_who_may_use_it():
    assert [route for route in routes() if route.endswith(" None") and "/static/" not in route] == []


if __name__ == "__main__":
    SAVED.write_text("\n".join(routes()) + "\n", encoding="utf-8")
