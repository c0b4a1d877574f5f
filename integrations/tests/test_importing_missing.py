"""Products that no page showed: asked for by number, inactive only when certainly gone, and never many without a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing.job import NeedsConfirmation
from integrations.importing.seen import Seen
from integrations.models import ExternalRef, RefKind
from integrations.tests.fake_shop import FakeShop, Import, connect, run_import
from products_and_services.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop(10)


def fill(shop, number):
    for one in range(1, number + 1):
        shop.put(one, sku=f"S{one}")


def inactive():
    return sorted(int(one) for one in Product.objects.filter(is_active=False).values_list("external_id", flat=True))


def test_what_is_gone_becomes_inactive_and_comes_back_by_itself(connection, shop):
    fill(shop, 12)
    run_import(connection, shop)
    lost = shop.products.pop("3")
    done = run_import(connection, shop)
    assert done.run.counts == {"unchanged": 11, "inactive": 1} and inactive() == [3]
    assert ExternalRef.objects.get(external_id="3").gone_at is not None
    assert Product.objects.get(external_id="3").sku == "S3"
    assert run_import(connection, shop).run.counts == {"unchanged": 11}
    shop.products["3"] = lost
    assert run_import(connection, shop).run.counts == {"unchanged": 11, "updated": 1}
    assert inactive() == [] and ExternalRef.objects.get(external_id="3").gone_at is None


def test_products_that_slipped_past_the_pages_are_found_again(connection, shop):
    """Three are trashed while the second page is read: the next three move onto a page that was read already."""
    fill(shop, 30)
    run_import(connection, shop)

    def trash(name, number):
        if name == "page" and shop.calls.count("page") == 3:
            for one in ("1", "2", "3"):
                shop.products.pop(one, None)

    shop.calls, shop.before = [], trash
    shop.products["21"]["price"] = "77"
    done = run_import(connection, shop)
    assert Product.objects.get(external_id="21").price == 77
    assert done.run.counts == {"unchanged": 29, "updated": 1} and inactive() == []  # The three were there when they were read.
    shop.before = lambda *_: None
    assert run_import(connection, shop).run.counts == {"unchanged": 27, "inactive": 3}
    assert inactive() == [1, 2, 3]


def test_much_is_never_taken_away_without_a_person(connection, shop):
    fill(shop, 100)
    run_import(connection, shop)
    for one in range(1, 26):
        del shop.products[str(one)]
    shop.products["26"]["price"] = "77"
    importing = Import(connection, shop)
    with pytest.raises(NeedsConfirmation) as question:
        importing.all()
    assert (question.value.gone, question.value.of) == (25, 100)
    assert inactive() == [] and Product.objects.get(external_id="26").price == 77
    with pytest.raises(NeedsConfirmation):  # Asked again, the answer is the same.
        importing.all()
    fill_again = {str(one): {"name": f"Thing {one}", "price": "5"} for one in (1, 2)}
    shop.products |= fill_again  # Days later, before somebody says yes.
    importing.options["allow_removals"] = True
    importing.all()
    assert inactive() == list(range(3, 26))
    assert importing.run.counts == {"unchanged": 74, "updated": 3, "inactive": 23}
    assert Product.objects.get(external_id="1").price == 5


@pytest.mark.parametrize(("there", "gone"), [(100, 20), (200, 40), (21, 4)])
def test_a_little_needs_nobody(connection, shop, there, gone):
    fill(shop, there)
    run_import(connection, shop)
    for one in range(1, gone + 1):
        del shop.products[str(one)]
    assert run_import(connection, shop).run.counts == {"unchanged": there - gone, "inactive": gone}


def test_a_shop_that_shows_nothing_at_all_is_not_believed(connection, shop):
    fill(shop, 3)
    run_import(connection, shop)
    shop.products = {}
    with pytest.raises(NeedsConfirmation) as question:
        run_import(connection, shop)
    assert (question.value.gone, question.value.of) == (3, 3)
    assert inactive() == []
    assert run_import(connection, shop, allow_removals=True).run.counts == {"inactive": 3}


def test_an_empty_shop_is_nothing_to_worry_about(connection, shop):
    assert run_import(connection, shop).run.counts == {}


def test_products_of_others_are_never_missed(connection, shop, tenant, other_tenant):
    fill(shop, 3)
    for one in (connection, connect(tenant, store_url="https://second.example"), connect(other_tenant)):
        run_import(one, shop)
    del shop.products["2"]
    run_import(connection, shop)
    found = Product.objects.filter(is_active=False).values_list("tenant", "external_id")
    assert list(found) == [(tenant.pk, "2")] and ExternalRef.objects.filter(gone_at__isnull=False).get().connection == connection


def test_thousands_are_looked_through_in_few_steps(connection, shop):
    shop.page_size = 100
    fill(shop, 450)
    run_import(connection, shop)
    for one in range(1, 451, 10):
        del shop.products[str(one)]
    shop.calls = []
    run_import(connection, shop)
    assert len(inactive()) == 45 and shop.calls.count("by_ids") == 1
    assert ExternalRef.objects.filter(kind=RefKind.PRODUCT, gone_at__isnull=True).count() == 405


# --- the set of numbers ---------------------------------------------------------------------------------------------------------

NUMBERS = st.sets(st.integers(1, 60), max_size=30)


@given(NUMBERS, NUMBERS, st.integers(0, 60), st.integers(1, 20))
def test_intervals_are_the_set_they_stand_for(first, second, after, most):
    seen = Seen()
    seen.add(first)
    seen = Seen.joined(Seen(seen.dump()), second)
    everything = first | second
    assert {number for number in range(70) if number in seen} == everything
    assert (len(seen), bool(seen), seen.last()) == (len(everything), bool(everything), max(everything, default=None))
    assert seen.after(after, most) == [number for number in sorted(everything) if number > after][:most]
    assert all(last + 1 < following for (_, last), (following, _) in zip(seen.dump(), seen.dump()[1:], strict=False))


def test_numbers_in_a_row_take_no_room():
    seen = Seen()
    for start in range(0, 100_000, 100):
        seen.add(range(start, start + 100))
    assert seen.dump() == [[0, 99_999]]
