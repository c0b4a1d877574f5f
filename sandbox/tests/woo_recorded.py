"""Recorded answers of a real shop, and a sandbox shop that is stocked with what they show. Not a test module."""

import html
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sandbox.shops.woocommerce import Attribute, Image, Product, ShopAttribute, ShopRequest, Term, Variation, WooShop

KEY, SECRET = "ck_1111111111111111111111111111111111111111", "cs_2222222222222222222222222222222222222222"
HOME = "https://127.0.0.1:8082"
NOW = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
_PLAIN = (
    "id", "sku", "status", "description", "regular_price", "sale_price", "backorders", "low_stock_amount", "weight", "virtual",
    "downloadable", "menu_order", "stock_quantity",
)  # fmt: skip
_PRODUCT = ("name", "featured", "catalog_visibility", "short_description", "external_url", "button_text", "type")


@cache
def recorded(name):
    """Fixture "bodies" or "headers"."""
    return json.loads((Path(__file__).parent / "fixtures" / f"woocommerce_{name}.json").read_text())


def ask(shop, path, **params):
    """GET with the query keys of a shop on TLS; the answer."""
    from urllib.parse import urlencode

    query = urlencode({"consumer_key": KEY, "consumer_secret": SECRET, **params}, doseq=True)
    return shop.handle(ShopRequest("GET", f"{shop.home}/wp-json/wc/v3/{path}?{query}"))


def make_shop(home=HOME, **options):
    """An empty shop like the recorded one, with a key."""
    options.setdefault("clock", lambda: NOW)
    shop = WooShop("recorded", home, timezone="Asia/Riyadh", currency="SAR", **options)
    shop.title = "Loopback Shop"
    shop.add_key(KEY, SECRET)
    return shop


def seconds(text):
    return None if text is None else int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _common(body):
    values = {name: body[name] for name in _PLAIN}
    values |= {name: body["dimensions"][name] for name in ("length", "width", "height")}
    values |= {"created": seconds(body["date_created_gmt"]), "modified": seconds(body["date_modified_gmt"])}
    values |= {"sale_from": seconds(body["date_on_sale_from_gmt"]), "sale_to": seconds(body["date_on_sale_to_gmt"])}
    values |= {"manage_stock": body["manage_stock"] is True, "stock_status": body["stock_status"]}
    values["global_unique_id"] = body.get("global_unique_id", "")
    values["meta"] = tuple((row["key"], row["value"]) for row in body["meta_data"] if not row["key"].startswith("_wp_"))
    return values


def _image(body):
    return Image(id=body["id"], src=body["src"], name=body["name"], alt=body["alt"], created=seconds(body["date_created_gmt"]))


def stock(shop, body, variations=()):
    """Put a recorded product and its variations into the shop."""
    for kind, name in (("category", "categories"), ("brand", "brands"), ("tag", "tags")):
        for term in body.get(name, []):
            shop.shelf.put_term(Term(kind=kind, id=term["id"], name=html.unescape(term["name"]), slug=term["slug"]))
    for attribute in body["attributes"]:
        if attribute["id"]:
            shop.shelf.attributes[attribute["id"]] = ShopAttribute(
                id=attribute["id"], name=attribute["name"], slug=attribute.get("slug", f"pa_{attribute['name'].lower()}")
            )
    values = _common(body) | {name: body[name] for name in _PRODUCT}
    values |= {name: tuple(term["id"] for term in body.get(name, [])) for name in ("categories", "brands", "tags")}
    values |= {"images": tuple(map(_image, body["images"])), "attributes": tuple(map(_attribute, body["attributes"]))}
    values |= {"slug": body["slug"].removesuffix("__trashed"), "post_password": body.get("post_password", "")}
    if body["status"] == "trash":
        values["trashed_from"] = "publish"
    shop.shelf.remember_id(body["id"])
    product = Product(**values)
    shop.shelf.put(product)
    for row in variations:
        options = {attribute["name"]: attribute["option"] for attribute in row["attributes"]}
        own = _common(row) | {"sku": "" if row["sku"] == body["sku"] else row["sku"], "parent_id": product.id, "options": options}
        shop.shelf.put(Variation(**own, image=_image(row["image"]) if row["image"] else None))


def _attribute(body):
    values = {name: body[name] for name in ("id", "name", "visible", "variation")}
    return Attribute(**values, options=tuple(body["options"]))


# Markup, picture sizes and numbers that nobody should read; that they are there is compared, what they say is not.
_LOOSE = ("price_html", "related_ids", "srcset", "sizes", "thumbnail")


def comparable(value, key=""):
    """A body without what is only roughly the same; order of keys kept."""
    if key in _LOOSE:
        return type(value).__name__
    if isinstance(value, dict):
        kept = {name: comparable(part, name) for name, part in value.items() if not (key == "meta_data" and name == "id")}
        return list(kept.items())
    if isinstance(value, list):
        rows = [row for row in value if not (key == "meta_data" and row["key"].startswith("_wp_"))]
        return [comparable(row, key) for row in rows]
    return type(value).__name__, value
