"""State and knobs of one shop. What the API says lives elsewhere, and so does what people do to the shop by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.shops.any_shop import AnyShop
from sandbox.shops.woocommerce.auth import Key
from sandbox.shops.woocommerce.faults import Fault
from sandbox.shops.woocommerce.selling import KNOWN_TYPES
from sandbox.shops.woocommerce.settings import CURRENCIES
from sandbox.shops.woocommerce.shelf import Shelf

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.orders import Order

NEWEST = "11.0.1"
# Which WordPress goes with a WooCommerce: (WooCommerce, WordPress), newest first.
_WORDPRESS = (("11.0", "7.1"), ("10.0", "6.9"), ("9.5", "6.7.2"), ("8.3", "6.4.5"), ("0", "6.3.8"))


class World(AnyShop[Fault]):
    """One shop at `home`, for example "https://shop.example" or "https://shop.example/store".

    Knobs, all of which may be turned at any time:
    `version` of WooCommerce, "7.9" to "11.0.1" and beyond: what the API has and lacks, and in which order lists come.
    `currency`, `country`, `timezone`, `prices_include_tax`, `title`; `settings` overrides single settings (name without "woocommerce_").
    `types`: the product types that `type=` accepts.
    `believes_tls`: None, as the scheme of `home` says; False: a proxy ends TLS and does not say so; True: it says so on plain http.
    `strips_authorization`: the web server loses the Authorization header.
    """

    def __init__(self, name: str, home: str, version: str, currency: str, timezone: str, clock: Callable[[], datetime] | None) -> None:
        super().__init__(name, home, clock, Fault)
        self.version, self.currency, self.timezone = version, currency, timezone
        self.title = name.capitalize()
        self.country = "US:CA"
        self.prices_include_tax = False
        self.settings: dict[str, str] = {}
        self.types: tuple[str, ...] = KNOWN_TYPES
        self.believes_tls: bool | None = None
        self.strips_authorization = False
        self.keys: dict[str, Key] = {}
        self.shelf = Shelf()
        self.ignored_parameters: Counter[str] = Counter()
        self.frozen: dict[int, Shelf] = {}
        self.orders: dict[int, Order] = {}
        self.tell: Callable[[str, int], None] = lambda topic, item_id: None

    @property
    def is_ssl(self) -> bool:
        """What WordPress believes; without it there are no Basic and no query keys."""
        return self.home.startswith("https:") if self.believes_tls is None else self.believes_tls

    @property
    def address(self) -> str:
        """The shop's address as it believes it to be: links, and what OAuth signatures are checked against."""
        parts = urlsplit(self.home)
        return f"{'https' if self.is_ssl else 'http'}://{parts.netloc}{parts.path}"

    @property
    def currency_symbol(self) -> str:
        """As an HTML entity."""
        return CURRENCIES.get(self.currency, ("", self.currency))[1]

    @property
    def wordpress(self) -> str:
        """A WordPress version that goes with this WooCommerce."""
        return next(wordpress for woocommerce, wordpress in _WORDPRESS if self.knows(woocommerce))

    def knows(self, version: str) -> bool:
        """Whether this WooCommerce is that version or newer."""
        return _numbers(self.version) >= _numbers(version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])
