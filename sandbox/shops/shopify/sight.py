"""What readers of fields see of a shop while one request is answered."""

from typing import TYPE_CHECKING, Any

from sandbox.shops.shopify.errors import denied
from sandbox.shops.shopify.goods import Variant
from sandbox.shops.shopify.paging import LARGEST

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop
    from sandbox.shops.shopify.world import App

_LARGEST_OF_ONE = 2048


class Sight:
    """Thrown away with its answer. `searches` becomes `extensions.search`; `largest` is how many variants a page may hold."""

    def __init__(self, shop: "ShopifyShop", app: "App", scopes: tuple[str, ...]) -> None:
        self.shop, self.app, self.shelf = shop, app, shop.shelf
        self.scopes = frozenset(scopes)
        self.searches: list[dict[str, Any]] = []
        self.largest, self.largest_of_one = LARGEST, _LARGEST_OF_ONE
        self._children: dict[int, list[Variant]] = {}

    def variants_of(self, product_id: int) -> list[Variant]:
        """A product's variants in order; looked up once a request."""
        found = self._children.get(product_id)
        if found is None:
            found = self._children[product_id] = self.shelf.variants_of(product_id)
        return found

    def need(self, field: str, scope: str) -> None:
        """Raise ACCESS_DENIED where the token lacks a scope; writing includes reading."""
        if scope not in self.scopes and scope.replace("read_", "write_") not in self.scopes:
            raise denied(field, scope)

    def picture_url(self, source: str) -> str:
        """A whole address, with the version that Shopify puts behind its own."""
        return source if "://" in source else f"{self.shop.home}/{source}?v={self.shop.opened}"
