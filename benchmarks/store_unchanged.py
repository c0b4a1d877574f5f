"""The second import of a shop in which nothing changed, against pulling, parsing and hashing alone: no row written, nothing announced."""

from datetime import timedelta
from typing import Any

from django.db.models import F

from benchmarks.raw_import import pull
from benchmarks.report import heading, say, seconds_of, wrong
from benchmarks.shop_side import ShopSide, open_shop
from benchmarks.stores import Effort, Writes, announcements, check, connect, counts_of, how_many, import_all, middle

ROUNDS = 5
# What a run may write: itself, what its shop remembers, and the evidence that it happened.
OF_THE_RUN = {"operations_run", "operations_runissue", "integrations_storeconnection", "integrations_webhooklog", "tenants_auditevent"}


def run() -> None:
    """Interleaved rounds on one business that has everything already."""
    products = how_many()
    heading(f"Second import of {products:,} products, nothing changed; medians of {ROUNDS} rounds")
    with open_shop(products) as side:
        connection = connect(side)
        import_all(connection)
        check(connection, products)
        ours = compare(side, connection, products, ROUNDS)
        say("the stand-in's and the wire's share", seconds_of(side.read_everything) / middle(ours, "seconds") * 100, "%")


def compare(side: ShopSide, connection: Any, products: int, rounds: int, way: str = "") -> list[Effort]:
    """Interleaved rounds on a business that has everything. way: how it is read, in front of each figure. Returns our own rounds."""
    _let_a_day_pass(connection)
    ours: list[Effort] = []
    bare: list[Effort] = []
    for _ in range(rounds):
        ours.append(Effort(side, lambda: _nothing_changes(connection, products)))
        bare.append(Effort(side, lambda: _only_look(connection)))
    check(connection, products)
    seconds, cpu, raw_seconds, raw_cpu = (middle(efforts, name) for efforts in (ours, bare) for name in ("seconds", "cpu"))
    say(f"{way}unchanged import", seconds, "s")
    say(f"{way}our own CPU seconds", cpu, "s")
    say(f"{way}pull, parse and hash alone", raw_seconds, "s")
    say(f"{way}its CPU seconds", raw_cpu, "s")
    say(f"{way}unchanged import / pull, parse and hash", seconds / raw_seconds, "x", target=1.5)
    say(f"{way}unchanged import / pull, parse and hash, CPU seconds", cpu / raw_cpu, "x", target=1.5)
    say(f"{way}requests per 1,000 products", max(effort.calls for effort in ours) / products * 1000)
    return ours


def _let_a_day_pass(connection: Any) -> None:
    """A shop is read again at night: by then, what the first import noted has been read. Imports once, so answers are rendered, too."""
    from products_and_services.models import Revision

    Revision.objects.filter(tenant=connection.tenant_id).update(created_at=F("created_at") - timedelta(days=1))
    import_all(connection)


def _nothing_changes(connection: Any, products: int) -> None:
    """Ends the benchmark when a row of anything but the run is written, or a product announced."""
    from django.db import connection as database

    before, writes = counts_of(connection), Writes()
    with database.execute_wrapper(writes), announcements() as announced:
        run = import_all(connection)
    written = {table: rows for table, rows in writes.rows.items() if rows and table not in OF_THE_RUN}
    if written or announced or counts_of(connection) != before:
        wrong(f"an unchanged import wrote {written} and announced {len(announced)} products")
    if run.counts.get("unchanged") != products:
        wrong(f"an unchanged import of {products:,} products counted {run.counts}")


def _only_look(connection: Any) -> None:
    from integrations.importing.hashes import content_hash
    from integrations.providers import adapter_for

    adapter = adapter_for(connection)
    adapter.describe()
    list(adapter.fetch_categories())
    for raws in pull(adapter):
        for raw in raws:
            content_hash(raw, "benchmark")
