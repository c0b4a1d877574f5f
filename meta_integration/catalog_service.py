"""MetaCatalogService: everything we ask of one catalog at Meta, in products and records. Decides nothing about when or whether.

Raises the four errors of common.errors. Documents: "Product Catalog Products", "Product Item", "Product Catalog Items Batch",
"Product Catalog Check Batch Request Status".
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.utils import timezone

from common.errors import AmbiguousError, PermanentError
from meta_integration.catalog import verdict
from meta_integration.catalog.eligibility import NO_SKU, reason_against
from meta_integration.catalog.items import Carrier, carriers_of
from meta_integration.catalog.journal import log_payload
from meta_integration.catalog.payload import build_hide, build_single, build_update
from meta_integration.catalog.record import CatalogRecord, build_record
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.graph.client import GraphClient
from meta_integration.graph.errors import DUPLICATE, OBJECT_GONE
from meta_integration.models import Catalog, CatalogItem, MetaAppConfig
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product, ProductVariant

READ_FIELDS = (
    "id,retailer_id,name,description,url,image_url,additional_image_urls,brand,price,currency,sale_price,sale_price_start_date,"
    "sale_price_end_date,availability,condition,category,product_type,visibility,retailer_product_group_id,color,size,material,pattern,"
    "gtin,manufacturer_part_number,origin_country,importer_name,wa_compliance_category,custom_label_0,custom_label_1,custom_label_2,"
    f"custom_label_3,custom_label_4,{verdict.FIELDS}"
)
LOOK_UP_AT_ONCE = 50
LONGEST_FILTER = 4_000  # characters in the address; longer addresses may be refused on the way
BATCH_DEADLINE = 45.0  # seconds, uploads of a few megabytes included; below the 60 s lease


def service_for(catalog: Catalog) -> "MetaCatalogService":
    """The service of a current catalog. Raises ValueError for one that has lost its configuration."""
    if catalog.config is None:
        raise ValueError(f"{catalog} has no configuration any more.")
    return MetaCatalogService(catalog.config, catalog.catalog_id)


class MetaCatalogService:
    """One catalog, reached with one configuration's credentials."""

    def __init__(self, config: MetaAppConfig, catalog_id: str = "") -> None:
        self.config = config
        self.catalog_id = catalog_id or config.catalog_id
        self.client = GraphClient(
            config.access_token, app_secret=config.effective_app_secret, version=config.api_version, base_url=settings.META_GRAPH_BASE_URL
        )

    # --- by product: the faces of the contract --------------------------------------------------------------------------

    def create_product_in_catalog(self, product: Product) -> dict[str, str]:
        """Creates (or, from v24 on, updates) the product's first item. Returns {"id": Meta's item id}."""
        return {"id": self.create_item(self._record(product))}

    def update_product_in_catalog(self, product: Product) -> dict[str, bool]:
        """Updates the product's first item, creating it when Meta does not know it. Returns {"success": True}."""
        record = self._record(product)
        meta_id = product.meta_catalog_item_id or self.find_id(record.retailer_id)
        self.publish_item(record, meta_id or "")
        return {"success": True}

    def delete_product_from_catalog(self, product_or_item: Product | CatalogItem) -> dict[str, bool]:
        """Deletes the item(s), asking for their ids by retailer_id; unknown ones are a success. Returns {"success": True}."""
        for retailer_id in self._retailer_ids(product_or_item):
            self.delete_item(retailer_id)
        return {"success": True}

    def _get_product_data(self, product: Product, variant: ProductVariant | None = None) -> dict[str, Any]:
        """The /products payload (price in hundredths) of one variant's item, by default the first. Raises PermanentError."""
        return build_single(self._record(product, variant))

    def _record(self, product: Product, variant: ProductVariant | None = None) -> CatalogRecord:
        carrier = self._carrier(product, variant)
        around = surroundings_of(product.tenant, self.config)
        reason = reason_against(carrier, around)
        if reason:
            raise PermanentError(reason.text, field=reason.code)
        return build_record(carrier, around, timezone.now())

    def _carrier(self, product: Product, variant: ProductVariant | None) -> Carrier:
        snapshot = load_snapshots(product.tenant, [product.pk]).get(product.pk)
        carriers = carriers_of(snapshot) if snapshot else []
        if variant is not None:
            carriers = [carrier for carrier in carriers if _belongs_to(carrier, variant)]
        if snapshot and snapshot.variants and variant is not None and not carriers:
            raise PermanentError("This variant has no item of its own at Meta: it needs a SKU.", field="sku")
        if not carriers:
            raise PermanentError(NO_SKU.text, field="sku")
        return carriers[0]

    def _retailer_ids(self, product_or_item: Product | CatalogItem) -> list[str]:
        if isinstance(product_or_item, CatalogItem):
            return [product_or_item.retailer_id]
        snapshot = load_snapshots(product_or_item.tenant, [product_or_item.pk]).get(product_or_item.pk)
        living = [carrier.retailer_id for carrier in carriers_of(snapshot)] if snapshot else []
        return living or ([product_or_item.sku] if product_or_item.sku else [])

    # --- by record: what the engine calls ------------------------------------------------------------------------------

    def create_item(self, record: CatalogRecord) -> str:
        """POST /{catalog}/products. Returns Meta's id (text: ids have up to 17 digits). A duplicate is looked up and updated."""
        payload = build_single(record)
        log_payload(record.name, payload)
        try:
            return _id_in(self.client.post(f"{self.catalog_id}/products", payload))
        except PermanentError as error:
            if error.code != DUPLICATE:
                raise
            meta_id = str(error.data.get("product_item_id") or "") or self.find_id(record.retailer_id)
            if not meta_id:
                raise
        self._update(meta_id, record)
        return meta_id

    def publish_item(self, record: CatalogRecord, meta_id: str) -> str:
        """Updates the item with this id, or creates it when there is none; a stale id is looked up by retailer_id. Returns the id."""
        if not meta_id:
            return self.create_item(record)
        try:
            self._update(meta_id, record)
        except PermanentError as error:
            if error.subcode != OBJECT_GONE:
                raise
            found = self.find_id(record.retailer_id)
            if not found or found == meta_id:
                return self.create_item(record)
            self._update(found, record)
            return found
        return meta_id

    def _update(self, meta_id: str, record: CatalogRecord) -> None:
        payload = build_update(record)
        log_payload(record.name, payload)
        _confirmed(self.client.post(meta_id, payload, about_item=True))

    def hide_item(self, retailer_id: str) -> str | None:
        """Takes an item off sale. Returns its id, or None when Meta does not know it (nothing to hide)."""
        meta_id = self.find_id(retailer_id)
        if meta_id:
            _confirmed(self.client.post(meta_id, build_hide(), about_item=True))
        return meta_id

    def delete_item(self, retailer_id: str) -> None:
        """Deletes by retailer_id. Only "no such retailer_id" is success without a call: a stored id may be stale."""
        meta_id = self.find_id(retailer_id)
        if not meta_id:
            return
        try:
            _confirmed(self.client.delete(meta_id, about_item=True))
        except PermanentError as error:
            if error.subcode != OBJECT_GONE or self.find_id(retailer_id):
                raise

    def find_id(self, retailer_id: str) -> str | None:
        """Meta's id of a retailer_id, or None."""
        found = self.find_items([retailer_id], fields="id,retailer_id").get(retailer_id)
        return str(found["id"]) if found else None

    def find_items(self, retailer_ids: Iterable[str], *, fields: str = READ_FIELDS) -> dict[str, dict[str, Any]]:
        """{retailer_id: item as Meta has it now} for at most 50 ids; those Meta does not know are missing."""
        wanted = list(retailer_ids)
        rule = {"retailer_id": {"eq": wanted[0]} if len(wanted) == 1 else {"is_any": wanted}}
        text = orjson.dumps(rule).decode()
        if len(wanted) > 1 and len(quote(text)) > LONGEST_FILTER:
            half = len(wanted) // 2
            return self.find_items(wanted[:half], fields=fields) | self.find_items(wanted[half:], fields=fields)
        answer = self.client.get(f"{self.catalog_id}/products", {"filter": text, "fields": fields, "limit": str(LOOK_UP_AT_ONCE)})
        items: dict[str, dict[str, Any]] = {}
        for item in _data_in(answer):  # Where two items share a retailer_id the first stands for it, always the same one.
            items.setdefault(str(item.get("retailer_id")), item)
        return items

    def find_ids(self, retailer_id: str) -> list[str]:
        """Every id that Meta has under one retailer_id: none, one, or several where an import went wrong."""
        rule = orjson.dumps({"retailer_id": {"eq": retailer_id}}).decode()
        params = {"filter": rule, "fields": "id,retailer_id", "limit": str(LOOK_UP_AT_ONCE)}
        answer = self.client.get(f"{self.catalog_id}/products", params)
        return [str(item["id"]) for item in _data_in(answer) if item.get("id") and str(item.get("retailer_id")) == retailer_id]

    def delete_id(self, meta_id: str) -> None:
        """Deletes one item by Meta's id; one that is gone is a success. Only for second items of a retailer_id, right after find_ids."""
        try:
            _confirmed(self.client.delete(meta_id, about_item=True))
        except PermanentError as error:
            if error.subcode != OBJECT_GONE:
                raise

    def list_items(self, after: str = "", *, limit: int = 200, fields: str = READ_FIELDS) -> tuple[list[dict[str, Any]], str]:
        """One page of the catalog and the cursor of the next, "" at the end. Advisory: Meta may leave out or repeat items."""
        params = {"fields": fields, "limit": str(limit)} | ({"after": after} if after else {})
        answer = self.client.get(f"{self.catalog_id}/products", params)
        paging = answer.get("paging") or {}
        following = str((paging.get("cursors") or {}).get("after") or "") if paging.get("next") else ""
        return _data_in(answer), following

    def send_batch(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """POST items_batch. Returns Meta's answer: {"handles": [..], "validation_status": [..]}; a handle means accepted, not applied."""
        payload = {"item_type": "PRODUCT_ITEM", "allow_upsert": True, "requests": rows}
        return self.client.post(f"{self.catalog_id}/items_batch", payload, deadline=BATCH_DEADLINE)

    def check_batch(self, handle: str) -> dict[str, Any]:
        """The status of a handle: {"status", "errors", "errors_total_count", "ids_of_invalid_requests", ..}; {} when Meta knows none."""
        params = {"handle": handle, "load_ids_of_invalid_requests": "true"}
        answer = self.client.get(f"{self.catalog_id}/check_batch_request_status", params)
        return next(iter(_data_in(answer)), {})

    def describe_catalog(self) -> dict[str, Any]:
        """{"id", "name", "product_count", "vertical"} of the catalog: proof that token and id fit together."""
        return self.client.get(self.catalog_id, {"fields": "id,name,product_count,vertical"})


def _data_in(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a reading. An answer without any list must not be taken for "nothing there"."""
    data = answer.get("data")
    if not isinstance(data, list):
        raise AmbiguousError("Meta's answer holds no data.", status=200)
    return [item for item in data if isinstance(item, dict)]


def _id_in(answer: dict[str, Any]) -> str:
    if not answer.get("id"):
        raise AmbiguousError("Meta's answer holds no item id.", status=200)
    return str(answer["id"])


def _confirmed(answer: dict[str, Any]) -> None:
    if answer.get("success") is False:
        raise AmbiguousError("Meta did not confirm the change.", status=200)


def _belongs_to(carrier: Carrier, variant: ProductVariant) -> bool:
    """The variant's own item, or the one item that all sizes share."""
    return carrier.variant.id == variant.pk if carrier.variant else variant.pk in {size.id for size in carrier.product.variants}
