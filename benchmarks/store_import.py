"""A WooCommerce shop of 10,000 products (`large`: 100,000) into an empty business: against raw upserts of the same rows, and row by row."""

from typing import Any

from benchmarks.draining import Counter
from benchmarks.raw_import import pull, raw_import
from benchmarks.report import heading, say, seconds_of
from benchmarks.row_by_row import import_rows
from benchmarks.shop_side import ShopSide, open_shop
from benchmarks.stores import Effort, check, connect, how_many, import_all, middle, same_rows
from benchmarks.woo_shop import variable_among

ROUNDS, ROUNDS_OF_LARGE = 5, 3
SAMPLE = 100  # products that the row-by-row importer writes in each round; that is scaled


def run() -> None:
    """Interleaved rounds, each into a business of its own; the rows of the first round are compared one by one."""
    products = how_many()
    rounds = ROUNDS if products <= 10_000 else ROUNDS_OF_LARGE
    heading(f"Import of {products:,} products, {variable_among(products):,} of them variable, into nothing; medians of {rounds} rounds")
    with open_shop(products) as side:
        warm_up(side)
        efforts: dict[str, list[Effort]] = {"ours": [], "raw": [], "reading": [], "slow": []}
        for number in range(rounds):
            mine, theirs = connect(side), connect(side)
            efforts["ours"].append(Effort(side, lambda mine=mine: import_all(mine)))
            efforts["raw"].append(Effort(side, lambda theirs=theirs: _raw(theirs)))
            records: list[Any] = []
            efforts["reading"].append(Effort(side, lambda records=records: _read(connect(side), records)))
            efforts["slow"].append(Effort(side, lambda records=records: _row_by_row(connect(side), records)))
            check(mine, products)
            if number == 0:
                same_rows(mine, theirs)
        _say(side, products, efforts)


def warm_up(side: ShopSide) -> None:
    """Every answer is rendered once, so that the stand-in only hands them out afterwards."""
    _read(connect(side), [])


def _raw(connection: Any) -> None:
    from integrations.importing.hashes import content_hash
    from integrations.providers import adapter_for

    raw_import(connection, adapter_for(connection), lambda raw: content_hash(raw, "benchmark"))


def _say(side: ShopSide, products: int, efforts: dict[str, list[Effort]]) -> None:
    seconds, cpu = ({name: middle(rounds, what) for name, rounds in efforts.items()} for what in ("seconds", "cpu"))
    say("whole import", seconds["ours"], "s")
    say("products per second", products / seconds["ours"])
    say("our own CPU seconds", cpu["ours"], "s")
    say("raw upserts of the same rows, same pull and transform", seconds["raw"], "s")
    say("the raw upserts' CPU seconds", cpu["raw"], "s")
    say("pull and transform alone (part of both), CPU seconds", cpu["reading"], "s")
    say("whole import / raw upserts", seconds["ours"] / seconds["raw"], "x", target=3)
    say("whole import / raw upserts, CPU seconds", cpu["ours"] / cpu["raw"], "x", target=3)
    slow = seconds["reading"] + seconds["slow"] / SAMPLE * products
    say(f"one update_or_create per row ({SAMPLE} products written, scaled)", slow, "s")
    say("whole import / one update_or_create per row", seconds["ours"] / slow, "x", target=0.25)
    slow_cpu = cpu["reading"] + cpu["slow"] / SAMPLE * products
    say("whole import / one update_or_create per row, CPU seconds", cpu["ours"] / slow_cpu, "x", target=0.25)
    say("the stand-in's and the wire's share of the import", seconds_of(side.read_everything) / seconds["ours"] * 100, "%")
    say("requests per 1,000 products", max(effort.calls for effort in efforts["ours"]) / products * 1000)
    say("SQL statements per 1,000 products", _statements(side) / products * 1000)


def _statements(side: ShopSide) -> int:
    from django.db import connection

    counter = Counter()
    with connection.execute_wrapper(counter):
        import_all(connect(side))
    return counter.queries


def _read(connection: Any, records: list[Any]) -> None:
    """Pull and transform of everything; keeps a sample."""
    from integrations.providers import adapter_for

    adapter = adapter_for(connection)
    adapter.describe()
    list(adapter.fetch_categories())
    for raws in pull(adapter):
        found = [adapter.transform(raw) for raw in raws]
        records += found[: SAMPLE - len(records)]


def _row_by_row(connection: Any, records: list[Any]) -> None:
    from integrations.providers import adapter_for

    import_rows(connection, adapter_for(connection), records)
