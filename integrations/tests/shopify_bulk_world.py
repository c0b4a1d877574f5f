"""A shop whose products come out of a bulk operation's file, and how tests read it."""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from integrations.providers.shopify.listing.products import Products
from integrations.providers.shopify.reading.shape import number_of
from integrations.tests.shopify_double import ShopDouble, picture, product, sized

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def rich(number: int) -> dict[str, Any]:
    """Children of every kind, and children of children."""
    variants = [sized(number * 1000 + place, 4 - place, media=[picture(number * 100 + place)]) for place in (1, 2, 3)]
    film = {"id": f"gid://shopify/Video/{number}", "alt": None, "mediaContentType": "VIDEO", "status": "READY"}
    shelves = [{"id": f"gid://shopify/Collection/{each}", "title": "A/B"} for each in (7, 8)]  # shared, with numbers of products
    return product(number, variants=variants, media=[picture(number * 100 + 9), film], collections=shelves)


def large_shop(products: int = 250) -> ShopDouble:
    shop = ShopDouble(*(rich(number) for number in range(1, products + 1)))
    shop.finish_bulk()
    return shop


def reader(shop: ShopDouble) -> Products:
    return Products(shop, large=1, pause=lambda seconds: None, clock=timezone.now)


def all_of(shop: ShopDouble, steps: int = 200) -> list[dict[str, Any]]:
    """By one process, as the importer reads."""
    products, raws, cursor = reader(shop), [], None
    for _ in range(steps):
        page = products.page(json.loads(json.dumps(cursor)))
        raws += page.raws
        cursor = page.next_cursor
        if cursor is None:
            return raws
    raise AssertionError("it does not end")


def by_pages(shop: ShopDouble) -> list[dict[str, Any]]:
    products, raws, cursor = Products(shop, clock=timezone.now), [], None
    while True:
        page = products.page(cursor)
        raws, cursor = raws + page.raws, page.next_cursor
        if cursor is None:
            return raws


def numbers(raws: list[dict[str, Any]]) -> list[int]:
    return [int(number_of(raw["id"])) for raw in raws]
