"""Sale windows: opened and closed at Meta by the clock alone, for products, variants and sizes, in both dialects, also after an outage."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration.catalog.sweep import sweep
from meta_integration.models import Catalog, CatalogItem
from products_and_services.models import Revision
from products_and_services.tests.factories import ProductFactory, VariantFactory

OPENS, CLOSES = timedelta(minutes=30), timedelta(minutes=60)


def plain(world, tenant, **window):
    world.product(tenant, "A-1", price=Decimal(10), sale_price=Decimal(6), **window)
    return "A-1", "10.00 USD", "6.00 USD"


def coloured(world, tenant, **window):
    product = world.product(tenant, "SHIRT", price=Decimal(10), **window)
    VariantFactory(product=product, sku="S-R", price=Decimal(20), sale_price=Decimal(12))
    VariantFactory(product=product, sku="S-B")
    return "S-R", "20.00 USD", "12.00 USD"


def sized(world, tenant, **window):
    product = world.product(tenant, "PIZZA", price=Decimal(10), **window)
    VariantFactory(product=product, name="small", price=Decimal(8), sale_price=Decimal(5))
    VariantFactory(product=product, name="large", price=Decimal(15))
    return "PIZZA", "8.00 USD", "5.00 USD"


def one_colour(world, tenant, **window):
    """The variant has the window; its product another one, which is over."""
    product = world.product(tenant, "SHIRT", price=Decimal(10), sale_price=Decimal(9), sale_ends_at=world.now - CLOSES)
    VariantFactory(product=product, sku="S-R", price=Decimal(20), sale_price=Decimal(12), **window)
    VariantFactory(product=product, sku="S-B")
    return "S-R", "20.00 USD", "12.00 USD"


def one_size(world, tenant, **window):
    """As above, and the other size has no sale at all."""
    product = world.product(tenant, "PIZZA", price=Decimal(10), sale_starts_at=world.now + timedelta(days=9))
    VariantFactory(product=product, name="small", price=Decimal(8), sale_price=Decimal(5), **window)
    VariantFactory(product=product, name="large", price=Decimal(15))
    return "PIZZA", "8.00 USD", "5.00 USD"


def minute_by_minute(world, catalog, minutes):
    """Beat and workers, nobody edits anything."""
    for _ in range(minutes):
        world.pass_time(seconds=60)
        for pk in sweep(world.now):
            world.settle(Catalog.objects.get(pk=pk), rounds=5)


def on_sale(world, catalog, sku):
    return world.at_meta(catalog)[sku].get("sale_price") or None


@pytest.mark.parametrize("bystanders", [0, 8], ids=["single calls", "batch"])
@pytest.mark.parametrize("make", [plain, coloured, sized, one_colour, one_size])
@pytest.mark.parametrize("sides", ["both", "start", "end"])
def test_a_sale_window_reaches_meta_without_an_edit(world, catalog, tenant, make, bystanders, sides):
    window = {"sale_starts_at": world.now + OPENS, "sale_ends_at": world.now + CLOSES}
    window = {name: moment for name, moment in window.items() if sides == "both" or sides in name}
    sku, price, sale = make(world, tenant, **window)
    for number in range(bystanders):
        world.product(tenant, f"B-{number}", price=Decimal(10), sale_price=Decimal(5), **window)
    world.settle(catalog)
    edits = Revision.objects.count()
    seen = [on_sale(world, catalog, sku)]
    for minutes in (29, 3, 27, 4):  # Just before it opens, just after; just before it closes, just after.
        minute_by_minute(world, catalog, minutes)
        seen.append(on_sale(world, catalog, sku))
    starts, ends = "sale_starts_at" in window, "sale_ends_at" in window
    before, after = (None if starts else sale), (None if ends else sale)
    assert seen == [before, before, sale, sale, after]
    assert world.at_meta(catalog)[sku]["price"] == price
    assert Revision.objects.count() == edits
    assert {call.edge for call in world.writes()} == ({"items_batch"} if bystanders else {"products.create", "item.update"})


def test_after_a_night_without_beat_the_sale_is_as_it_should_be(world, catalog, tenant):
    now = world.now
    world.product(tenant, "OPENED", price=Decimal(10), sale_price=Decimal(6), sale_starts_at=now + OPENS)
    world.product(tenant, "OVER", price=Decimal(10), sale_price=Decimal(6), sale_starts_at=now + OPENS, sale_ends_at=now + CLOSES)
    world.product(tenant, "ENDED", price=Decimal(10), sale_price=Decimal(6), sale_ends_at=now + CLOSES)
    world.settle(catalog)
    calls = len(world.writes())
    world.pass_time(hours=9)
    minute_by_minute(world, catalog, 1)
    assert {sku: on_sale(world, catalog, sku) for sku in ("OPENED", "OVER", "ENDED")} == {"OPENED": "6.00 USD", "OVER": None, "ENDED": None}
    assert len(world.writes()) == calls + 2  # What opened and closed unseen needs no call.


def test_sizes_take_turns_being_on_sale(world, catalog, tenant):
    product = world.product(tenant, "PIZZA", price=Decimal(10))
    VariantFactory(product=product, name="small", sale_price=Decimal(6), sale_ends_at=world.now + OPENS)
    VariantFactory(product=product, name="large", sale_price=Decimal(7), sale_starts_at=world.now + OPENS, sale_ends_at=world.now + CLOSES)
    world.settle(catalog)
    seen = [on_sale(world, catalog, "PIZZA")]
    for minutes in (32, 31):
        minute_by_minute(world, catalog, minutes)
        seen.append(on_sale(world, catalog, "PIZZA"))
    assert seen == ["6.00 USD", "7.00 USD", None]


def test_both_ends_travel_in_either_dialect(world, catalog, tenant):
    starts, ends = world.now - timedelta(hours=1), world.now + timedelta(hours=1)
    world.product(tenant, "A-1", price=Decimal(10), sale_price=Decimal(6), sale_starts_at=starts, sale_ends_at=ends)
    world.settle(catalog)
    single = world.at_meta(catalog)["A-1"]
    for number in range(8):
        world.product(tenant, f"B-{number}", price=Decimal(10), sale_price=Decimal(6), sale_starts_at=starts, sale_ends_at=ends)
    world.settle(catalog)
    batch = world.at_meta(catalog)["B-0"]
    for name in ("sale_price", "sale_price_start_date", "sale_price_end_date"):
        assert single[name] == batch[name] and single[name], name


def test_the_minute_sweep_marks_any_number_of_sales_in_the_same_queries(world, catalog, tenant):
    def queries_of_a_sweep(number):
        for count in range(number):
            product = ProductFactory(tenant=tenant, sku=f"{number}-{count}")
            values = {"retailer_id": product.sku, "product_id": product.pk, "mark": 1, "done": 1, "boundary_at": world.now}
            CatalogItem.objects.create(catalog=catalog, **values)
        with CaptureQueriesContext(connection) as found:
            sweep(world.now)
        return len(found)

    assert queries_of_a_sweep(3) == queries_of_a_sweep(60)
    assert not CatalogItem.objects.filter(boundary_at__isnull=False).exists()
