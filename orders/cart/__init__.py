"""The basket: what a buyer means to take, before anything is held."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables, the basket's page, its count in every header and the button on product pages."""
    from marketplace.storefront.basket import offer_basket
    from orders.cart import models, reader, views

    app.extensions["cart"] = models
    app.register_blueprint(views.blueprint)
    app.context_processor(reader.header)
    offer_basket(app, reader.Shelf())
