"""The parameter tables: which names each edge knows, their types, enums and limits. Pure data; parsing lives in values.py.

Sources: Meta's "Product Catalog Products", "Product Catalog Items Batch" and "Product Item" references, as collected in the facts.
"""

from dataclasses import dataclass

AVAILABILITY = ("in stock", "out of stock", "preorder", "available for order", "discontinued", "pending", "mark_as_sold", "mark_as_expired")
BATCH_AVAILABILITY = ("in stock", "out of stock", "available for order", "discontinued")
CONDITION = ("new", "refurbished", "used", "used_like_new", "used_good", "used_fair", "cpo", "open_box_new")
VISIBILITY = ("published", "staging")
BATCH_VISIBILITY = ("published", "hidden")
COMPLIANCE = ("DEFAULT", "COUNTRY_ORIGIN_EXEMPT")
GENDER = ("female", "male", "unisex")
AGE_GROUP = ("adult", "all ages", "infant", "kids", "newborn", "teen", "toddler")
VERTICALS = (
    "commerce", "adoptable_pets", "apps_and_software", "destinations", "flights", "generic", "home_listings", "hotels",
    "local_service_businesses", "offer_items", "offline_commerce", "ticketed_experiences", "transactable_items", "vehicles",
)  # fmt: skip

MAX_ROWS = 5000
MAX_BATCH_BYTES = 28 * 1024 * 1024
MAX_PAGE = 1000
ERROR_SAMPLE = 10

_CURRENCIES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP
CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY
KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP
TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG ZWL
"""
CURRENCIES = frozenset(_CURRENCIES.split())


@dataclass(frozen=True, slots=True)
class Rule:
    """How one parameter is read. `target` is the name it has on the item; `limit` is in characters, or in entries for lists."""

    kind: str
    limit: int | None = None
    choices: tuple[str, ...] = ()
    target: str = ""


def _text(names: str, limit: int | None = None) -> dict[str, Rule]:
    return {name: Rule("text", limit) for name in names.split()}


_LABELS = _text("custom_label_0 custom_label_1 custom_label_2 custom_label_3 custom_label_4", 100)
_SHARED: dict[str, Rule] = {
    **_LABELS,
    **_text("color pattern", 100),
    **_text("size material", 200),
    **_text("gtin", 70),
    **_text("brand", 100),
    **_text("product_type", 750),
    **_text("description", 5000),
    **_text("rich_text_description", 9999),
    **_text("short_description", 1000),
    **_text("fb_product_category", 250),
    **_text("importer_name manufacturer_info", 200),
    **_text("commerce_tax_category expiration_date launch_date mobile_link"),
    **{f"custom_number_{n}": Rule("uint") for n in range(5)},
    "condition": Rule("enum", choices=CONDITION),
    "gender": Rule("enum", choices=GENDER),
    "age_group": Rule("enum", choices=AGE_GROUP),
    "wa_compliance_category": Rule("enum", choices=COMPLIANCE),
    "origin_country": Rule("country"),
    "importer_address": Rule("map"),
    "inventory": Rule("uint"),
    "quantity_to_sell_on_facebook": Rule("uint"),
    "return_policy_days": Rule("uint"),
}

# POST /{catalog_id}/products
PRODUCT: dict[str, Rule] = {
    **_SHARED,
    "retailer_id": Rule("text", 100),
    "name": Rule("text", 200),
    "price": Rule("uint"),
    "sale_price": Rule("uint"),
    "currency": Rule("currency"),
    "url": Rule("url"),
    "image_url": Rule("url"),
    "additional_image_urls": Rule("urls", 50),
    "availability": Rule("enum", choices=AVAILABILITY),
    "visibility": Rule("enum", choices=VISIBILITY),
    "category": Rule("text", 250),
    "manufacturer_part_number": Rule("text", 100),
    "retailer_product_group_id": Rule("text", 100),
    "sale_price_start_date": Rule("date"),
    "sale_price_end_date": Rule("date"),
    "additional_variant_attributes": Rule("map"),
    "custom_data": Rule("map"),
    "category_specific_fields": Rule("map"),
    "allow_upsert": Rule("bool"),
    "ordering_index": Rule("uint"),
    "additional_uploaded_image_ids": Rule("list"),
    "marked_for_product_launch": Rule("text"),
    **_text("checkout_url start_date android_app_name android_class android_package android_url"),
    **_text("ios_app_name ios_app_store_id ios_url ipad_app_name ipad_app_store_id ipad_url"),
    **_text("iphone_app_name iphone_app_store_id iphone_url windows_phone_app_id windows_phone_app_name windows_phone_url"),
    **_text("product_priority_0 product_priority_1 product_priority_2 product_priority_3 product_priority_4"),
}
REQUIRED = ("retailer_id", "name", "currency", "price")
# Known on create only; the item node swallows them (reference of "Product Item", updating).
CREATE_ONLY = frozenset({"allow_upsert", "retailer_product_group_id", "retailer_id"})

# data of a row of POST /{catalog_id}/items_batch
BATCH: dict[str, Rule] = {
    **_SHARED,
    "id": Rule("text", 100, target="retailer_id"),
    "title": Rule("text", 200, target="name"),
    "link": Rule("url", target="url"),
    "image_link": Rule("url", target="image_url"),
    "image": Rule("images", 21, target="image_url"),
    "additional_image_link": Rule("urls", 50, target="additional_image_urls"),
    "price": Rule("money"),
    "sale_price": Rule("money"),
    "sale_price_effective_date": Rule("period"),
    "availability": Rule("enum", choices=BATCH_AVAILABILITY),
    "visibility": Rule("enum", choices=BATCH_VISIBILITY),
    "status": Rule("enum", choices=("active", "archived"), target="visibility"),
    "google_product_category": Rule("text", 250, target="category"),
    "item_group_id": Rule("text", 100, target="retailer_product_group_id"),
    "mpn": Rule("text", 100, target="manufacturer_part_number"),
    "additional_variant_attribute": Rule("attributes", target="additional_variant_attributes"),
    "internal_label": Rule("list", 5000),
    **{name: Rule("any") for name in ("video", "shipping", "applink", "product_tags", "disabled_capabilities", "tax")},
}
BATCH_REQUIRED = ("availability", "brand", "condition", "description", "image_link", "link", "price", "title")
# Never empty: clearing one of these is refused, clearing anything else is fine.
MANDATORY = frozenset(
    {"retailer_id", "name", "price", "currency", "url", "image_url", "availability", "condition", "description", "visibility"}
)

# What GET may name in `fields`; the names are those of /products.
READABLE = frozenset(PRODUCT) - {"allow_upsert", "additional_uploaded_image_ids"} | {
    "id", "product_group", "review_status", "review_rejection_reasons", "image_fetch_status", "errors", "capability_to_review_status",
    "product_catalog", "images", "internal_label",
}  # fmt: skip
DEFAULT_FIELDS = ("id", "name", "retailer_id")
