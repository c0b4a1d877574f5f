"""A Shopify shop as the importer sees it: who it is, and which keys it takes. What it sells is read below listing/ and by transform."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from integrations.providers.base import HURRIED_SECONDS, GlancePage, Page, Raw, StoreAdapter, StoreFacts
from integrations.providers.shopify.client import ShopifyClient
from integrations.providers.shopify.domains import API_VERSION, NO_DOMAIN, base_url, is_shop_domain, shop_domain
from integrations.providers.shopify.hooks import ShopifyHooks
from integrations.providers.shopify.introduction import introduce
from integrations.providers.shopify.keys import FIELDS, KEYS_AT, key_problems, merged
from integrations.providers.shopify.listing.products import Products
from integrations.providers.shopify.listing.windows import SMALLEST
from integrations.providers.shopify.orders import ShopifyOrders
from integrations.providers.shopify.reading.shape import glance, number_of
from integrations.providers.shopify.transform import TRANSFORM_VERSION, UNSPOKEN, transform_product
from integrations.records import StoreCategory, StoreProduct

if TYPE_CHECKING:
    from integrations.models import StoreConnection


class ShopifyAdapter(StoreAdapter):
    """Remembers in the connection's facts who the shop is (its id and domain), its currency, and what our app may do."""

    credential_fields = FIELDS
    address_column = "shop_domain"
    address_example = "my-shop.myshopify.com"
    keys_at = KEYS_AT
    generated_sku = "SH-{external_id}"
    unspoken = UNSPOKEN
    unheeded = frozenset({"updatedAt"})  # Every order moves it.
    transform_version = TRANSFORM_VERSION

    def __init__(self, connection: "StoreConnection") -> None:
        super().__init__(connection)
        self.client = ShopifyClient(connection)
        self._products = Products(self.client)
        facts: Any = connection.facts
        known = facts if isinstance(facts, dict) and facts.get("domain") == self.client.domain else {}
        self._shop_id, self._currency = (str(known.get(name) or "") for name in ("shop_id", "currency"))
        self._rows = known.get("rows")

    @staticmethod
    def store_address(typed: str) -> str:
        """See StoreAdapter."""
        return shop_domain(typed)

    @staticmethod
    def address_problem(address: str) -> str:
        """See StoreAdapter."""
        return "" if is_shop_domain(address) else NO_DOMAIN

    @classmethod
    def credential_problems(cls, keys: Mapping[str, str]) -> dict[str, list[str]]:
        """See StoreAdapter."""
        return key_problems(keys)

    @classmethod
    def merged_keys(cls, stored: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
        """See StoreAdapter."""
        return merged(stored, typed)

    @property
    def orders(self) -> ShopifyOrders:
        """See StoreAdapter."""
        return ShopifyOrders(self.client)

    @property
    def currency(self) -> str:
        """See StoreAdapter."""
        return self._currency

    @property
    def hooks(self) -> ShopifyHooks:
        """See StoreAdapter."""
        shop_url = base_url(settings.SHOPIFY_BASE_URL, self.client.domain)
        return ShopifyHooks(self.client, has_secret=bool(self.connection.credential("client_secret")), shop_url=shop_url)

    def describe(self) -> StoreFacts:
        """See StoreAdapter."""
        shop = introduce(self.client, self._shop_id, writes_orders=self.connection.write_orders)
        self._shop_id, self._currency = shop.shop_id, shop.currency
        remember = {
            "domain": self.client.domain, "shop_id": shop.shop_id, "currency": shop.currency, "scopes": list(shop.scopes),
            **self.learnt(),
        }  # fmt: skip
        version = self.client.served_version or API_VERSION
        return StoreFacts(shop.name, shop.currency, version, shop.products, remember, shop.notes)

    def learnt(self) -> dict[str, Any]:
        """See StoreAdapter."""
        return {"rows": self._products.windows.rows}

    def hurry(self) -> None:
        """See StoreAdapter. Whoever has time begins with large pages again, and so finds out whether the shop manages them by now."""
        super().hurry()
        self.client.hurry(HURRIED_SECONDS)
        windows = self._products.windows
        windows.is_hurried = True
        if isinstance(self._rows, int) and SMALLEST <= self._rows < windows.rows:
            windows.rows = self._rows

    def fetch_categories(self) -> Iterator[StoreCategory]:
        """See StoreAdapter."""
        return self._products.shelves()

    def fetch_page(self, cursor: Any = None) -> Page:
        """See StoreAdapter. A page may be empty though it is not the last, and the last ones may show products once more."""
        return self._products.page(cursor)

    def at_once(self, external_ids: Sequence[str]) -> int:
        """See StoreAdapter."""
        return self._products.at_once(external_ids)

    def fetch_by_ids(self, external_ids: Sequence[str], known: str = "") -> list[Raw]:
        """See StoreAdapter."""
        return self._products.by_ids(external_ids, known)

    def fetch_changed(self, since: datetime, cursor: Any = None) -> Page:
        """See StoreAdapter."""
        return self._products.changed(since, cursor)

    def fetch_glances(self, cursor: Any = None) -> GlancePage:
        """See StoreAdapter."""
        return self._products.glances(cursor)

    def glance(self, raw: Raw) -> str:
        """See StoreAdapter."""
        return glance(raw)

    def external_id(self, raw: Raw) -> str:
        """See StoreAdapter."""
        return number_of(raw.get("id"))

    def transform(self, raw: Raw) -> StoreProduct:
        """See StoreAdapter."""
        return transform_product(raw, self._currency)
