"""A product as schema.org describes it, for search engines: the seller is the cooperative, no person is named."""

from typing import Any

from marketplace.catalogue.queries import Product
from marketplace.kernel.money import Money
from marketplace.storefront.showing import outside_url


def product(found: Product) -> dict[str, Any]:
    """The JSON-LD of a product's page."""
    listing = found.listing
    availability = "InStock" if found.available else "SoldOut"
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": listing.title,
        "url": outside_url("storefront.product", slug=listing.slug),
        "sku": found.shown.lot_code,
        "offers": {
            "@type": "Offer",
            "url": outside_url("storefront.product", slug=listing.slug),
            "price": str(Money(listing.price_minor, listing.currency).decimal),
            "priceCurrency": listing.currency,
            "availability": f"https://schema.org/{availability}",
            "itemCondition": "https://schema.org/NewCondition",
            "seller": {"@type": "Organization", "name": listing.organisation.name},
        },
    }
    if listing.description:
        described["description"] = listing.description
    if listing.photos:
        described["image"] = [outside_url("files.photo", sha256=photo.sha256) for photo in listing.photos]
    return described
