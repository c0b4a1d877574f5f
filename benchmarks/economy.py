"""Tasks and SQL statements per 1,000 items: a burst, a thousand saves one after the other, and edits on an idle system."""

from collections import Counter as Tally
from decimal import Decimal

from benchmarks.draining import Counter, drain
from benchmarks.meta_side import MetaSide
from benchmarks.report import heading, say, wrong
from benchmarks.shop import connected_shop, stock_up

PRODUCTS, EDITS = 3_000, 20


def run(port: int) -> None:
    """Tasks: what the broker would have been asked to carry; statements: of the worker."""
    from django.db import transaction

    from common import doorbell
    from products_and_services.models import Product
    from products_and_services.signals import announce

    heading("Economy: tasks and SQL statements of the worker per 1,000 items (the usual receiver: 1,000 to 3,000 tasks)")
    rung: Tally[str] = Tally()
    doorbell._publish = lambda name, args, countdown: rung.update([name])
    tenant, catalog = connected_shop()
    ids, meta = stock_up(tenant, PRODUCTS), MetaSide(port)
    rung.clear()
    with transaction.atomic():
        announce(tenant.pk, ids)
    effort = drain(catalog, meta)
    _tell("burst", PRODUCTS, rung.total() + effort.rounds - 1, effort.queries)

    rung.clear()
    counter = Counter()
    with transaction.get_connection().execute_wrapper(counter):
        for product in Product.objects.filter(tenant=tenant)[:1_000]:
            product.price = Decimal(7)
            product.save()
    saves = rung.total()
    effort = drain(catalog, meta)
    _tell("1,000 saves in a row", 1_000, saves + effort.rounds - 1, effort.queries)
    say("1,000 saves in a row: SQL statements of one save itself", counter.queries / 1_000)

    tasks = queries = 0
    product = Product.objects.filter(tenant=tenant).first()
    for number in range(EDITS):
        rung.clear()
        product.price = Decimal(number + 100)
        product.save()
        effort = drain(catalog, meta)
        tasks, queries = tasks + rung.total() + effort.rounds - 1, queries + effort.queries
    _tell("single edits, a round each", EDITS, tasks, queries)
    if meta.skus()["P-0"]["price"] != f"{EDITS + 99}.00 USD":
        wrong("the last edit is not at Meta")


def _tell(name: str, items: int, tasks: int, queries: int) -> None:
    say(f"{name}: tasks per 1,000 items", tasks * 1_000 / items)
    say(f"{name}: SQL statements per 1,000 items", queries * 1_000 / items)
