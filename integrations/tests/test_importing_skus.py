"""SKUs of a shop: duplicate, blank, exchanged, handed over; no row is lost and nobody has one twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing.linking import Holder
from integrations.importing.skus import Owner, share_out
from integrations.models import ExternalRef, RefKind
from integrations.tests.fake_shop import FakeShop, connect, run_import
from integrations.tests.shop_oracle import assert_sku_table
from operations.models import RunIssue
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop(2)


def skus():
    """{id at the shop: SKU}, of variations as well."""
    refs = ExternalRef.objects.exclude(kind=RefKind.CATEGORY).select_related("product", "variant").order_by("pk")
    assert_sku_table(refs[0].product.tenant_id)
    return {ref.external_id: ref.variant.sku if ref.variant else ref.product.sku for ref in refs}


def messages(done):
    return [issue.message for issue in RunIssue.objects.filter(run=done.run).order_by("pk")]


def test_blank_skus_become_numbers_of_their_own(connection, shop):
    shop.put(1)
    shop.put(2, sku="S", variants=[{"id": "21"}, {"id": "22", "sku": "S"}, {"id": "23", "sku": "S-3"}])
    run_import(connection, shop)
    assert skus() == {"1": "WC-1", "2": "S", "21": "WC-21", "22": "WC-22", "23": "S-3"}


def test_blank_skus_stay_blank_where_that_is_wanted(tenant, shop):
    connection = connect(tenant, fill_blank_skus=False)
    shop.put(1)
    shop.put(2, sku="S", variants=[{"id": "22", "sku": "S"}])
    run_import(connection, shop)
    assert skus() == {"1": None, "2": "S", "22": None}
    connection.fill_blank_skus = True
    connection.save()
    assert run_import(connection, shop).run.counts == {"updated": 2}  # What decides is part of the fingerprint.
    assert skus() == {"1": "WC-1", "2": "S", "22": "WC-22"}


def test_a_number_that_is_taken_gets_the_shops_own(connection, shop, tenant):
    second, other = connect(tenant, store_url="https://second.example"), FakeShop()
    for one in (shop, other):
        one.put(1)
    run_import(connection, shop)
    run_import(second, other)
    found = Product.objects.order_by("pk")
    assert [one.sku for one in found] == ["WC-1", f"WC{second.pk}-1"]
    found[0].delete()
    del shop.products["1"]
    other.products["1"]["name"] = "Other"
    run_import(second, other)
    assert Product.objects.get().sku == f"WC{second.pk}-1"  # It stays: a new SKU would be a new item at Meta.


def test_a_sku_that_the_shop_takes_away_stays_until_another_wants_it(connection, shop):
    shop.put(1, sku="A")
    shop.put(2, sku="B")
    run_import(connection, shop)
    shop.products["1"]["sku"] = None
    run_import(connection, shop)
    assert skus() == {"1": "A", "2": "B"}
    shop.products["2"]["sku"] = "A"
    run_import(connection, shop)
    assert skus() == {"1": "WC-1", "2": "A"}


def test_of_two_with_the_same_sku_the_first_has_it_until_it_goes(connection, shop):
    shop.put(1, sku="A")
    shop.put(2, sku="A")
    shop.put(3, sku="A", variants=[{"id": "31", "sku": "B"}, {"id": "32", "sku": "B"}])
    done = run_import(connection, shop)
    assert skus() == {"1": "A", "2": None, "3": None, "31": "B", "32": None}
    assert [(subject, code) for subject, _, code in done.issues] == [("Thing 2", "sku_taken"), ("Thing 3", "sku_taken")] + [
        ("Thing 3", "sku_taken")
    ]
    assert "“Thing 1”" in messages(done)[0] and "a variation of “Thing 3”" in messages(done)[2]
    assert run_import(connection, shop).run.counts == {"unchanged": 3}
    del shop.products["1"]
    run_import(connection, shop, allow_removals=True)
    assert skus() == {"1": None, "2": "A", "3": None, "31": "B", "32": None}


def test_exchanged_skus_arrive_in_one_import_however_far_apart(connection, shop):
    for number in range(1, 8):
        shop.put(number, sku=f"S{number}")
    run_import(connection, shop)
    for number in range(1, 8):  # A ring over four pages: 1 gets that of 7.
        shop.products[str(number)]["sku"] = f"S{number - 1 or 7}"
    done = run_import(connection, shop)
    assert skus() == {str(number): f"S{number - 1 or 7}" for number in range(1, 8)}
    assert done.issues == [] and done.run.counts == {"updated": 7}


def test_a_product_made_anew_under_the_same_sku_takes_it_over(connection, shop):
    """Deleted and made again in the shop: the old one is asked for, is gone for certain, and gives its SKU up."""
    for number in range(1, 6):
        shop.put(number, sku=f"S{number}")
    run_import(connection, shop)
    shop.put(9, sku=shop.products.pop("5")["sku"])
    done = run_import(connection, shop)
    assert skus() == {"1": "S1", "2": "S2", "3": "S3", "4": "S4", "5": None, "9": "S5"}
    assert done.run.counts == {"created": 1, "inactive": 1, "unchanged": 4} and done.issues == []
    shop.put(5, sku="S5")
    done = run_import(connection, shop)
    assert skus()["5"] is None and done.issues == [("Thing 5", "sku", "sku_taken")]
    assert Product.objects.get(external_id="5").is_active


def test_a_whole_shop_made_anew_moves_all_skus(connection, shop):
    for number in range(1, 31):
        shop.put(number, sku=f"S{number}")
    run_import(connection, shop)
    for number in range(1, 31):
        shop.put(100 + number, sku=shop.products.pop(str(number))["sku"])
    run_import(connection, shop)
    assert {one: sku for one, sku in skus().items() if sku} == {str(100 + number): f"S{number}" for number in range(1, 31)}
    assert Product.objects.filter(is_active=True).count() == 30


def test_variations_made_anew_take_their_skus_over(connection, shop):
    shop.put(1, sku="A", variants=[{"id": "11", "sku": "A-R"}, {"id": "12", "sku": "A-B"}])
    run_import(connection, shop)
    shop.products["1"]["variants"] = [{"id": "13", "sku": "A-R"}, {"id": "12", "sku": "A-B"}]
    run_import(connection, shop)
    assert skus() == {"1": "A", "11": None, "12": "A-B", "13": "A-R"}


def test_skus_move_between_products_and_variations(connection, shop):
    shop.put(1, sku="A", variants=[{"id": "11", "sku": "A-R"}])
    shop.put(2, sku="B")
    shop.put(3, sku="C")
    run_import(connection, shop)
    shop.products["1"].update(sku="A-R", variants=[{"id": "11", "sku": "C"}])
    shop.products["2"]["sku"] = "A"
    shop.products["3"]["sku"] = "B"
    run_import(connection, shop)
    assert skus() == {"1": "A-R", "11": "C", "2": "A", "3": "B"}


def test_a_sku_of_somebody_else_is_never_taken(tenant, shop):
    connection = connect(tenant, link_by_sku="never")
    ours = ProductFactory(tenant=tenant, sku="A", name="Ours")
    shop.put(1, sku="A")
    done = run_import(connection, shop)
    ours.refresh_from_db()
    assert ours.sku == "A" and skus() == {"1": None}
    assert messages(done) == [
        f"Its SKU is used by “Ours” (number {ours.pk}) already, so it was left blank here. Give one of them another SKU in the shop."
    ]
    ours.sku = "B"
    ours.save()
    run_import(connection, shop)  # Looked at again, though the shop says nothing new.
    assert skus() == {"1": "A"}


def test_unusable_skus_are_left_out(connection, shop):
    shop.put(1, sku="x" * 101)
    shop.put(2, sku="a\tb")
    shop.put(3, sku="  ")
    done = run_import(connection, shop)
    assert skus() == {"1": "WC-1", "2": "WC-2", "3": "WC-3"}
    assert done.issues == [("Thing 1", "sku", "too_long"), ("Thing 2", "sku", "sku_invisible")]


# --- who gets what, without a database ------------------------------------------------------------------------------------------

FEW = st.sampled_from(["A", "B", "C", None])
KEYS = [("product", 1), ("product", 2), ("variant", 3), ("product", 4)]


@given(st.tuples(*[FEW] * 4), st.tuples(*[FEW] * 4), st.sets(st.sampled_from("ABC")), st.sets(st.sampled_from(KEYS)))
def test_nobody_has_one_twice_and_everybody_has_a_right_to_what_is_free(held, wanted, outside, locked):
    held = [sku if sku not in held[:place] and sku not in outside else None for place, sku in enumerate(held)]
    owners = [
        Owner(key, has, wants, (f"WC-{key[1]}",), key in locked) for key, has, wants in zip(KEYS, held, wanted, strict=True)
    ]
    holders = {sku: Holder(90 + place, None, sku) for place, sku in enumerate(sorted(outside))}
    holders |= {owner.held: Holder(owner.key[1], None if owner.key[0] == "product" else owner.key[1], "") for owner in owners if owner.held}
    yielding = {holder.key for sku, holder in holders.items() if sku == "A" and sku in outside}
    shared = share_out(owners, holders, yielding, {})
    given_out = [sku for sku in shared.given.values() if sku]
    assert len(given_out) == len(set(given_out)) and shared.given.keys() == set(KEYS)
    assert not (set(given_out) & outside) - {"A"}
    assert all(shared.given[owner.key] == owner.held for owner in owners if owner.is_locked)
    for owner in (owner for owner in owners if not owner.is_locked):
        if owner.wanted is None:
            assert shared.given[owner.key] in (owner.held or owner.numbers[0], *owner.numbers)
        elif shared.given[owner.key] is None:
            assert owner.wanted in set(given_out) | (outside - {"A"}) and owner.key in shared.refused
        else:
            assert shared.given[owner.key] == owner.wanted
    assert set(shared.robbed) == set(given_out) & outside
