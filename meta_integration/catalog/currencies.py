"""Which amounts the integer prices of /products can carry without doubt. Pure.

Meta's currency table gives "offset 1" to eleven currencies while the /products reference says "2 digits added for cents" for all; so
those, and all that have other than two decimals, go through items_batch, whose price is a string ("Marketing API: Currency codes").
"""

from common.money import decimals_of

OFFSET_ONE = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})


def fits_integer_price(currency: str) -> bool:
    """True when price x 100 on /products is unambiguous for this ISO code."""
    return currency not in OFFSET_ONE and decimals_of(currency) == 2
