"""A WooCommerce shop as the importer sees it: pages of products with their variations, by number; what is gone for certain; its shelves."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from integrations.providers.base import HURRIED_SECONDS, CredentialField, Glance, GlancePage, Page, Raw, StoreAdapter, StoreFacts
from integrations.providers.reading import Problems, read_line
from integrations.providers.woocommerce.addresses import store_address
from integrations.providers.woocommerce.client import WooClient
from integrations.providers.woocommerce.hooks import WooHooks
from integrations.providers.woocommerce.introduction import introduce
from integrations.providers.woocommerce.listing.at_fault import AT_FAULT
from integrations.providers.woocommerce.listing.attaching import Variations
from integrations.providers.woocommerce.listing.changes import changed_window
from integrations.providers.woocommerce.listing.lists import Lists, Row
from integrations.providers.woocommerce.listing.living import FIELDS, living
from integrations.providers.woocommerce.listing.page_sizes import PageSizes
from integrations.providers.woocommerce.listing.walking import Place
from integrations.providers.woocommerce.orders import WooOrders
from integrations.providers.woocommerce.reading.fields import CATEGORY_FIELDS, CURRENCY, GLANCE_FIELDS, UNHEEDED
from integrations.providers.woocommerce.reading.glances import glance_text
from integrations.providers.woocommerce.reading.parts import read_id
from integrations.providers.woocommerce.reading.tidy import is_product, number_of, tidy
from integrations.providers.woocommerce.transform import TRANSFORM_VERSION, UNSPOKEN, transform_product
from integrations.records import StoreCategory, StoreProduct

if TYPE_CHECKING:
    from integrations.models import StoreConnection

KEYS_AT = "WooCommerce → Settings → Advanced → REST API"
KEY_HELP = f"In WordPress: {KEYS_AT} → Add key. Permission “Read” is enough for products, webhooks and orders need “Read/Write”."


class WooAdapter(StoreAdapter):
    """Remembers in the connection's facts what it finds out: where the API is and how to sign (client.py), currency, page sizes."""

    credential_fields = (
        CredentialField("consumer_key", "Consumer key", KEY_HELP, environment="WOO_CONSUMER_KEY"),
        CredentialField(
            "consumer_secret", "Consumer secret", "It is shown once, when the key is made.", environment="WOO_CONSUMER_SECRET"
        ),
    )
    keys_at = KEYS_AT
    generated_sku = "WC-{external_id}"
    unspoken = UNSPOKEN
    unheeded = UNHEEDED
    transform_version = TRANSFORM_VERSION

    def __init__(self, connection: "StoreConnection") -> None:
        super().__init__(connection)
        facts: Any = connection.facts
        known: dict[str, Any] = facts if isinstance(facts, dict) else {}
        key, secret = connection.credential("consumer_key"), connection.credential("consumer_secret")
        self.client = WooClient(connection.store_url, key, secret, remembered=known)
        ways = {name: known.get(name) is True for name in ("past_caches", "by_pages")}
        self._lists = Lists(self.client, PageSizes(known.get("page_sizes")), **ways)
        self._variations: Variations | None = None
        minutes = known.get("slow_by")
        self._slow_by = timedelta(minutes=minutes if isinstance(minutes, int) else 0)
        self._currency, self._version, self._version_of = (str(known.get(name) or "") for name in ("currency", "version", "version_of"))

    @staticmethod
    def store_address(typed: str) -> str:
        """See StoreAdapter."""
        return store_address(typed)

    @property
    def currency(self) -> str:
        """See StoreAdapter."""
        return self._currency

    @property
    def hooks(self) -> WooHooks:
        """See StoreAdapter."""
        return WooHooks(self.client)

    def describe(self) -> StoreFacts:
        """See StoreAdapter."""
        found = self.client.connect()
        self._variations = None  # The shop may be of another version than last time.
        today = timezone.now().date().isoformat()
        version = self._version if self._version_of == today else ""
        shop = introduce(self.client, found["products"], currency=self._currency, version=version)
        self._currency, self._version, self._version_of = shop.currency, shop.version, today
        return StoreFacts(
            name=str(found["name"] or ""), currency=self._currency, version=shop.version, products=found["products"],
            remember=self.learnt(), notes=(*found["notes"], *shop.notes),
        )  # fmt: skip

    def learnt(self) -> dict[str, Any]:
        """See StoreAdapter."""
        ours = {
            "currency": self._currency, "version": self._version, "version_of": self._version_of, "page_sizes": self._lists.sizes.as_json(),
            "past_caches": self._lists.past_caches, "by_pages": self._lists.by_pages,
        }  # fmt: skip
        if self._variations is not None:
            ours["has_variations_endpoint"] = self._variations.knows_all
        return {**self.client.remembered, **ours}

    def hurry(self) -> None:
        """See StoreAdapter."""
        super().hurry()
        self.client.hurry(HURRIED_SECONDS)
        self._lists.is_hurried = True

    def fetch_categories(self) -> Iterator[StoreCategory]:
        """See StoreAdapter."""
        for row in self._lists.whole("categories", "products/categories", {"_fields": ",".join(CATEGORY_FIELDS)}):
            yield StoreCategory(str(number_of(row)), read_line(row.get("name"), "name", Problems()), read_id(row.get("parent")) or "")

    def fetch_page(self, cursor: Any = None) -> Page:
        """See StoreAdapter. A page may be empty though it is not the last."""
        window = self._lists.window("products", "products", {"status": "any", **FIELDS}, Place.load(cursor))
        raws = self._whole([row for row in window.rows if is_product(row)])
        return Page(raws, window.following.dump() if window.following else None, window.total)

    def fetch_by_ids(self, external_ids: Sequence[str], known: str = "") -> list[Raw]:
        """See StoreAdapter."""
        return self._whole(living(self._lists, external_ids, known))

    @property
    def orders(self) -> WooOrders:
        """See StoreAdapter."""
        return WooOrders(self.client)

    def external_id(self, raw: Raw) -> str:
        """See StoreAdapter."""
        return read_id(raw.get("id")) or ""

    def withheld(self, raw: Raw) -> str:
        """See StoreAdapter."""
        return str(raw.get(AT_FAULT) or "")

    def transform(self, raw: Raw) -> StoreProduct:
        """See StoreAdapter. A sale that is over at this moment is left out."""
        return transform_product(raw, currency=str(raw.get(CURRENCY) or self._currency), now=timezone.now())

    def fetch_changed(self, since: datetime, cursor: Any = None) -> Page:
        """See StoreAdapter. What was written by SQL has no date. A shop whose clock is slow dates what is new before `since`."""
        window = changed_window(self._lists, since - self._slow_by, cursor)
        raws = self._whole([row for row in window.rows if is_product(row)])
        return Page(raws, window.following.dump() if window.following else None, window.total)

    def fetch_glances(self, cursor: Any = None) -> GlancePage:
        """See StoreAdapter."""
        params = {"status": "any", "_fields": ",".join(GLANCE_FIELDS)}
        window = self._lists.window("glances", "products", params, Place.load(cursor))
        rows = [tidy(row) for row in window.rows if is_product(row)]
        self._of_variations().attach_glances(rows)
        glances = [Glance(self.external_id(row), self.glance(row)) for row in rows]
        return GlancePage(glances, window.following.dump() if window.following else None, window.total)

    def glance(self, raw: Raw) -> str:
        """See StoreAdapter."""
        return "" if self.withheld(raw) else glance_text(raw, with_variations=self._of_variations().knows_all)

    def _of_variations(self) -> Variations:
        if self._variations is None:
            # Asked of the client only after its first answer: before that it may not know the shop.
            knows_all = self.client.remembered.get("has_variations_endpoint") is True
            self._variations = Variations(self._lists, knows_all=knows_all)
        return self._variations

    def _whole(self, rows: list[Row]) -> list[Raw]:
        raws = [tidy(row) for row in rows]
        self._of_variations().attach(raws)
        return [raw | {CURRENCY: self._currency} for raw in raws]
