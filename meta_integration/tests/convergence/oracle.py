"""What Meta should show, computed a second time and as simply as possible: from the rows, by hand, without any of the engine's code."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from products_and_services.models import Product, ProductCategory, ProductVariant
from tenants.models import Tenant

HIDDEN = "hidden"


def truth(tenant: Tenant, now: datetime, default_catalog: str, catalog_of_category: dict[int, str]) -> dict[str, dict[str, Any]]:
    """{catalog id: {SKU: fields, or HIDDEN when it must not be on sale}}. Fields as the stand-in keeps them, empty ones left out."""
    found: dict[str, dict[str, Any]] = {}
    for product in Product.objects.filter(tenant=tenant).select_related("category"):
        line = ancestors(product.category)
        catalog = next((catalog_of_category[step.pk] for step in line if step.pk in catalog_of_category), default_catalog)
        for sku, variant, sizes in items(product):
            found.setdefault(catalog, {})[sku] = shown(tenant, product, variant, sizes, line, now)
    return found


def ancestors(category: ProductCategory | None) -> list[ProductCategory]:
    line = []
    while category is not None:
        line.append(category)
        category = category.parent
    return line


def items(product: Product) -> list[tuple[str, ProductVariant | None, list[ProductVariant]]]:
    variants = list(product.variants.order_by("sort_order", "id"))
    if not variants:
        return [(product.sku, None, [])] if product.sku else []
    if any(variant.sku for variant in variants):
        return [(variant.sku, variant, []) for variant in variants if variant.sku]
    active = [size for size in variants if size.is_active]
    # Sizes that are all inactive: nothing to choose, nothing to sell; the first one stands for them and is inactive.
    return [(product.sku, None if active or not variants else variants[0], active)] if product.sku else []


def shown(tenant: Tenant, product: Product, variant: Any, sizes: list[ProductVariant], line: list[ProductCategory], now: datetime) -> Any:
    choices = sizes or ([variant] if variant else [])
    prices = [choice.price if choice.price is not None else product.price for choice in choices] or [product.price]
    price = min((p for p in prices if p), default=None)
    picture = product.images.order_by("sort_order", "id").first()
    allowed = product.sync_to_meta and product.is_active and all(step.sync_to_meta for step in line)
    if not allowed or (variant and not variant.is_active) or not price or picture is None:
        return HIDDEN
    currency = product.currency or tenant.currency
    fields = {
        "retailer_id": variant.sku if variant else product.sku,
        "name": f"{product.name} – {variant.name}" if variant and variant.name else product.name,
        "description": product.description.replace("<b>", "").replace("</b>", "") or product.name,
        "url": f"http://127.0.0.1:8000/p/{tenant.sub_domain}/{variant.sku if variant else product.sku}",
        "image_url": picture.remote_url,
        "brand": product.brand or tenant.name,
        "price": money(price, currency),
        "currency": currency,
        "availability": availability(product, choices),
        "condition": "new",
        "visibility": "published",
        "product_type": " > ".join(step.name for step in reversed(line)),
        "custom_label_0": product.custom_label_0,
        "origin_country": product.origin_country,
        **sale(product, choices, price, currency, now),
    }
    if variant:
        fields["retailer_product_group_id"] = product.sku or f"group-{product.pk}"
        fields["color"] = variant.attributes.get("color", "")
        fields["additional_variant_attributes"] = {name: text for name, text in variant.attributes.items() if name != "color"}
    return {name: value for name, value in fields.items() if value}


def of(product: Product, choice: ProductVariant | None, name: str) -> Any:
    """The choice's own value, or the product's where it has none."""
    own = getattr(choice, name) if choice else None
    return getattr(product, name) if own is None else own


def availability(product: Product, choices: list[ProductVariant]) -> str:
    sold = [choice for choice in choices or [None] if of(product, choice, "price")]
    best = "out of stock"
    for choice in sold if product.is_available else []:
        if not of(product, choice, "track_stock") or of(product, choice, "stock_quantity") > 0:
            return "in stock"
        if of(product, choice, "allow_backorder"):
            best = "available for order"
    return best


def sale(product: Product, choices: list[ProductVariant], price: Decimal, currency: str, now: datetime) -> dict[str, str]:
    """The cheapest sale that is open; of two that cost the same the one that ends last."""
    found = []
    for place, choice in enumerate(choices or [None]):
        window = choice if choice and (choice.sale_starts_at or choice.sale_ends_at) else product
        opens, closes, offer = window.sale_starts_at, window.sale_ends_at, of(product, choice, "sale_price")
        is_sold = of(product, choice, "price") and offer and offer < price
        if is_sold and (not opens or opens <= now) and (not closes or now < closes):
            last = now - closes if closes else now - datetime.max.replace(tzinfo=now.tzinfo)
            found.append((offer, last, place, opens, closes))
    if not found:
        return {}
    offer, _, _, opens, closes = min(found)
    if not (opens and closes):
        return {"sale_price": money(offer, currency)}
    written = {name: moment.strftime("%Y-%m-%dT%H:%M:%S+0000") for name, moment in (("start", opens), ("end", closes))}
    return {"sale_price": money(offer, currency), "sale_price_start_date": written["start"], "sale_price_end_date": written["end"]}


def money(amount: Decimal, currency: str) -> str:
    return f"{amount:.0f} JPY" if currency == "JPY" else f"{amount:.2f} {currency}"


def differences(wanted: dict[str, Any], at_meta: dict[str, dict[str, Any]], foreign: set[str]) -> dict[str, str]:
    """{SKU: what differs} between the truth for one catalog and what the stand-in holds; foreign items are passed over."""
    found = {}
    for sku in {*wanted, *at_meta} - foreign:
        here, there = wanted.get(sku), at_meta.get(sku)
        if here is None:
            found[sku] = "only at Meta"
        elif here == HIDDEN:
            if there and (there["visibility"], there["availability"]) != ("staging", "out of stock"):
                found[sku] = "on sale at Meta"
        elif there is None:
            found[sku] = "only here"
        else:
            plain = {name: value for name, value in there.items() if value and name != "id"}
            if plain != here:
                odd = {name for name in {*plain, *here} if plain.get(name) != here.get(name)}
                found[sku] = ", ".join(f"{name}: {here.get(name)!r} here, {plain.get(name)!r} at Meta" for name in sorted(odd))
    return found
