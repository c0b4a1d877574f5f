"""Journey one, from save to Meta, with the stand-in: the ordinary days."""

from decimal import Decimal


def test_a_saved_product_reaches_meta_and_an_edit_follows(world, tenant, catalog, other_catalog):
    product = world.product(tenant, "A-1", name="Panel", price=Decimal("10.00"))
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "10.00 USD"
    product.price = Decimal("12.50")
    product.save()
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "12.50 USD"
    product.refresh_from_db()
    assert (product.meta_sync_status, product.meta_sync_attempts) == ("synced", 0)
    assert product.meta_catalog_item_id == world.at_meta(catalog)["A-1"]["id"]
    assert world.at_meta(other_catalog) == {}


def test_batches_go_and_deletes_follow(world, tenant, catalog):
    products = [world.product(tenant, f"B-{n}") for n in range(30)]
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 30
    assert len(world.standin.calls(kind="items_batch")) == 1
    before = world.standin.last_call
    products[0].save()
    world.settle(catalog)
    assert world.standin.calls(since=before) == []
    for product in products[:20]:
        product.delete()
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 10
