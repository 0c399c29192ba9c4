"""The shop window: home, goods, cooperatives, journeys, their JSON twins, pictures, sitemap.

Floors above plug in what this one must not know: the basket (basket.Basket) and links in the footer (shell).
"""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the pages, their JSON twins, the public files and the shell around every public page."""
    from marketplace.storefront import file_views, shell, trace_views, twins, views, weave

    shell.init_app(app)
    weave.init_app(app)
    for part in (views, trace_views, twins, file_views):
        app.register_blueprint(part.blueprint)
