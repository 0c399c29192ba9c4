"""From rows to what templates print: pictures with their sizes, goods in a list, places, claims."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_name
from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Photo
from marketplace.catalogue.queries import Card, Cover
from marketplace.catalogue.story import Claim
from marketplace.config import ADDRESSES_KEPT_MAX, PHOTOS_KEPT_MAX
from marketplace.kernel.i18n import language
from marketplace.kernel.media import thumbnail_widths

# Claims we have words for; any other is shown as its cooperative wrote it.
CLAIM_NAMES = {
    "organic": lambda: _("Organic"),
    "fair trade": lambda: _("Fair trade"),
    "natural dye": lambda: _("Natural dyes"),
    "handspun": lambda: _("Spun by hand"),
}


def picture(photo: Photo | Cover | None) -> dict[str, Any] | None:
    """A photo for the component picture; None where there is none."""
    if photo is None:
        return None
    cover = Cover(photo.sha256, photo.width, photo.height, photo.alternative, photo.is_drawn)
    return _picture(cover, language(), request.script_root)


@lru_cache(maxsize=PHOTOS_KEPT_MAX)
def _picture(photo: Cover, _language: str, _root: str) -> dict[str, Any]:
    """Kept: every address names the content, and a list shows dozens."""
    small = [(width, photo_url(photo.sha256, width)) for width in thumbnail_widths(photo.width)]
    sources = [*small, (photo.width, photo_url(photo.sha256))]
    drawn = _("Sample picture, drawn by a program. Not a photo of the goods.") if photo.is_drawn else ""
    return {
        "src": sources[min(1, len(sources) - 1)][1],
        "srcset": ", ".join(f"{url} {width}w" for width, url in sources),
        "width": photo.width,
        "height": photo.height,
        "alt": f"{photo.alternative.rstrip('.')}. {drawn}" if drawn and drawn not in photo.alternative
        else photo.alternative,
        "drawn": drawn,
    }  # fmt: skip


def photo_url(sha256: str, width: int | None = None) -> str:
    """The address of a photo, or of its copy of a smaller width."""
    if width is None:
        return url_for("files.photo", sha256=sha256)
    return url_for("files.photo_copy", sha256=sha256, width=width)


def outside_url(endpoint: str, **values: Any) -> str:
    """An address as others see it, for links that leave the page: canonical, sitemap, JSON-LD."""
    return str(current_app.config["BASE_URL"]) + url_for(endpoint, **values)


def items(cards: Iterable[Card], *, among_its_own: bool = False) -> list[dict[str, Any]]:
    """Goods for the component listing_item; on their cooperative's own page they say how many are left instead."""
    here = (language(), request.script_root)
    return [_item(card, here, among_its_own) for card in cards]


def _item(card: Card, here: tuple[str, str], among_its_own: bool) -> dict[str, Any]:
    if among_its_own:
        second_line = ngettext("%(num)s left", "%(num)s left", card.available)
    else:
        second_line = f"{card.seller_name}, {card.district}" if card.district else card.seller_name
    return {
        "url": _good_url(card.slug, here[1]),
        "title": card.title,
        "picture": _picture(card.cover, *here) if card.cover else None,
        "stripe": card.stripe,
        "place": second_line,
        "price_minor": card.price_minor,
        "currency": card.currency,
        "maker_percent": card.makers_percent,
        "available": card.available,
    }


@lru_cache(maxsize=ADDRESSES_KEPT_MAX)
def _good_url(slug: str, _root: str) -> str:
    return url_for("storefront.product", slug=slug)


def place(organisation: Organisation, *, with_country: bool = False) -> str:
    """Where a cooperative works: its district, never finer."""
    country = country_name(organisation.country) if with_country else ""
    words = [organisation.district or "", country]
    return ", ".join(word for word in words if word)


def country_name(code: str | None) -> str:
    """A country in the reader's language."""
    return str(Locale.parse(language()).territories.get(code, code)) if code else ""


def currency_name(code: str) -> str:
    """A currency in the reader's language."""
    return get_currency_name(code, locale=language())


def claim_name(claim: Claim) -> str:
    """A claim in the reader's language."""
    name = CLAIM_NAMES.get(claim.name.casefold())
    return str(name()) if name else claim.name
