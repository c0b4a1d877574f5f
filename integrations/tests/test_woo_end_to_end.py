"""From a WooCommerce's shelves over HTTP to our products, in every version: what the shop has is here, whatever happens meanwhile."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import StoreConnection
from integrations.runs import resume_now, run_now
from integrations.services import SyncFailed, WooService, create_woo_service_for_tenant
from integrations.tests.woo_world import at_each, connect, differences, served
from meta_integration.catalog.eligibility import NO_PRICE, reason_against
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.record import Surroundings
from operations.models import RunStatus
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product, Revision
from sandbox.shops.woocommerce import Image, WooShop, make_products
from sandbox.tests.woo_recorded import recorded, stock
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
VERSIONS = ["7.9", "9.9", "10.3", "11.0.1"]


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest, settings: Any) -> Iterator[WooShop]:
    """A shop of each version."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with served(version=request.param, currency="SAR", timezone="Asia/Riyadh") as running:
        yield running


@pytest.fixture
def new_shop(settings: Any) -> Iterator[WooShop]:
    """A shop of the newest version."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with served(currency="SAR") as running:
        yield running


@pytest.fixture
def connection(shop: WooShop, tenant: Tenant) -> StoreConnection:
    return connect(tenant, shop, rows=20)


def counts(run: Any) -> dict[str, int]:
    return {name: number for name, number in run.counts.items() if number and name in ("created", "updated", "unchanged", "inactive")}


def test_everything_that_was_recorded_comes_in(shop: WooShop, connection: StoreConnection) -> None:
    bodies = recorded("bodies")
    for body in bodies["products"].values():
        stock(shop, body)
    for family in bodies["families"].values():
        stock(shop, family["product"], family["variations"])
    run = run_now(connection)
    assert run.status == RunStatus.COMPLETED, run.message
    assert differences(connection) == []
    assert set(Product.objects.values_list("currency", flat=True)) == {"SAR"}
    assert counts(run_now(connection)) == {"unchanged": counts(run)["created"]}


def test_a_day_in_the_life_of_a_shop(shop: WooShop, connection: StoreConnection) -> None:
    make_products(shop, 40, variable_every=4, variations=3)
    shirt = shop.add(name="Shirt &amp; Tie", sku="SHIRT", categories=(shop.category("Home & Garden"),), images=(Image(src="a.png"),))
    red, blue = (shop.add_variation(shirt.id, options={"Colour": name}, regular_price="20", sku=name) for name in ("Red", "Blue"))
    first = run_now(connection)
    assert counts(first) == {"created": 41}, first.message
    assert differences(connection) == []
    notes = Revision.objects.count()
    assert counts(run_now(connection)) == {"unchanged": 41}
    assert Revision.objects.count() == notes

    numbers = sorted(shop.shelf.product_ids())
    shop.change(numbers[1], regular_price="3.33")
    shop.write_silently(numbers[2], stock_quantity=0, manage_stock=True)
    shop.change(red.id, regular_price="25", sku="Blue")  # The two change their SKUs.
    shop.change(blue.id, status="private", sku="Red")
    shop.trash(numbers[5])
    shop.delete(numbers[6])
    new = shop.add(name="New", regular_price="7", sku="NEW")
    second = run_now(connection)
    assert second.status == RunStatus.COMPLETED, second.message
    assert counts(second) == {"created": 1, "updated": 3, "unchanged": 36, "inactive": 2}
    assert differences(connection) == []
    assert Product.objects.get(external_id=str(new.id)).price == Decimal(7)

    shop.restore(numbers[5])
    shop.currency = "EUR"
    third = run_now(connection)
    assert counts(third) == {"updated": 41}, third.counts
    assert differences(connection) == []


def test_what_the_shop_gives_away_is_not_offered_at_its_usual_price(new_shop: WooShop, tenant: Tenant) -> None:
    """Its owner is told why, in the import and where Meta's catalog is shown."""
    connection = connect(tenant, new_shop)
    gift = new_shop.add(name="Sample", regular_price="10", sale_price="0", sku="GIFT", images=(Image(src="a.png"),))
    shirt = new_shop.add(name="Shirt", sku="SHIRT", images=(Image(src="b.png"),))
    for colour, sale_price in (("Red", "0"), ("Blue", "")):
        new_shop.add_variation(shirt.id, options={"Colour": colour}, regular_price="20", sale_price=sale_price, sku=colour)
    run = run_now(connection)
    assert sorted(run.issues.filter(field="sale_price").values_list("reference", flat=True)) == [str(gift.id), str(shirt.id)]
    assert without_price(tenant) == {"GIFT", "Red"}
    assert Product.objects.get(external_id=str(shirt.id)).price == Decimal(20)

    new_shop.change(gift.id, sale_price="8")
    run_now(connection)
    product = Product.objects.get(external_id=str(gift.id))
    assert (product.price, product.sale_price, without_price(tenant)) == (Decimal(10), Decimal(8), {"Red"})


def without_price(tenant: Tenant) -> set[str]:
    """SKUs of what is kept from Meta because nothing can be sold for 0."""
    around = Surroundings(tenant_name="Solar", sub_domain="solar", public_base_url="https://crm.example")
    snapshots = load_snapshots(tenant, Product.objects.values_list("pk", flat=True))
    carriers = [carrier for snapshot in snapshots.values() for carrier in carriers_of(snapshot)]
    return {carrier.retailer_id for carrier in carriers if reason_against(carrier, around) == NO_PRICE}


def test_edits_while_pages_are_read(shop: WooShop, connection: StoreConnection) -> None:
    make_products(shop, 75, variable_every=10, variations=2)
    numbers = sorted(shop.shelf.product_ids())
    assert run_now(connection).status == RunStatus.COMPLETED
    stays = shop.add(name="Stays", regular_price="1").id

    def edits(number: int) -> None:
        shop.trash(numbers[number * 2])
        shop.change(numbers[-number], regular_price=f"{number}.5")
        shop.add(name=f"Late {number}", regular_price="2")
        if number == 3:
            shop.restore(numbers[2])

    at_each(shop, edits)
    run = run_now(connection)
    assert run.status == RunStatus.COMPLETED, run.message
    here = set(Product.objects.filter(is_active=True).values_list("external_id", flat=True))
    living = {str(number) for number in shop.shelf.product_ids()}
    assert str(stays) in here
    # Nothing that lives was taken for gone, or missed.
    assert {str(number) for number in numbers} & living <= here
    shop.plans.clear()
    assert run_now(connection).status == RunStatus.COMPLETED
    assert differences(connection) == []


def test_products_that_are_new_are_not_lost_when_others_vanish_meanwhile(shop: WooShop, connection: StoreConnection) -> None:
    make_products(shop, 75, variable_every=0)
    numbers = sorted(shop.shelf.product_ids())
    shop.before(4, lambda: [shop.trash(number) for number in numbers[:15]])  # The first call only looks who is there.
    run = run_now(connection)
    assert run.status == RunStatus.COMPLETED, run.message
    assert {str(number) for number in numbers[15:]} <= set(Product.objects.values_list("external_id", flat=True))


def test_a_list_that_is_read_once_more_counts_once(new_shop: WooShop, tenant: Tenant) -> None:
    shop, connection = new_shop, connect(tenant, new_shop, rows=10)
    make_products(shop, 35, variable_every=0)
    first = sorted(shop.shelf.product_ids())[0]
    shop.trash(first)
    shop.before(5, lambda: shop.restore(first))
    run = run_now(connection)
    assert (run.done, run.total, counts(run)) == (35, 35, {"created": 35})


FAULTS = [
    "reset_after",
    "cut",
    "truncated",
    "throttled",
    "fatal",
    "plain_permalinks",
    "empty_list",
    "empty_pages",
    "firewall",
    "key_revoked",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_in_words_and_the_rest_comes_afterwards(new_shop: WooShop, tenant: Tenant, fault: str) -> None:
    shop, connection = new_shop, connect(tenant, new_shop, rows=10)
    make_products(shop, 25, variable_every=8, variations=2)
    shop.faults.add(fault, skip=2, endpoints=["products"])
    run = run_now(connection)
    shop.faults.clear()
    if run.status != RunStatus.COMPLETED:
        assert run.status == RunStatus.FAILED
        assert len(run.message) > 20
        assert "ck_" not in run.message and "cs_" not in run.message
        StoreConnection.objects.update(blocked_at=None, blocked_reason="")
        connection.refresh_from_db()
        run = resume_now(run)
    assert run.status == RunStatus.COMPLETED, run.message
    assert not Product.objects.filter(is_active=False).exists()
    assert run_now(connection).status == RunStatus.COMPLETED
    assert differences(connection) == []


@pytest.mark.parametrize("fault", ["empty_list", "empty_pages", "truncated", "fatal", "key_revoked", "stale_list", "wrong_total"])
def test_a_fault_takes_nothing_off_sale(new_shop: WooShop, tenant: Tenant, fault: str) -> None:
    shop, connection = new_shop, connect(tenant, new_shop, rows=10)
    make_products(shop, 25, variable_every=0)
    assert run_now(connection).status == RunStatus.COMPLETED
    for skip in (0, 1, 2):
        shop.faults.add(fault, skip=skip, endpoints=["products", "variations", "all_variations"])
        run_now(connection)
        shop.faults.clear()
        StoreConnection.objects.update(blocked_at=None, blocked_reason="")
        connection.refresh_from_db()
        assert Product.objects.filter(is_active=True).count() == 25


# --- the faces ---------------------------------------------------------------------------------------------------------------
def test_the_service(new_shop: WooShop, tenant: Tenant, other_tenant: Tenant) -> None:
    shop = new_shop
    make_products(shop, 130, variable_every=10, variations=2)
    with pytest.raises(ValueError, match="no such active WooCommerce shop"):
        create_woo_service_for_tenant(tenant)
    connection = connect(tenant, shop)
    service = create_woo_service_for_tenant(tenant)
    assert isinstance(service, WooService)
    batch, cursor = service.fetch_products_batch()
    rest, end = service.fetch_products_batch(cursor)
    assert (len(batch), len(rest), end) == (100, 30, None)
    product = service.transform_product(batch[0])
    assert (product.currency, len(product.variants)) == ("SAR", 2)
    assert service.transform_variations(batch[0]) == list(product.variants)
    bare = {name: value for name, value in batch[0].items() if name != "_variations"}
    assert service.transform_variations(bare) == []
    assert service.transform_variations(bare, batch[0]["_variations"]) == list(product.variants)
    with pytest.raises(ValueError, match="belongs to another business"):
        service.sync_products(other_tenant)
    result = service.sync_products(tenant)
    assert result.pop("duration") >= 0
    assert result == {"synced": 130, "created": 130, "updated": 0, "unchanged": 0, "errors": 0, "inactive": 0}
    assert service.sync_products()["unchanged"] == 130
    with pytest.raises(ValueError, match="no such active WooCommerce shop"):
        create_woo_service_for_tenant(other_tenant, connection)
    second = connect(tenant, shop, shop_domain="second.example")
    with pytest.raises(ValueError, match="several WooCommerce shops"):
        create_woo_service_for_tenant(tenant)
    assert create_woo_service_for_tenant(tenant, second).connection == second
    shop.faults.add("fatal")
    with pytest.raises(SyncFailed, match="critical error"):
        service.sync_products()


def test_what_was_learnt_of_a_shop_outlives_the_run(new_shop: WooShop, tenant: Tenant) -> None:
    shop, connection = new_shop, connect(tenant, new_shop)
    make_products(shop, 60, variable_every=0)
    shop.faults.add("slow_big_pages", rows=20)
    run = run_now(connection)
    assert run.status == RunStatus.COMPLETED, run.message
    connection.refresh_from_db()
    assert connection.facts["page_sizes"]["products"][0] == 20
    before = shop.last_call
    assert run_now(connection).status == RunStatus.COMPLETED
    assert all("per_page=100" not in call.query for call in shop.calls("products", since=before))
