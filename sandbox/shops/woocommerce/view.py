"""What every answer needs to show a shop: its address as this request sees it, the time, the version, and look-ups that are done once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sandbox.shops.woocommerce.product import Image, Product, Variation
from sandbox.shops.woocommerce.shelf import Shelf

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class View:
    """One request's sight of a shop; thrown away with its answer."""

    def __init__(self, shop: "WooShop", shelf: Shelf) -> None:
        self.shop = shop
        self.shelf = shelf
        self.base = shop.address
        self.api = f"{shop.address}/wp-json/wc/v3"
        self.now: int = shop.now()
        self.dates_are_gmt = False
        self._zone = ZoneInfo(shop.timezone)
        self._children: dict[int, Sequence[Variation]] = {}
        self._parents: dict[int, Product | None] = {}
        self._known: dict[str, bool] = {}
        self._times: dict[tuple[int, bool], str] = {}

    def knows(self, version: str) -> bool:
        """Whether the shop's WooCommerce is this version or newer."""
        known = self._known.get(version)
        if known is None:
            known = self._known[version] = self.shop.knows(version)
        return known

    def children(self, product: Product) -> Sequence[Variation]:
        """The living variations of a product, in menu order."""
        if product.type != "variable":
            return ()
        if product.id not in self._children:
            self._children[product.id] = self.shelf.children(product.id)
        return self._children[product.id]

    def parent(self, variation: Variation) -> Product | None:
        """The product a variation belongs to."""
        if variation.parent_id not in self._parents:
            found = self.shelf.get(variation.parent_id)
            self._parents[variation.parent_id] = found if isinstance(found, Product) else None
        return self._parents[variation.parent_id]

    def local(self, seconds: int | None) -> str | None:
        """Shop time, without a zone."""
        return self._time(seconds, False)

    def gmt(self, seconds: int | None) -> str | None:
        """UTC, without a zone as well."""
        return self._time(seconds, True)

    def _time(self, seconds: int | None, gmt: bool) -> str | None:
        if seconds is None:
            return None
        shown = self._times.get((seconds, gmt))
        if shown is None:  # One page often has one date only, as after an import.
            moment = datetime.fromtimestamp(seconds, UTC if gmt else self._zone)
            shown = self._times[seconds, gmt] = moment.strftime("%Y-%m-%dT%H:%M:%S")
        return shown

    def twice_local(self, seconds: int) -> str | None:
        """The local dates of pictures, to which WooCommerce adds the offset twice."""
        offset = datetime.fromtimestamp(seconds, self._zone).utcoffset()
        return self.local(seconds + int(offset.total_seconds() if offset else 0))

    def image(self, image: Image, sizes: bool) -> dict[str, Any]:
        """A picture; `sizes`: with thumbnail and srcset, where the version has them."""
        source = image.src if "://" in image.src else f"{self.base}/{image.src}"
        name = image.name or image.src.rsplit("/", 1)[-1]
        shown: dict[str, Any] = {
            "id": image.id,
            "date_created": self.twice_local(image.created),
            "date_created_gmt": self.gmt(image.created),
            "date_modified": self.twice_local(image.created),
            "date_modified_gmt": self.gmt(image.created),
            "src": source,
            "name": name,
            "alt": image.alt,
        }
        if sizes and self.knows("10.2"):
            shown |= {"srcset": f"{source} 800w", "sizes": "(max-width: 800px) 100vw, 800px", "thumbnail": source}
        return shown

    def links(self, path: str, collection: str, up: str = "", allow: Sequence[str] = ALL_METHODS) -> dict[str, Any]:
        """`_links` of one object; newer WordPress adds which methods are allowed."""
        own: dict[str, Any] = {"href": f"{self.api}/{path}"}
        if allow and self.knows("9.5"):
            own["targetHints"] = {"allow": list(allow)}
        found: dict[str, Any] = {"self": [own], "collection": [{"href": f"{self.api}/{collection}"}]}
        return found | ({"up": [{"href": f"{self.api}/{up}"}]} if up else {})

    def terms(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Categories, tags or brands inside a product, by name; those that have vanished are left out."""
        found = sorted((self.shelf.terms[key] for key in ids if key in self.shelf.terms), key=lambda term: term.name.lower())
        return [{"id": term.id, "name": encode(term.name), "slug": term.slug} for term in found]

    @cached_property
    def attribute_slugs(self) -> dict[int, str]:
        """Slugs of the shop's attributes ("pa_color") by id."""
        return {key: attribute.slug for key, attribute in self.shelf.attributes.items()}


def encode(name: str) -> str:
    """A term's name as WordPress keeps it: `&` becomes an entity, quotes stay."""
    return escape(name, quote=False)


@lru_cache(maxsize=2000)
def slug_of(name: str) -> str:
    """The slug WordPress would make: lower case, dashes, anything beyond ASCII percent-encoded in lower case."""
    words = "".join(sign if sign.isalnum() else " " for sign in name.lower().replace("'", "")).split()
    return quote("-".join(words), safe="-").lower()
