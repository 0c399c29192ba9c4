"""Money as people read it: the one filter for pages, papers and mail."""

from marketplace.kernel.money import exponent

MINUS = "−"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"

SYMBOLS = {
    "AUD": "A$", "CAD": "C$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "IDR": "Rp", "INR": "₹",
    "JPY": "JP¥", "KHR": "៛", "KRW": "₩", "LAK": "₭", "MYR": "RM", "NZD": "NZ$", "PHP": "₱", "SGD": "S$",
    "THB": "฿", "USD": "US$", "VND": "₫",
}  # fmt: skip

# ISO 4217 gives these two decimals, but no coin below the main unit is in use.
CENTS_OUT_OF_USE = frozenset({"IDR", "KHR", "LAK", "MMK"})

# (between thousands, before decimals) by language; English is the fallback.
SEPARATORS = {"id": (".", ","), "en": (",", ".")}


def format_money(minor: int, currency: str, locale: str) -> str:
    """An amount in minor units, with its sign, symbol and the separators of the locale's language.

    Zero cents are left out where no such coin is in use; a currency without a symbol of its own shows its
    code. Raises KeyError for a currency we do not know.
    """
    decimals = exponent(currency)
    whole, cents = divmod(abs(minor), 10**decimals)
    thousands, point = SEPARATORS.get(locale.replace("-", "_").split("_")[0], SEPARATORS["en"])

    figure = f"{whole:,}".replace(",", thousands)
    if decimals and (cents or currency not in CENTS_OUT_OF_USE):
        figure += f"{point}{cents:0{decimals}d}"
    symbol = SYMBOLS.get(currency, currency + NARROW_SPACE)
    return f"{MINUS if minor < 0 else ''}{symbol}{figure}"
