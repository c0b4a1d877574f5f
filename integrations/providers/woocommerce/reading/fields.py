"""Which fields are asked of WooCommerce: top-level names only, and no `related_ids`, which costs the shop a write per product. Pure.

Every save and every order moves the moment of the last change: it is no part of what a product says (UNHEEDED), else each would look like a
change.
"""

OFFER_FIELDS = (
    "id", "status", "sku", "price", "regular_price", "sale_price", "date_on_sale_from_gmt", "date_on_sale_to_gmt", "on_sale",
    "manage_stock", "stock_quantity", "stock_status", "backorders", "attributes", "global_unique_id",
)  # fmt: skip
PRODUCT_FIELDS = (
    *OFFER_FIELDS, "name", "type", "permalink", "catalog_visibility", "post_password", "description", "short_description",
    "categories", "tags", "brands", "images", "variations", "date_modified_gmt",
)  # fmt: skip
VARIATION_FIELDS = (*OFFER_FIELDS, "name", "parent_id", "image", "menu_order")
GLANCE_FIELDS = ("id", "type", "variations", "status", "date_modified_gmt", "stock_quantity", "stock_status", "price")
VARIATION_GLANCE_FIELDS = ("id", "parent_id", "status", "stock_quantity", "stock_status", "price")
UNHEEDED = frozenset({"date_modified_gmt"})
CATEGORY_FIELDS = ("id", "name", "parent")
# What the adapter adds to a product: its variations, and the shop's currency, so that a change of it is a change of the product.
VARIATIONS, CURRENCY = "_variations", "_currency"
