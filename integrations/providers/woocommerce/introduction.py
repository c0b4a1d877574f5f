"""What a shop says about itself beside its products: currency, version, taxes. Nothing here keeps a shop from being read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.errors import RemoteError, TransientError
from common.money import is_currency
from integrations.providers.woocommerce.listing.lists import Client

NO_CURRENCY = "The shop does not say in which currency its prices are, so they are taken to be in the currency of the business."
WITHOUT_TAX = "Prices in the shop are without tax, and come in as they are. If your customers pay tax on top, say so in your texts."
EMPTY = "The shop has no products yet."
NOT_THERE = frozenset({"woo_off", "no_route", "not_found"})


@dataclass(frozen=True, slots=True)
class Introduction:
    """currency: ISO code, "" where the shop does not say; version: of WooCommerce, "" likewise; notes: for a merchant."""

    currency: str = ""
    version: str = ""
    notes: tuple[str, ...] = ()


def introduce(client: Client, products: int | None, *, currency: str = "", version: str = "") -> Introduction:
    """Asks. currency: what it said last time; version: what it said today, which is then not asked for.

    Raises TransientError where the currency is not known and cannot be asked for now: prices would come in as something else.
    """
    currency = _currency(client, currency)
    doubts = ((not currency, NO_CURRENCY), (_adds_tax(client), WITHOUT_TAX), (products == 0, EMPTY))
    return Introduction(currency, version or _version(client), tuple(words for is_so, words in doubts if is_so))


def _currency(client: Client, known: str) -> str:
    """Two ways, as plugins and rights may close one of them."""
    ways = (lambda: client.get("data/currencies/current").data.get("code"), lambda: _setting(client, "general", "woocommerce_currency"))
    later: list[TransientError] = []
    for ask in ways:
        code = _asked(ask, later)
        if isinstance(code, str) and is_currency(code.upper()):
            return code.upper()
    if later and not known:
        raise later[0]
    return known


def prices_include_tax(client: Client) -> bool:
    """True where the shop reckons with tax and its prices hold it already; False also where it never tells (the key may not look).

    Raises TransientError where it may tell another time.
    """
    later: list[TransientError] = []
    setting = _tax_setting(client, later)
    if later:
        raise later[0]
    return setting == "yes"


def _adds_tax(client: Client) -> bool:
    """True where the shop reckons with tax and its prices are without."""
    return _tax_setting(client) == "no"


def _tax_setting(client: Client, later: list[TransientError] | None = None) -> Any:
    """ "yes": prices hold the tax, "no": it comes on top, None: no tax at all, or the shop does not tell."""
    if _asked(lambda: _setting(client, "general", "woocommerce_calc_taxes"), later) != "yes":
        return None
    return _asked(lambda: _setting(client, "tax", "woocommerce_prices_include_tax"), later)


def _version(client: Client) -> str:
    """From a report that takes the shop seconds, and that some break at."""
    version = _asked(lambda: client.get("system_status", {"_fields": "environment"}).data["environment"]["version"])
    return version[:40] if isinstance(version, str) else ""


def _setting(client: Client, group: str, name: str) -> Any:
    rows = client.get(f"settings/{group}").data
    return next((row.get("value") for row in rows if isinstance(row, dict) and row.get("id") == name), None)


def _asked(ask: Callable[[], Any], later: list[TransientError] | None = None) -> Any:
    """The answer; None where the shop has none, or will not tell. later: takes errors after which it may tell another time."""
    try:
        return ask()
    except TransientError as error:
        if later is not None and error.kind not in NOT_THERE:
            later.append(error)
    except (RemoteError, AttributeError, KeyError, TypeError):
        pass
    return None
