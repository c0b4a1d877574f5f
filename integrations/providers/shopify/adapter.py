"""A Shopify shop as the importer sees it: who it is, and which keys it takes. What it sells is read below listing/ and by transform."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from integrations.providers.base import StoreAdapter, StoreFacts
from integrations.providers.shopify.client import ShopifyClient
from integrations.providers.shopify.domains import API_VERSION, NO_DOMAIN, is_shop_domain, shop_domain
from integrations.providers.shopify.introduction import introduce
from integrations.providers.shopify.keys import FIELDS, KEYS_AT, key_problems, merged

if TYPE_CHECKING:
    from integrations.models import StoreConnection


class ShopifyAdapter(StoreAdapter):
    """Remembers in the connection's facts who the shop is (its id and domain), its currency, and what our app may do."""

    credential_fields = FIELDS
    address_column = "shop_domain"
    keys_at = KEYS_AT
    generated_sku = "SH-{external_id}"

    def __init__(self, connection: "StoreConnection") -> None:
        super().__init__(connection)
        self.client = ShopifyClient(connection)
        facts: Any = connection.facts
        known = facts if isinstance(facts, dict) and facts.get("domain") == self.client.domain else {}
        self._shop_id, self._currency = (str(known.get(name) or "") for name in ("shop_id", "currency"))

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
    def outlook(self) -> str:
        """Prices come without their currency."""
        return self._currency

    def describe(self) -> StoreFacts:
        """See StoreAdapter."""
        shop = introduce(self.client, self._shop_id)
        self._shop_id, self._currency = shop.shop_id, shop.currency
        remember = {
            "domain": self.client.domain, "shop_id": shop.shop_id, "currency": shop.currency, "scopes": list(shop.scopes),
        }  # fmt: skip
        version = self.client.served_version or API_VERSION
        return StoreFacts(shop.name, shop.currency, version, shop.products, remember, shop.notes)
