"""Amounts: Decimal everywhere, half-up, ISO 4217 codes. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision, list_currencies

CURRENCY_CODES = frozenset(list_currencies())


def is_currency(code: str) -> bool:
    """True for an ISO 4217 code that Babel knows."""
    return code in CURRENCY_CODES


def decimals_of(currency: str) -> int:
    """ISO minor-unit digits: USD 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half-up to the currency's own number of decimals."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP)


def to_hundredths(amount: Decimal) -> int:
    """The amount times 100 as an integer, half-up: what Meta's /products edge calls "2 digits added for cents" for every currency."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def amount_with_code(amount: Decimal, currency: str) -> str:
    """ "9.99 USD": amount, one space, ISO code, as Meta's items_batch wants it."""
    return f"{quantize(amount, currency)} {currency}"
