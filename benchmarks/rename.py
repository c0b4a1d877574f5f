"""A category with 10,000 products is renamed: queries and seconds of the save."""

from benchmarks.report import heading, say, seconds_of
from benchmarks.shop import connected_shop, stock_up

PRODUCTS = 10_000


def run() -> None:
    """One rename, its announcement included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from products_and_services.models import ProductCategory

    heading(f"Renaming a category of {PRODUCTS:,} products (target: at most 30 queries, 2 s)")
    tenant, _ = connected_shop()
    stock_up(tenant, PRODUCTS)
    category = ProductCategory.objects.get(tenant=tenant)
    category.name = "Solar panels"
    with CaptureQueriesContext(connection) as queries:
        seconds = seconds_of(category.save)
    say("queries", str(len(queries)), "<= 30")
    say("seconds", f"{seconds:.2f} s", "<= 2 s")
