"""Public files: photos of goods, the sitemap, the word to robots."""

from flask import Blueprint, Response, current_app, render_template, request

from marketplace.catalogue import queries
from marketplace.config import MEDIA_CACHE_S
from marketplace.kernel import media_store
from marketplace.kernel.errors import NotFound
from marketplace.kernel.media import thumbnail_widths
from marketplace.kernel.media_types import WEBP
from marketplace.kernel.policy import PUBLIC, allow
from marketplace.storefront.freshness import mark
from marketplace.storefront.showing import outside_url

blueprint = Blueprint("files", __name__)
blueprint.after_request(mark)


@blueprint.get("/media/<sha256>.webp")
@allow(PUBLIC)
def photo(sha256: str) -> Response:
    """A published photo as it was uploaded, cleaned."""
    found = queries.published_photo(sha256)
    return _picture(media_store.media_key(found.sha256, WEBP))


@blueprint.get("/media/<sha256>-<int(fixed_digits=3):width>.webp")
@allow(PUBLIC)
def photo_copy(sha256: str, width: int) -> Response:
    """One of its smaller copies."""
    found = queries.published_photo(sha256)
    if width not in thumbnail_widths(found.width):
        raise NotFound
    return _picture(media_store.thumbnail_key(media_store.media_key(found.sha256, WEBP), width))


@blueprint.get("/sitemap.xml")
@allow(PUBLIC)
def sitemap() -> Response:
    """Every public address, for search engines."""
    goods, sellers = queries.public_addresses()
    addresses = [
        outside_url("storefront.home"),
        outside_url("storefront.goods"),
        outside_url("storefront.cooperatives"),
        *(outside_url("storefront.product", slug=slug) for slug in goods),
        *(outside_url("storefront.cooperative", slug=slug) for slug in sellers),
    ]
    body = render_template("marketplace/storefront/sitemap.xml", addresses=addresses)
    return Response(body, mimetype="application/xml")


@blueprint.get("/robots.txt")
@allow(PUBLIC)
def robots() -> Response:
    """What robots may read: the shop window, not the rooms behind it."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/k/", "/s/", "/receipts/", "/basket"))]
    lines.append(f"Sitemap: {outside_url('files.sitemap')}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _picture(key: str) -> Response:
    storage = media_store.storage_at(current_app.config["MEDIA_URL"])
    response = Response(storage.read(key), headers=media_store.serving_headers(key))
    # The address names the content, so it can be kept for ever.
    response.headers["Cache-Control"] = f"public, max-age={MEDIA_CACHE_S}, immutable"
    response.set_etag(key.rpartition("/")[2].removesuffix(".webp"))
    return response.make_conditional(request)  # type: ignore[return-value]
