"""A worker that dies at any point of its round, singly and by batch, loses nothing."""

from decimal import Decimal

import pytest

from meta_integration.catalog import batches, drain, expand, singles
from meta_integration.tests.dying import death_in
from meta_integration.tests.world import reprice

POINTS = [
    (expand, "_remove"), (singles, "claim_rows"), (singles, "_perform"), (singles, "_settle"), (singles, "settle_rows"),
    (singles, "note_outcome"), (batches, "claim_rows"), (batches, "build_request"), (batches.BatchSender, "_accept"),
    (batches.BatchSender, "_open_handle"), (drain, "refresh_summaries"),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name"), POINTS, ids=[name for _, name in POINTS])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_death_anywhere_loses_nothing(world, tenant, catalog, owner, name, after):
    by_batch = owner in (batches, batches.BatchSender)
    products = [world.product(tenant, f"A-{n}", price=Decimal(10)) for n in range(9 if by_batch else 2)]
    world.settle(catalog)
    for product in products:
        reprice(product, 20)
    with death_in(owner, name, after=after):
        world.work(catalog)
    world.run_until_quiet()
    assert {item["price"] for item in world.at_meta(catalog).values()} == {"20.00 USD"}
    assert {item.state for item in catalog.items.all()} == {"synced"}
