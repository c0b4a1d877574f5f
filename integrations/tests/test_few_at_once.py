"""Products so large that few of them, or one, fit into a question: whoever asks by number comes to the same end, in more steps."""

from decimal import Decimal

import pytest

from integrations import hints
from integrations.importing.job import NeedsConfirmation
from integrations.models import ExternalRef, LinkQuestion, RefKind
from integrations.tests.fake_shop import FakeShop, Import, run_import
from integrations.tests.shop_oracle import assert_sku_table
from integrations.tests.step_world import hinted
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


class Shop(FakeShop):
    """hidden: what no page shows, though it is there."""

    hidden: frozenset[str] = frozenset()

    def fetch_page(self, cursor=None):
        page = super().fetch_page(cursor)
        page.raws[:] = [raw for raw in page.raws if raw["id"] not in self.hidden]
        return page


@pytest.fixture(params=[1, 3])
def shop(request):
    shop = Shop(10)
    shop.most = request.param
    return shop


def fill(shop, number):
    for one in range(1, number + 1):
        shop.put(one, sku=f"S{one}")


def active():
    return sorted(int(one) for one in Product.objects.filter(is_active=True, external_id__gt="").values_list("external_id", flat=True))


def test_what_no_page_showed(connection, shop):
    fill(shop, 40)
    run_import(connection, shop)
    shop.hidden = frozenset(str(one) for one in range(11, 18))
    for one in (9, 12, 20, 21, 22, 23):
        del shop.products[str(one)]
    for one in (11, 17):
        shop.products[str(one)]["price"] = "77"
    run_import(connection, shop)
    assert active() == [one for one in range(1, 41) if one not in (9, 12, 20, 21, 22, 23)]
    assert set(Product.objects.filter(price=77).values_list("external_id", flat=True)) == {"11", "17"}


def test_what_a_person_has_confirmed_days_later(connection, shop):
    fill(shop, 100)
    run_import(connection, shop)
    kept = [(one, shop.products.pop(str(one))) for one in range(1, 26)]
    importing = Import(connection, shop)
    with pytest.raises(NeedsConfirmation):
        importing.all()
    for one, values in kept:
        if one in (1, 2, 14, 25):
            shop.products[str(one)] = values
    importing.options["allow_removals"] = True
    importing.all()
    assert active() == [1, 2, 14, *range(25, 101)]


def test_questions_about_what_is_gone(connection, shop, tenant):
    for one in range(1, 8):
        ProductFactory(tenant=tenant, sku=f"S{one}")
        shop.put(one, sku=f"Z{one}", variants=[{"id": f"{one}1", "sku": f"S{one}"}])
    run_import(connection, shop)
    assert LinkQuestion.objects.count() == 7
    for one in (1, 4, 7):
        del shop.products[str(one)]
    run_import(connection, shop)
    assert sorted(LinkQuestion.objects.values_list("external_id", flat=True)) == ["2", "3", "5", "6"]


def test_products_that_are_named(connection, shop):
    fill(shop, 8)
    done = run_import(connection, shop, only_ids=["2", "3", "404", "5", "7", "8"])
    assert active() == [2, 3, 5, 7, 8] and done.run.counts == {"created": 5, "failed": 1}
    assert (done.run.done, done.run.total) == (6, 6)


def test_skus_that_go_round(connection, shop):
    shop.page_size = 1
    fill(shop, 5)
    run_import(connection, shop)
    for one in range(1, 6):
        shop.products[str(one)]["sku"] = f"S{one % 5 + 1}"
    for _ in range(5):
        run_import(connection, shop)
        assert_sku_table(connection.tenant_id)
    refs = ExternalRef.objects.filter(kind=RefKind.PRODUCT).select_related("product")
    assert {int(ref.external_id): ref.product.sku for ref in refs} == {one: f"S{one % 5 + 1}" for one in range(1, 6)}


@pytest.mark.parametrize("most", [1, 5])
def test_hints(world, tenant, most):
    connection, shop = world.open(tenant, count=12)
    shop.most = most
    for one in range(1, 13):
        shop.products[str(one)]["price"] = "33"
    del shop.products["4"]
    hints.note(connection.pk, [str(one) for one in range(1, 14)], "test")
    world.work()
    assert hinted(connection) == [] and active() == [1, 2, 3, *range(5, 13)]
    assert set(Product.objects.filter(is_active=True).values_list("price", flat=True)) == {Decimal(33)}
