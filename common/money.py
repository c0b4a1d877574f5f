"""Amounts: Decimal everywhere, half-up, ISO 4217 codes. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import list_currencies

CURRENCY_CODES = frozenset(list_currencies())
# ISO 4217 minor units that are not 2. Babel's own figures follow CLDR's custom of everyday cash (19.99 RSD would become 20).
_MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS = {code: digits for digits, codes in _MINOR_UNITS.items() for code in codes.split()}


def is_currency(code: str) -> bool:
    """True for an ISO 4217 code that Babel knows."""
    return code in CURRENCY_CODES


def decimals_of(currency: str) -> int:
    """ISO minor-unit digits: USD 2, JPY 0, KWD 3."""
    return DECIMALS.get(currency, 2)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half-up to the currency's own number of decimals."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP)


def to_hundredths(amount: Decimal) -> int:
    """The amount times 100 as an integer, half-up: what Meta's /products edge calls "2 digits added for cents" for every currency."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def amount_with_code(amount: Decimal, currency: str) -> str:
    """ "9.99 USD": amount, one space, ISO code, as Meta's items_batch wants it."""
    return f"{quantize(amount, currency)} {currency}"
