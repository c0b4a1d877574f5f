"""Rolling a run back beside what others did since: their edits stay, and what goes back still fits them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from operations.models import RunKind
from operations.services import finish_run, start_run
from products_and_services.models import Product, ProductVariant, Revision, Sku
from products_and_services.services import change_products, rename_skus
from products_and_services.tests.factories import ImageFactory, ProductFactory, VariantFactory
from products_and_services.tests.rollback_shop import ended_run, issues, roll_back
from products_and_services.undo.rollback import refusal
from tenants.actor import Actor, acting_as

pytestmark = pytest.mark.django_db


def test_later_edits_stay_and_are_told(shop):
    first, second = shop.products[:2]
    run = ended_run(shop.tenant, lambda: change_products(shop.tenant.pk, [first.pk, second.pk], {"price": Decimal("77"), "brand": "Acme"}))
    with acting_as(Actor("person bob")):
        first.refresh_from_db()
        first.price = Decimal("5")
        first.save()
    rollback = roll_back(run)
    assert issues(rollback) == [("Price", "changed_since", "Changed since by person bob, left as it is.")]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.price, first.brand) == (Decimal("5"), "")
    assert (second.price, second.brand) == (Decimal("9.99"), "")
    assert rollback.counts == {"restored": 2, "left_alone": 1}
    # What was left may be taken back after all.
    assert refusal(run) == ""
    assert issues(roll_back(run, overwrite=True)) == []
    first.refresh_from_db()
    assert first.price == Decimal("9.99")
    assert "already" in refusal(run)


def test_an_edit_between_two_writes_of_the_run_is_what_comes_back(shop):
    product = shop.products[0]
    run = start_run(shop.tenant, RunKind.CSV)
    for who, price in ((run, "1"), (None, "2"), (run, "3")):
        with acting_as(Actor("somebody", run_id=str(who.pk) if who else "")):
            change_products(shop.tenant.pk, [product.pk], {"price": Decimal(price)})
    finish_run(run)
    assert issues(roll_back(run)) == []
    product.refresh_from_db()
    assert product.price == Decimal("2")


def test_a_created_product_that_somebody_edited_stays_whole(shop):
    made = []

    def create():
        made.append(ProductFactory(tenant=shop.tenant, sku="NEW", name="Made"))
        made.append(ProductFactory(tenant=shop.tenant, sku="NEW2"))
        for product in made:
            ImageFactory(product=product)
            VariantFactory(product=product)

    run = ended_run(shop.tenant, create)
    with acting_as(Actor("person bob")):
        variant = made[0].variants.get()
        variant.name = "Bob's"
        variant.save()
    rollback = roll_back(run)
    assert issues(rollback) == [("Product", "edited", "Changed since by person bob, so it was not removed.")]
    assert not Product.objects.filter(pk=made[1].pk).exists()
    assert (made[0].images.count(), made[0].variants.count()) == (1, 1)
    assert issues(roll_back(run, overwrite=True)) == []
    assert not Product.objects.filter(pk=made[0].pk).exists()
    notes = Revision.objects.filter(action="deleted", product_id=made[0].pk).values_list("entity", flat=True)
    assert sorted(notes) == ["image", "product", "variant"]


def test_what_somebody_deleted_since_stays_deleted(shop):
    first, second = shop.products[:2]
    variant = second.variants.get()

    def work():
        change_products(shop.tenant.pk, [first.pk], {"price": Decimal("77")})
        for part in first.variants.all():
            part.name = "Renamed"
            part.save()
        variant.delete()

    run = ended_run(shop.tenant, work)
    with acting_as(Actor("person bob")):
        first.delete()
        second.delete()
    rollback = roll_back(run)
    assert sorted(issues(rollback))[0] == ("Product", "gone", "Deleted since by person bob, so there is nothing to change back.")
    assert [code for _, code, _ in sorted(issues(rollback))] == ["gone", "gone", "product_gone"]
    assert not Product.objects.filter(pk__in=[first.pk, second.pk]).exists()


def test_a_sku_that_somebody_took_since_stays_theirs_along_the_whole_chain(shop):
    first, second, _third, fourth, _fifth = shop.products
    run = ended_run(shop.tenant, lambda: rename_skus({first: "X0", second: "P0", fourth: "P1"}))
    taker = ProductFactory(tenant=shop.tenant, sku="P3", name="Taker")
    rollback = roll_back(run)
    # P3 is taken, so the fourth keeps P1, so the second keeps P0, so the first keeps X0.
    assert sorted({code for _, code, _ in issues(rollback)}) == ["sku_taken"]
    assert len(issues(rollback)) == 3
    kept = {first.pk: "X0", second.pk: "P0", fourth.pk: "P1", taker.pk: "P3"}
    assert dict(Product.objects.filter(pk__in=kept).values_list("pk", "sku")) == kept
    assert all(Sku.objects.get(value=product.sku).product_id == product.pk for product in Product.objects.all())


def test_prices_of_which_only_some_go_back_still_fit(shop):
    product = shop.products[0]
    product.price, product.sale_price = Decimal("100"), Decimal("80")
    product.save()
    run = ended_run(shop.tenant, lambda: change_products(shop.tenant.pk, [product.pk], {"price": Decimal("50"), "sale_price": None}))
    with acting_as(Actor("person bob")):
        change_products(shop.tenant.pk, [product.pk], {"price": Decimal("60")})
    rollback = roll_back(run)
    product.refresh_from_db()
    assert (product.price, product.sale_price) == (Decimal("60"), None)
    assert [code for _, code, _ in issues(rollback)] == ["changed_since", "does_not_fit"]


def _as_product(shop):
    return shop.products[0]


def _as_variant(shop):
    shop.products[0].price = Decimal("100")
    shop.products[0].save()
    return VariantFactory(product=shop.products[0])


@pytest.mark.parametrize("make", [_as_product, _as_variant])
def test_a_sale_window_of_which_only_one_date_goes_back_still_fits(shop, make):
    """The end was set by somebody else since, so it is no conflict of the start; the database would refuse the two together."""
    row = make(shop)
    start = datetime(2026, 3, 10, tzinfo=UTC)
    row.sale_starts_at = start
    row.save()

    def earlier():
        row.sale_starts_at, row.sort_order = start - timedelta(days=9), 7
        row.save()

    run = ended_run(shop.tenant, earlier)
    with acting_as(Actor("person bob")):
        row.sale_ends_at = start - timedelta(days=5)
        row.save()
    rollback = roll_back(run)
    row.refresh_from_db()
    assert (row.sale_starts_at, row.sort_order) == (start - timedelta(days=9), 0)
    assert [code for _, code, _ in issues(rollback)] == ["does_not_fit"]


def test_a_variants_sale_price_that_goes_back_still_fits_the_price_its_product_has_then(shop):
    product = shop.products[0]
    change_products(shop.tenant.pk, [product.pk], {"price": Decimal("100"), "sale_price": None})
    variant = VariantFactory(product=product, sale_price=Decimal("80"), stock_quantity=1)

    def cheaper():
        change_products(shop.tenant.pk, [product.pk], {"price": Decimal("50")})
        variant.sale_price, variant.stock_quantity = Decimal("40"), 2
        variant.save()

    run = ended_run(shop.tenant, cheaper)
    with acting_as(Actor("person bob")):
        variant.stock_quantity = 3
        variant.save()
    roll_back(run)  # The stock stays Bob's; both prices go back together.
    variant.refresh_from_db()
    assert (variant.sale_price, variant.product.price, variant.stock_quantity) == (Decimal("80"), Decimal("100"), 3)


def test_a_default_mark_that_moved_on_stays(shop):
    product = shop.products[0]
    old = product.variants.get()
    run = ended_run(shop.tenant, lambda: VariantFactory(product=product, is_default=True))
    third = VariantFactory(product=product, is_default=True)
    rollback = roll_back(run, overwrite=True)
    assert [code for _, code, _ in issues(rollback)] == ["other_default"]
    assert list(ProductVariant.objects.filter(product=product, is_default=True)) == [third]
    assert ProductVariant.objects.filter(pk=old.pk).exists()
