"""Which fields are asked of WooCommerce: top-level names only, and no `related_ids`, which costs the shop a write per product. Pure.

`date_modified` is not among them: every save and every order moves it, and each would look like a change.
"""

OFFER_FIELDS = (
    "id", "status", "sku", "price", "regular_price", "sale_price", "date_on_sale_from_gmt", "date_on_sale_to_gmt", "on_sale",
    "manage_stock", "stock_quantity", "stock_status", "backorders", "attributes", "global_unique_id",
)  # fmt: skip
PRODUCT_FIELDS = (
    *OFFER_FIELDS, "name", "type", "permalink", "catalog_visibility", "post_password", "description", "short_description",
    "categories", "tags", "brands", "images", "variations",
)  # fmt: skip
VARIATION_FIELDS = (*OFFER_FIELDS, "name", "parent_id", "image", "menu_order")
CATEGORY_FIELDS = ("id", "name", "parent")
# What the adapter adds to a product: its variations, and the shop's currency, so that a change of it is a change of the product.
VARIATIONS, CURRENCY = "_variations", "_currency"
