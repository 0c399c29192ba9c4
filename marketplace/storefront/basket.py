"""A question to the floor above: how does a buyer put this into a basket? Without an answer there is no button."""

from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask, current_app


@dataclass(frozen=True, slots=True)
class AddForm:
    """Where the button on a product's page posts, and the hidden values it carries."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Basket(Protocol):
    """What the floor that keeps baskets answers."""

    def add_form(self, listing_id: str) -> AddForm:
        """The form that puts one piece of a listing into the reader's basket."""


def offer_basket(app: Flask, basket: Basket) -> None:
    """Have product pages show a button; called by the floor above in its init_app."""
    app.extensions["storefront.basket"] = basket


def add_form(listing_id: str) -> AddForm | None:
    """The form for a listing; None where no floor above keeps baskets."""
    basket: Basket | None = current_app.extensions.get("storefront.basket")
    return basket.add_form(listing_id) if basket else None
