"""A category with 10,000 products is renamed: queries and seconds of the save."""

from benchmarks.report import heading, median, say, seconds_of, wrong
from benchmarks.shop import connected_shop, stock_up

PRODUCTS, ROUNDS = 10_000, 5


def run() -> None:
    """One rename, its announcement included; the median of five."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from meta_integration.models import CatalogChange
    from products_and_services.models import ProductCategory

    heading(f"Renaming a category of {PRODUCTS:,} products")
    tenant, _ = connected_shop()
    stock_up(tenant, PRODUCTS)
    category = ProductCategory.objects.get(tenant=tenant)
    seconds, statements = [], 0
    for number in range(ROUNDS):
        category.name = f"Solar panels {number}"
        with CaptureQueriesContext(connection) as queries:
            seconds.append(seconds_of(category.save))
        statements = max(statements, len(queries))
    if CatalogChange.objects.count() != PRODUCTS:
        wrong(f"{CatalogChange.objects.count():,} products were announced instead of {PRODUCTS:,}")
    say("SQL statements", statements, target=30)
    say("seconds", median(seconds), "s", target=2)
