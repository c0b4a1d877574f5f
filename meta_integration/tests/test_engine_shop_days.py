"""What a shop does all day, and what Meta shows afterwards: hiding, sales, pictures, variants."""

from datetime import timedelta
from decimal import Decimal

import pytest

from meta_integration.catalog.sweep import sweep
from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.tests.world import change, shown
from products_and_services.models import Product, ProductVariant
from products_and_services.tests.factories import ImageFactory, VariantFactory, picture_file
from sandbox.graph import Fault

# --- hiding and deleting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 9], ids=["single", "batch"])
@pytest.mark.parametrize("switch", [{"is_active": False}, {"sync_to_meta": False}, {"price": None}], ids=str)
def test_what_was_live_and_may_no_more_is_hidden_and_comes_back(world, tenant, catalog, many, switch):
    products = [world.product(tenant, f"B-{n}", price=Decimal(10)) for n in range(many)]
    world.settle(catalog)
    for product in products:
        change(product, **switch)
    world.settle(catalog)
    assert {(item["visibility"], item["availability"]) for item in world.at_meta(catalog).values()} == {("staging", "out of stock")}
    assert set(tenant.products.values_list("meta_sync_status", flat=True)) == {"hidden"}
    for product in products:
        change(product, is_active=True, sync_to_meta=True, price=Decimal(12))
    world.settle(catalog)
    found = {(item["visibility"], item["availability"], item["price"]) for item in world.at_meta(catalog).values()}
    assert found == {("published", "in stock", "12.00 USD")}


def test_what_was_never_sent_is_not_hidden_but_not_sent(world, tenant, catalog):
    product = world.product(tenant, "A-1", is_active=False)
    world.settle(catalog)
    assert world.standin.calls() == []
    product.refresh_from_db()
    assert (product.meta_sync_status, product.meta_sync_last_error[:24]) == ("not_synced", "The product is inactive.")


def test_a_hand_deleted_item_that_shall_be_hidden_stays_away(world, catalog, product):
    world.standin.delete_item(catalog.catalog_id, "A-1")
    change(product, is_active=False)
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    product.refresh_from_db()
    assert product.meta_sync_status == "not_synced"


def test_sold_out_today_is_out_of_stock_but_not_hidden(world, catalog, product):
    change(product, is_available=False)
    world.settle(catalog)
    assert shown(world, catalog, "A-1", "availability", "visibility") == ("out of stock", "published")


def test_a_changed_sku_is_a_delete_and_a_new_item(world, catalog, product):
    change(product, sku="A-9")
    world.settle(catalog)
    assert set(world.at_meta(catalog)) == {"A-9"}


def test_deleting_more_than_five_goes_by_one_batch(world, tenant, catalog):
    for number in range(9):
        world.product(tenant, f"B-{number}")
    world.settle(catalog)
    before = world.standin.last_call
    for product in tenant.products.all():
        product.delete()
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    assert [call.edge for call in world.writes(before)] == ["items_batch"]
    assert {item.state for item in catalog.items.all()} == {"gone"}


# --- the clock alone --------------------------------------------------------------------------------------------------------


def test_a_sale_opens_and_closes_by_the_clock(world, catalog, product):
    opens, closes = world.now + timedelta(minutes=30), world.now + timedelta(minutes=60)
    change(product, sale_price=Decimal(6), sale_starts_at=opens, sale_ends_at=closes)
    seen = []
    for _ in range(80):
        world.pass_time(seconds=58)
        for pk in sweep(world.now):
            world.work(Catalog.objects.get(pk=pk))
        seen.append((world.now, shown(world, catalog, "A-1", "sale_price")[0]))
    on_sale = [moment for moment, price in seen if price == "6.00 USD"]
    assert opens <= on_sale[0] <= opens + timedelta(minutes=2)
    assert closes - timedelta(minutes=1) <= on_sale[-1] <= closes + timedelta(minutes=2)
    assert seen[-1][1] is None
    assert len(world.writes()) == 3


def test_a_sale_that_opened_while_a_handle_was_open_is_sent_after_it(world, tenant, catalog):
    world.standin.batch_delay = 600
    for number in range(9):
        world.product(tenant, f"B-{number}", price=Decimal(10), sale_price=Decimal(5), sale_starts_at=world.now + timedelta(minutes=5))
    world.settle(catalog, rounds=5)
    assert world.standin.handles()
    world.run_until_quiet()
    assert {item["sale_price"] for item in world.at_meta(catalog).values()} == {"5.00 USD"}


# --- pictures -----------------------------------------------------------------------------------------------------------


def test_a_new_picture_has_a_new_address(world, catalog, product):
    before = shown(world, catalog, "A-1", "image_url")
    product.images.all().delete()
    ImageFactory(product=product, image=picture_file())
    world.settle(catalog)
    first = shown(world, catalog, "A-1", "image_url")
    product.images.all().delete()
    ImageFactory(product=product, image=picture_file(colour="blue"))
    world.settle(catalog)
    second = shown(world, catalog, "A-1", "image_url")
    assert len({before, first, second}) == 3
    assert second[0].startswith("http://127.0.0.1:8000/media/")


def test_without_a_picture_nothing_is_sent_and_with_one_it_goes(world, tenant, catalog):
    product = Product.objects.create(tenant=tenant, name="Bare", sku="A-1", price=Decimal(1))
    world.settle(catalog)
    assert world.standin.calls() == []
    product.refresh_from_db()
    assert "Needs an image" in product.meta_sync_last_error
    ImageFactory(product=product)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_a_picture_of_ours_is_not_sent_where_meta_could_not_fetch_it(world, tenant, catalog, settings):
    settings.META_GRAPH_BASE_URL, settings.PUBLIC_BASE_URL = "http://graph.example", "http://shop.example"
    product = Product.objects.create(tenant=tenant, name="Local", sku="A-1", price=Decimal(1))
    ImageFactory(product=product, image=picture_file())
    world.settle(catalog)
    product.refresh_from_db()
    assert (world.standin.calls(), product.meta_sync_status) == ([], "not_synced")
    MetaAppConfig.objects.filter(tenant=tenant).update(placeholder_image_url="https://img.example/none.png")
    world.product(tenant, "A-2").save()
    product.save()
    world.settle(catalog)
    assert shown(world, catalog, "A-1", "image_url") == ("https://img.example/none.png",)


# --- variants ---------------------------------------------------------------------------------------------------------------


def test_variants_with_skus_are_a_group_and_the_product_itself_is_no_item(world, catalog, product):
    for name in ("Red", "Blue"):
        VariantFactory(product=product, name=name, sku=f"A-1-{name}", attributes={"color": name})
    world.settle(catalog)
    assert {sku: shown(world, catalog, sku, "retailer_product_group_id", "color") for sku in world.at_meta(catalog)} == {
        "A-1-Red": ("A-1", "Red"),
        "A-1-Blue": ("A-1", "Blue"),
    }


def test_regrouping_goes_by_batch(world, catalog, product):
    variant = VariantFactory(product=product, name="Red", sku="V-1", attributes={"color": "Red"})
    world.settle(catalog)
    change(product, sku="A-2")
    before = world.standin.last_call
    world.settle(catalog)
    assert [call.edge for call in world.writes(before) if "V-1" in call.retailer_ids] == ["items_batch"]
    assert shown(world, catalog, "V-1", "retailer_product_group_id") == ("A-2",)
    variant.delete()
    world.settle(catalog)
    assert set(world.at_meta(catalog)) == {"A-2"}


def test_a_group_that_a_lost_call_may_have_changed_is_not_believed(world, tenant, catalog):
    """The batch that grouped the item is applied, its answer is lost; then the product is simple again."""
    product = world.product(tenant, "A-1", price=Decimal(10))
    world.settle(catalog)
    variant = ProductVariant.objects.create(product=product, sku="V-1", name="Red")
    world.settle(catalog)
    change(product, sku="A-2")
    with world.fault(Fault("lost_after", edges=("items_batch",))):
        world.work(catalog)
    change(product, sku="A-1")
    world.settle(catalog)
    assert shown(world, catalog, "V-1", "retailer_product_group_id") == ("A-1",)
    assert variant.sku == "V-1"


def test_a_hand_changed_group_is_mended_by_batch(world, catalog, product):
    world.standin.edit_item(catalog.catalog_id, "A-1", retailer_product_group_id="WRONG")
    world.run_until_quiet(minutes=20)
    assert shown(world, catalog, "A-1", "retailer_product_group_id") == (None,)


def test_sizes_are_one_item_with_the_cheapest_price(world, catalog, product):
    for name, price in (("Small", 12), ("Large", 18)):
        VariantFactory(product=product, name=name, sku=None, price=Decimal(price))
    world.settle(catalog)
    assert set(world.at_meta(catalog)) == {"A-1"}
    assert shown(world, catalog, "A-1", "price") == ("12.00 USD",)


def test_one_variant_may_be_back_ordered_and_another_is_counted(world, catalog, product):
    red, blue = (VariantFactory(product=product, name=name, sku=f"A-1-{name}") for name in ("Red", "Blue"))
    change(product, stock_quantity=0, track_stock=False)
    change(red, track_stock=True)
    world.settle(catalog)
    assert (shown(world, catalog, "A-1-Red", "availability"), shown(world, catalog, "A-1-Blue", "availability")) == (
        ("out of stock",),
        ("in stock",),
    )
    change(red, allow_backorder=True)
    change(blue, track_stock=True, allow_backorder=False)
    world.settle(catalog)
    assert shown(world, catalog, "A-1-Red", "availability") == ("available for order",)
    assert shown(world, catalog, "A-1-Blue", "availability") == ("out of stock",)


def test_a_variant_with_its_products_sku_is_no_duplicate(world, catalog, product):
    VariantFactory(product=product, name="Red", sku="A-1")
    world.settle(catalog)
    assert set(world.at_meta(catalog)) == {"A-1"}


# --- saving -------------------------------------------------------------------------------------------------------------


def test_ten_saves_in_a_second_make_one_call(world, catalog, product):
    before = world.standin.last_call
    for price in range(10, 20):
        change(product, price=Decimal(price))
    world.settle(catalog)
    assert len(world.writes(before)) == 1


def test_saving_without_a_visible_change_makes_no_call(world, tenant, catalog, product):
    before = world.standin.last_call
    product.save()
    change(product, tags=["x"], vendor="")
    tenant.save()
    world.settle(catalog)
    assert world.standin.calls(since=before) == []
