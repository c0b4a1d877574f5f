"""A Shopify shop of 10,000 products with five variants each (`large`: 100,000) into an empty business: page by page, and in bulk."""

from typing import Any

from benchmarks.report import heading, say, wrong
from benchmarks.shop_side import SHOPIFY, ShopSide, open_shop
from benchmarks.shopify_shop import BASIC, VARIANTS
from benchmarks.stores import Effort, check, connect, how_many, import_all, middle

ROUNDS = 3
WAYS = (("by cursor", True), ("by bulk operation", False))  # How products are read, and whether others have taken all bulk operations.


def run() -> None:
    """Interleaved rounds, each into a business of its own."""
    products = how_many()
    heading(f"Import of {products:,} Shopify products, {products * VARIANTS:,} variants, into nothing; medians of {ROUNDS} rounds")
    with open_shop(products, SHOPIFY) as side:
        for _, others_are_busy in WAYS:
            _whole(side, connect(side), others_are_busy)  # So that every answer has been rendered once.
        efforts: dict[str, list[Effort]] = {way: [] for way, _ in WAYS}
        for _ in range(ROUNDS):
            for way, others_are_busy in WAYS:
                mine = connect(side)
                efforts[way].append(Effort(side, lambda mine=mine, busy=others_are_busy: _whole(side, mine, busy)))
                check(mine, products)
        for way, _ in WAYS:
            _say(way, products, efforts[way])


def _whole(side: ShopSide, connection: Any, others_are_busy: bool) -> None:
    """Ends the benchmark when the products came another way than they were meant to."""
    side.order("busy", is_busy=others_are_busy)
    before = side.numbers()["files"]
    import_all(connection)
    if (side.numbers()["files"] > before) == others_are_busy:
        wrong("the products came another way than they were meant to")


def _say(way: str, products: int, efforts: list[Effort]) -> None:
    seconds, points = middle(efforts, "seconds"), middle(efforts, "points")
    say(f"{way}: whole import", seconds, "s")
    say(f"{way}: products per second", products / seconds)
    say(f"{way}: our own CPU seconds", middle(efforts, "cpu"), "s")
    say(f"{way}: the stand-in's own CPU seconds", middle(efforts, "shop_cpu"), "s")
    say(f"{way}: requests", middle(efforts, "calls"))
    say(f"{way}: cost points", points)
    say(f"{way}: seconds in which the cheapest plan gives so many points", points / BASIC, "s")
    say(f"{way}: peak memory", middle(efforts, "peak"), "MB")
