"""Products entered here that a shop has, too: linked where their SKU says so, asked about where it is not clear, kept apart if wanted."""

from decimal import Decimal

import pytest

from integrations.models import Answer, ExternalRef, LinkQuestion, RefKind
from integrations.tests.fake_shop import FakeShop, Import, connect, run_import
from operations.models import RunIssue
from products_and_services.models import Product
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory, picture_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop(4)


@pytest.fixture
def ours(tenant):
    return ProductFactory(tenant=tenant, sku="A", name="Ours", price=Decimal(3), meta_sync_status="synced")


def answer(question, word, chosen=None):
    LinkQuestion.objects.filter(pk=question.pk).update(answer=word, product=chosen)


def test_the_same_sku_is_the_same_product(connection, shop, ours):
    upload = ImageFactory(product=ours, image=picture_file())
    ImageFactory(product=ours, remote_url="https://old.example/1.jpg")
    shop.put(1, "Theirs", sku="A", images=["https://a.example/1.jpg"])
    done = run_import(connection, shop)
    assert done.run.counts == {"linked": 1}
    ours.refresh_from_db()
    assert (ours.name, ours.price, ours.external_source, ours.external_id) == ("Theirs", 10, "woocommerce", "1")
    assert ours.meta_sync_status == "synced"
    assert {str(one.image) or one.remote_url for one in ours.images.all()} == {str(upload.image), "https://a.example/1.jpg"}
    assert run_import(connection, shop).run.counts == {"unchanged": 1}


def test_the_shelves_that_ours_lies_on_stay_beside_the_shops(connection, shop, ours, tenant):
    main, further = CategoryFactory(tenant=tenant, name="Kitchen"), CategoryFactory(tenant=tenant, name="Specials")
    ours.category = main
    ours.save()
    ours.categories.add(further)
    shop.shelves = {"1": ("Home", "")}
    shop.put(1, sku="A", category_ids=["1"])
    run_import(connection, shop)
    ours.refresh_from_db()
    assert (ours.category.name, set(ours.categories.all())) == ("Home", {main, further})
    assert run_import(connection, shop).run.counts == {"unchanged": 1}


def test_locks_of_ours_hold_from_the_first_moment(connection, shop, ours):
    Product.objects.update(locked_fields=["name", "price"])
    shop.put(1, "Theirs", sku="A", description="New")
    run_import(connection, shop)
    ours.refresh_from_db()
    assert (ours.name, ours.price, ours.description) == ("Ours", 3, "New")


def test_a_locked_price_and_a_sale_that_is_above_it_do_not_meet(connection, shop, ours):
    Product.objects.update(locked_fields=["price"])
    shop.put(1, sku="A", price="10", sale_price="8", variants=[{"id": "11", "name": "Red", "sku": "A-R", "sale_price": "9"}])
    done = run_import(connection, shop)
    ours.refresh_from_db()
    assert (ours.price, ours.sale_price, ours.variants.get().sale_price) == (3, None, None)
    assert done.issues == [("Thing 1", "sale_price", "locked")] * 2
    shop.products["1"]["sale_price"] = "2"
    run_import(connection, shop)
    ours.refresh_from_db()
    assert ours.sale_price == 2


def test_a_locked_sale_price_above_the_new_price_is_told(connection, shop, ours):
    Product.objects.update(locked_fields=["sale_price"], price=10, sale_price=8)
    shop.put(1, sku="A", price="5")
    done = run_import(connection, shop)
    ours.refresh_from_db()
    assert (ours.price, ours.sale_price, done.issues) == (5, 8, [("Thing 1", "sale_price", "locked")])


def test_variations_are_found_by_their_skus(connection, shop, ours):
    red, mine = VariantFactory(product=ours, sku="A-R", is_default=True), VariantFactory(product=ours, name="Mine")
    shop.put(1, sku="A", variants=[{"id": "11", "name": "Red", "sku": "A-R"}, {"id": "12", "name": "Blue"}])
    run_import(connection, shop)
    assert ExternalRef.objects.get(external_id="11").variant == red
    assert [(one.name, one.sku, one.is_active) for one in ours.variants.order_by("pk")] == [
        ("Red", "A-R", True), ("Mine", None, True), ("Blue", "WC-12", True),
    ]  # fmt: skip
    assert mine.pk in set(ours.variants.values_list("pk", flat=True))


def test_a_parent_without_sku_is_found_by_its_variations(connection, shop, ours):
    VariantFactory(product=ours, sku="A-R")
    shop.put(1, variants=[{"id": "11", "sku": "A-R"}])
    assert run_import(connection, shop).run.counts == {"linked": 1}
    ours.refresh_from_db()
    assert (ours.external_id, ours.sku) == ("1", "A")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sku": "A-R"}, "here it belongs to a variant of “Ours”"),
        ({"sku": "Z", "variants": [{"id": "11", "sku": "A"}]}, "one of its variations in the shop"),
        ({"sku": "A", "variants": [{"id": "11", "sku": "B"}]}, "several products here"),
        ({"variants": [{"id": "11", "sku": "A"}, {"id": "12", "sku": "B"}]}, "several products here"),
        ({"sku": "Z", "variants": [{"id": "11", "sku": "A-R"}]}, "its own SKU is another one"),
    ],
)
def test_what_is_not_clear_is_asked_and_not_imported(connection, shop, ours, tenant, values, words):
    VariantFactory(product=ours, sku="A-R")
    ProductFactory(tenant=tenant, sku="B", name="Also ours")
    shop.put(1, "Theirs", **values)
    done = run_import(connection, shop)
    assert done.run.counts == {"asked": 1} and Product.objects.count() == 2
    question = LinkQuestion.objects.get()
    assert words in question.why and question.candidates[0] in set(Product.objects.values_list("pk", flat=True))
    assert (question.name, question.sku, question.answer) == ("Theirs", values.get("sku", ""), Answer.OPEN)
    stamp = question.created_at
    assert run_import(connection, shop).run.counts == {"asked": 1}
    assert LinkQuestion.objects.get().created_at == stamp


@pytest.mark.parametrize("mode", ["ask", "never"])
def test_linking_may_always_ask_or_never_happen(tenant, shop, ours, mode):
    connection = connect(tenant, link_by_sku=mode)
    shop.put(1, sku="A")
    done = run_import(connection, shop)
    assert done.run.counts == ({"asked": 1} if mode == "ask" else {"created": 1})
    assert LinkQuestion.objects.count() == (mode == "ask")


def test_two_products_of_the_shop_that_claim_one_of_ours_are_asked_about(connection, shop, ours):
    shop.put(1, "First", sku="A")
    shop.put(2, "Second", sku="A")
    done = run_import(connection, shop)
    assert done.run.counts == {"asked": 2}
    first, second = LinkQuestion.objects.order_by("external_id")
    assert "Two products of the shop have the SKU of “Ours”" in first.why and first.candidates == [ours.pk]
    answer(second, Answer.SAME, ours)
    answer(first, Answer.SEPARATE)
    done = Import(connection, shop, only_ids=["1", "2"]).all()
    assert done.run.counts == {"created": 1, "linked": 1}
    ours.refresh_from_db()
    assert (ours.external_id, Product.objects.exclude(pk=ours.pk).get().sku) == ("2", None)


def test_answers_are_carried_out(connection, shop, ours, tenant):
    VariantFactory(product=ours, sku="A-R")
    shop.put(1, "Same", sku="A-R")
    shop.put(2, "Left out", sku="Z", variants=[{"id": "21", "sku": "A"}])
    shop.put(3, "Separate", sku="Y", variants=[{"id": "31", "sku": "A"}])
    run_import(connection, shop)
    same, left_out, separate = LinkQuestion.objects.order_by("external_id")
    answer(same, Answer.SAME, ours)
    answer(left_out, Answer.SKIP)
    answer(separate, Answer.SEPARATE)
    done = run_import(connection, shop)
    assert done.run.counts == {"linked": 1, "skipped": 1, "created": 1}
    ours.refresh_from_db()
    assert (ours.name, ours.sku) == ("Same", "A-R")  # Its variant's SKU is the product's now.
    assert ours.variants.get(name__startswith="Variant").sku is None
    assert Product.objects.get(name="Separate").sku == "Y"
    assert run_import(connection, shop).run.counts == {"unchanged": 2, "skipped": 1}


def test_an_answer_that_no_longer_holds_is_asked_anew(connection, shop, ours, tenant):
    shop.put(1, sku="A", variants=[{"id": "11", "sku": "B"}])
    other = ProductFactory(tenant=tenant, sku="B")
    run_import(connection, shop)
    chosen = ProductFactory(tenant=tenant)
    answer(LinkQuestion.objects.get(), Answer.SAME, chosen)
    chosen.delete()
    assert run_import(connection, shop).run.counts == {"asked": 1}
    assert LinkQuestion.objects.get().answer == Answer.OPEN
    other.delete()
    assert run_import(connection, shop).run.counts == {"linked": 1}  # Nothing is unclear any more.
    assert not LinkQuestion.objects.exists()


def test_a_product_of_another_business_or_shop_is_never_linked_to(connection, shop, ours, tenant, other_tenant):
    foreign = ProductFactory(tenant=other_tenant, sku="B")
    second, other = connect(tenant, store_url="https://second.example"), FakeShop()
    other.put(1, "Second's", sku="A")
    other.put(2, "Unclear", sku="Z", variants=[{"id": "21", "sku": "A"}])
    shop.put(1, sku="A")
    shop.put(2, sku="B")
    run_import(connection, shop)
    done = run_import(second, other)
    assert done.run.counts == {"created": 2} and not LinkQuestion.objects.exists()
    foreign.refresh_from_db()
    assert (foreign.external_id, foreign.sku) == ("", "B")
    LinkQuestion.objects.create(tenant=tenant, connection=connection, external_id="9", name="x", answer=Answer.SAME, product=foreign)
    shop.put(9, sku="NEW")
    assert run_import(connection, shop).run.counts == {"created": 1, "unchanged": 2}


def test_questions_about_products_that_are_gone_are_dropped(connection, shop, ours, tenant):
    ProductFactory(tenant=tenant, sku="B")
    for number in (1, 2):
        shop.put(number, sku="A", variants=[{"id": f"1{number}", "sku": "B"}])
    shop.put(3)
    run_import(connection, shop)
    del shop.products["1"]
    run_import(connection, shop)
    assert [one.external_id for one in LinkQuestion.objects.all()] == ["2"]
    del shop.products["2"]
    done = Import(connection, shop, only_ids=["2"]).all()
    assert not LinkQuestion.objects.exists()
    assert RunIssue.objects.get(run=done.run).code == "not_there"


def test_what_was_linked_stays_linked_when_its_sku_changes(connection, shop, ours):
    shop.put(1, sku="A")
    run_import(connection, shop)
    shop.products["1"]["sku"] = "B"
    run_import(connection, shop)
    ours.refresh_from_db()
    assert (ours.sku, ExternalRef.objects.get(kind=RefKind.PRODUCT).product) == ("B", ours)
