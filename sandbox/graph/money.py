"""Amounts as Meta reads and shows them: parsing of both spellings and the formatted string of a read. Pure."""

import re
from decimal import Decimal

# Currencies whose smallest unit is the whole unit (Meta's currency table, offset 1).
WHOLE = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "BRL": "R$", "MXN": "MX$", "CAD": "CA$", "AUD": "A$", "KRW": "₩"}
_SPELLING = re.compile(r"(\d{1,12})(?:\.(\d{1,4}))? ([A-Z]{3})")


def from_minor(cents: int, currency: str) -> str:
    """`/products` integers: two digits are cents, for every currency. 1299, "USD" -> "12.99 USD"."""
    return canonical(Decimal(cents) / 100, currency)


def from_text(text: str) -> str | None:
    """`items_batch` strings such as "9.99 USD" -> "9.99 USD"; None where the spelling is not Meta's."""
    match = _SPELLING.fullmatch(text)
    if not match:
        return None
    return canonical(Decimal(f"{match[1]}.{match[2] or 0}"), match[3])


def canonical(amount: Decimal, currency: str) -> str:
    """One spelling per amount: two decimals at least, none for whole-unit currencies unless there are cents."""
    plain = format(amount.normalize(), "f")
    whole, _, cents = plain.partition(".")
    if currency in WHOLE and not cents:
        return f"{whole} {currency}"
    return f"{whole}.{cents.ljust(2, '0')} {currency}"


def amount_of(price: str) -> Decimal:
    """The number in a canonical price."""
    return Decimal(price.split(" ")[0])


def with_currency(price: str, currency: str) -> str:
    """The same number in another currency, as when only `currency` is updated."""
    return canonical(amount_of(price), currency)


def shown(price: str, style: str = "en") -> str:
    """How a read shows a canonical price: "$1,299.00", or "1.299,00 €" where the style is "de"."""
    number, currency = price.split(" ")
    places = len(number.partition(".")[2])
    text = f"{Decimal(number):,.{places}f}"
    sign = _SIGNS.get(currency)
    if style == "de":
        text = text.translate(str.maketrans(",.", ".,"))
        return f"{text}\u00a0{sign or currency}"
    return f"{sign}{text}" if sign else f"{currency}\u00a0{text}"
