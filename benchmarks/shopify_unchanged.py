"""The second import of an unchanged Shopify shop (10,000 products, 50,000 variants), page by page and in bulk, against looking alone."""

from benchmarks.report import heading, say
from benchmarks.shop_side import SHOPIFY, open_shop
from benchmarks.shopify_import import WAYS
from benchmarks.store_unchanged import compare
from benchmarks.stores import check, connect, how_many, import_all, middle

ROUNDS = 3


def run() -> None:
    """Both ways on one business that has everything already."""
    products = how_many()
    heading(f"Second import of {products:,} Shopify products with five variants each, nothing changed; medians of {ROUNDS} rounds")
    with open_shop(products, SHOPIFY) as side:
        connection = connect(side)
        import_all(connection)
        check(connection, products)
        for way, others_are_busy in WAYS:
            side.order("busy", is_busy=others_are_busy)
            ours = compare(side, connection, products, ROUNDS, f"{way}: ")
            say(f"{way}: the stand-in's own CPU seconds", middle(ours, "shop_cpu"), "s")
