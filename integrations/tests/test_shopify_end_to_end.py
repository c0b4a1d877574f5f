"""From a Shopify's shelves over HTTP to our products, by pages and by bulk operation: what the shop has is here, whatever happens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import StoreConnection
from integrations.providers import adapter_for
from integrations.providers.shopify.listing import products as listing
from integrations.providers.shopify.listing.large import MISSES
from integrations.runs import resume_now, run_now
from integrations.services import create_shopify_service_for_tenant
from integrations.tests.shopify_world import connect, served
from integrations.tests.woo_world import differences
from operations.models import RunStatus
from products_and_services.models import Product, ProductCategory, Revision
from sandbox.shops.shopify import Picture, ShopifyShop, make_products
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(settings: Any) -> Iterator[ShopifyShop]:
    with served(settings, currency="KWD") as running:
        yield running


@pytest.fixture
def connection(shop: ShopifyShop, tenant: Tenant) -> StoreConnection:
    return connect(tenant)


@pytest.fixture(params=["pages", "bulk"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How large shops are read."""
    monkeypatch.setattr(listing, "LARGE", 1 if request.param == "bulk" else 10**9)
    return str(request.param)


def counts(run: Any) -> dict[str, int]:
    return {name: number for name, number in run.counts.items() if number and name in ("created", "updated", "unchanged", "inactive")}


def numbers(shop: ShopifyShop) -> list[int]:
    return sorted(shop.shelf.product_ids())


def test_a_day_in_the_life_of_a_shop(shop: ShopifyShop, connection: StoreConnection, way: str) -> None:
    make_products(shop, 40, variants=3)
    shelf = shop.collection("Shirts")
    shirt = shop.add(
        "Shirt & Tie", options=(("Colour", ("Red", "Blue")),), collections=(shelf,), tags=("new",), pictures=(Picture(src="a.png"),),
        variants=[{"values": ("Red",), "price": "20.125", "sku": "Red"}, {"values": ("Blue",), "price": "21", "sku": "Blue"}],
    )  # fmt: skip
    mug = shop.add("Mug", price="7.500", compare_at_price="9.000", sku="MUG", available=4, barcode="4006381333931")
    first = run_now(connection)
    assert counts(first) == {"created": 42}, first.message
    assert differences(connection) == []
    made = Product.objects.get(external_id=str(mug.id))
    assert (made.price, made.sale_price, made.currency, made.stock_quantity) == (Decimal("9.000"), Decimal("7.500"), "KWD", 4)
    assert (made.sku, made.gtin, made.external_source) == ("MUG", "4006381333931", "shopify")
    assert Product.objects.get(external_id=str(shirt.id)).category == ProductCategory.objects.get(name="Shirts")
    notes = Revision.objects.count()
    assert counts(run_now(connection)) == {"unchanged": 42}
    assert Revision.objects.count() == notes

    red, blue = shop.variants(shirt.id)
    shop.change_variant(red.id, price="25", sku="Blue")  # The two change their SKUs.
    shop.change_variant(blue.id, sku="Red")
    shop.sell(shop.variants(mug.id)[0].id, 3)
    ids = [number for number in numbers(shop) if number not in (shirt.id, mug.id)]
    shop.change(ids[1], status="ARCHIVED")
    shop.publish(ids[2], False)
    shop.change(ids[3], status="UNLISTED", title="By link")
    shop.delete(ids[5])
    shop.rename_collection(shelf, "Tops")
    new = shop.add("New", price="1")
    second = run_now(connection)
    assert second.status == RunStatus.COMPLETED, second.message
    assert counts(second) == {"created": 1, "updated": 5, "unchanged": 36, "inactive": 1}
    assert differences(connection) == []
    active = dict(Product.objects.filter(external_id__in=map(str, (*ids[1:4], new.id))).values_list("external_id", "is_active"))
    assert active == {str(ids[1]): False, str(ids[2]): False, str(ids[3]): True, str(new.id): True}
    assert ProductCategory.objects.filter(name="Tops").exists()

    shop.currency = "EUR"
    assert counts(run_now(connection)) == {"updated": 42}
    assert differences(connection) == []


def test_a_shop_that_becomes_large_looks_the_same(
    shop: ShopifyShop, connection: StoreConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_products(shop, 120, variants=2)
    film = Picture(kind="VIDEO", src="film.mp4")
    pictures = (Picture(src="1.png"), film, Picture(src="2.png", status="PROCESSING"), Picture(src="3.png"))
    shop.add("Rich", price="5", pictures=pictures, collections=(shop.collection("One"), shop.collection("Two")))
    assert counts(run_now(connection)) == {"created": 121}
    monkeypatch.setattr(listing, "LARGE", 1)
    assert counts(run_now(connection)) == {"unchanged": 121}
    assert shop.calls("file")


def test_more_variants_and_pictures_than_fit_into_one_answer(shop: ShopifyShop, connection: StoreConnection, way: str) -> None:
    sizes = tuple(f"No. {number}" for number in range(260))
    pictures = tuple(Picture(src=f"{number}.png") for number in range(45))
    variants = [{"values": (size,), "price": "3"} for size in sizes]
    big = shop.add("Big", options=(("Size", sizes),), variants=variants, pictures=pictures)
    assert counts(run_now(connection)) == {"created": 1}
    assert differences(connection) == []
    made = Product.objects.get(external_id=str(big.id))
    assert made.variants.filter(is_default=False).count() == 260
    assert made.images.filter(variant=None).count() == 45


def test_edits_while_pages_are_read(shop: ShopifyShop, connection: StoreConnection, way: str) -> None:
    make_products(shop, 250, variants=1)
    assert run_now(connection).status == RunStatus.COMPLETED
    known = numbers(shop)

    def edit(number: int) -> None:
        shop.delete(known[number])
        shop.add(f"New {number}", price="2")
        shop.change(known[-number], title=f"Other {number}")

    for number in range(1, 8):
        shop.before(number, lambda number=number: edit(number), "graphql")
    assert run_now(connection).status == RunStatus.COMPLETED
    run_now(connection)
    assert differences(connection) == []


KINDS = ["partial_errors", "null_nodes", "wrong_count", "internal_error", "bad_gateway", "truncated"]
WRONG = [("empty_list", "pages"), *((kind, way) for kind in KINDS for way in ("pages", "bulk"))]
WRONG_BULK = ["bulk_failed", "bulk_empty", "bulk_short", "bulk_busy", "file_gone"]


@pytest.mark.parametrize(("kind", "way"), WRONG, indirect=["way"])
def test_a_shop_that_answers_wrongly_loses_nothing(shop: ShopifyShop, connection: StoreConnection, way: str, kind: str) -> None:
    make_products(shop, 130, variants=1)
    assert run_now(connection).status == RunStatus.COMPLETED
    shop.change(numbers(shop)[7], title="Other")
    shop.delete(numbers(shop)[0])  # Makes the import ask for one by number.
    shop.faults.add(kind)
    run = run_now(connection)
    assert run.status == RunStatus.FAILED, run.message
    assert Product.objects.filter(is_active=True).count() == 130
    shop.faults.clear()
    assert resume_now(run).status == RunStatus.COMPLETED
    assert Product.objects.filter(is_active=True).count() == 129
    assert differences(connection) == []


@pytest.mark.parametrize("kind", WRONG_BULK)
def test_a_bulk_operation_that_goes_wrong_costs_time_only(
    shop: ShopifyShop, connection: StoreConnection, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(listing, "LARGE", 1)
    make_products(shop, 130, variants=1)
    shop.faults.add(kind)
    run = run_now(connection)
    assert (run.status, counts(run)) == (RunStatus.COMPLETED, {"created": 130}), run.message
    assert differences(connection) == []


def test_a_file_that_is_cut_off_again_and_again_is_gone_on_with(
    shop: ShopifyShop, connection: StoreConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More often than a file may come to nothing: each time half of what was missing came."""
    monkeypatch.setattr(listing, "LARGE", 1)
    make_products(shop, 400, variants=3)
    shop.faults.add("cut", endpoints=("file",), remaining=MISSES + 2)
    run = run_now(connection)
    assert (run.status, counts(run)) == (RunStatus.COMPLETED, {"created": 400}), run.message
    assert len(shop.calls("file")) == MISSES + 3
    assert differences(connection) == []


def test_what_was_changed_and_what_a_glance_shows(shop: ShopifyShop, connection: StoreConnection) -> None:
    make_products(shop, 260, variants=1)
    adapter = adapter_for(connection)
    first = adapter.fetch_glances()
    second = adapter.fetch_glances(first.next_cursor)
    before = {one.external_id: one.text for one in (*first.glances, *second.glances)}
    assert len(before) == first.total == 260
    assert second.next_cursor is None
    whole = adapter.fetch_page()
    assert {adapter.external_id(raw): adapter.glance(raw) for raw in whole.raws}.items() <= before.items()

    since = datetime.now(UTC) + timedelta(seconds=1)
    shop.clock = lambda: since + timedelta(seconds=5)
    sold = numbers(shop)[3]
    shop.sell(shop.variants(sold)[0].id)
    assert [adapter.external_id(raw) for raw in adapter.fetch_changed(since).raws] == [str(sold)]
    after = {one.external_id: one.text for one in adapter.fetch_glances().glances}
    assert {one for one, text in after.items() if text != before[one]} == {str(sold)}


def test_the_service_reads_batches(shop: ShopifyShop, connection: StoreConnection, tenant: Tenant) -> None:
    make_products(shop, 3, variants=2)
    service = create_shopify_service_for_tenant(tenant)
    raws, cursor = service.fetch_products_batch()
    assert cursor is None
    record = service.transform_product(raws[0])
    assert record.currency == "KWD"
    assert [one.external_id for one in service.transform_variants(raws[0])] == [one.external_id for one in record.variants]
    assert len(record.variants) == 2
