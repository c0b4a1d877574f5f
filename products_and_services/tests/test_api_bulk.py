"""`/v1/products/bulk/`: every row gets its answer, no good row is lost to a bad one."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models.signals import m2m_changed

from products_and_services.models import Product, Revision
from products_and_services.models.skus import SkuTaken
from products_and_services.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def send(api, rows):
    response = api.post("/v1/products/bulk/", {"items": rows})
    assert response.status_code == 200, response.content
    return response.json()


def test_good_rows_are_saved_and_bad_ones_come_back(tenant, other_tenant, api):
    by_id, by_sku = ProductFactory(tenant=tenant, sku="A"), ProductFactory(tenant=tenant, sku="B")
    foreign = ProductFactory(tenant=other_tenant, sku="F", name="Foreign")
    rows = [
        {"id": by_id.pk, "price": "1"},
        {"sku": " B ", "name": "By SKU"},
        {"sku": "NEW", "name": "New", "price": "3"},
        {"id": foreign.pk, "name": "Stolen"},
        {"id": by_id.pk, "price": "-5"},
        {"sku": "NAMELESS"},
        "nonsense",
        {"id": "1", "name": "x"},
        {"id": by_id.pk, "sku": "B"},
        {"id": by_id.pk, "category": CategoryFactory(tenant=other_tenant).pk},
        {"id": True, "name": "x"},
        {"id": 10**30, "name": "x"},
    ]
    answer = send(api, rows)
    assert (answer["created"], answer["updated"], answer["failed"]) == (1, 2, 9)
    results = answer["results"]
    assert [row["index"] for row in results] == list(range(12))
    assert [row["status"] for row in results] == ["updated", "updated", "created", *["failed"] * 9]
    assert [sorted(row["errors"]) for row in results[3:]] == [
        ["id"], ["price"], ["name"], ["non_field_errors"], ["id"], ["sku"], ["category"], ["id"], ["id"],
    ]  # fmt: skip
    by_id.refresh_from_db()
    by_sku.refresh_from_db()
    foreign.refresh_from_db()
    assert (by_id.price, by_id.sku, by_sku.name, foreign.name) == (Decimal("1"), "A", "By SKU", "Foreign")
    assert Product.objects.for_tenant(tenant).get(sku="NEW").pk == results[2]["id"]


def test_rows_are_taken_in_order(tenant, api):
    product = ProductFactory(tenant=tenant, sku="A")
    answer = send(
        api, [{"id": product.pk, "sku": "B"}, {"sku": "A", "name": "New A"}, {"sku": "B", "name": "Old A"}, {"sku": "A", "name": "A again"}]
    )
    assert [row["status"] for row in answer["results"]] == ["updated", "created", "updated", "updated"]
    assert dict(Product.objects.values_list("sku", "name")) == {"A": "A again", "B": "Old A"}


def test_a_row_refused_while_saving_leaves_nothing_for_later_rows(tenant, api, monkeypatch):
    """The first row changes name and SKU in memory and fails at the constraint: the second must not store that name."""
    product = ProductFactory(tenant=tenant, sku="A", name="Old")
    original = Product.save

    def fail_once(self, **options):
        monkeypatch.setattr(Product, "save", original)
        raise SkuTaken({"sku": "taken"})

    monkeypatch.setattr(Product, "save", fail_once)
    answer = send(api, [{"id": product.pk, "name": "Leaked", "sku": "X"}, {"id": product.pk, "price": "7"}])
    assert [row["status"] for row in answer["results"]] == ["failed", "updated"]
    product.refresh_from_db()
    assert (product.name, product.sku, product.price) == ("Old", "A", Decimal("7"))


def test_a_product_deleted_meanwhile_fails_alone(tenant, api, monkeypatch):
    gone, kept = ProductFactory(tenant=tenant), ProductFactory(tenant=tenant)
    original = Product.clean

    def delete_first(self):
        Product.objects.filter(pk=gone.pk).delete()
        original(self)

    monkeypatch.setattr(Product, "clean", delete_first)
    answer = send(api, [{"id": gone.pk, "name": "x"}, {"id": kept.pk, "name": "Kept"}])
    assert [row["status"] for row in answer["results"]] == ["failed", "updated"]
    assert "deleted" in answer["results"][0]["errors"]["id"][0]


def test_an_outage_is_nobodys_row(tenant, api, monkeypatch):
    def outage(self, **_):
        raise OperationalError("gone")

    product = ProductFactory(tenant=tenant)
    monkeypatch.setattr(Product, "save", outage)
    api.raise_request_exception = False
    assert api.post("/v1/products/bulk/", {"items": [{"id": product.pk, "name": "x"}]}).status_code >= 500


@pytest.mark.parametrize("body", [{}, {"items": "x"}, {"items": {"id": 1}}, {"products": []}, "x", None])
def test_another_shape_is_refused_as_a_whole(tenant, api, body):
    response = api.post("/v1/products/bulk/", body)
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == ["items"]


def test_a_bare_list_is_taken_too(tenant, api):
    assert api.post("/v1/products/bulk", [{"name": "x"}]).json()["created"] == 1


def test_at_most_500_rows(tenant, api):
    response = api.post("/v1/products/bulk/", {"items": [{"name": "x"}] * 501})
    assert "At most 500" in response.json()["error"]["fields"]["items"][0]
    assert not Product.objects.exists()


def test_500_rows_are_saved_noted_and_announced(tenant, api, announced, django_assert_max_num_queries):
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{number}") for number in range(500))
    rows = [{"id": pk, "price": "2.50"} for pk in Product.objects.values_list("pk", flat=True)]
    with django_assert_max_num_queries(500 * 13 + 30):
        answer = send(api, rows)
    assert answer["updated"] == 500
    assert Product.objects.filter(price=Decimal("2.5")).count() == 500
    assert Revision.objects.count() == 500
    assert len({pk for _, ids, _ in announced for pk in ids}) == 500


def test_needs_the_edit_scope(tenant, api_of):
    assert api_of(tenant, "catalog:view").post("/v1/products/bulk/", {"items": []}).status_code == 403


def test_the_same_call_twice_does_its_work_once(tenant, api):
    rows = {"items": [{"name": "Only once"}]}
    first = api.post("/v1/products/bulk/", rows, headers={"Idempotency-Key": "k1"})
    second = api.post("/v1/products/bulk/", rows, headers={"Idempotency-Key": "k1"})
    assert first.json() == second.json()
    assert Product.objects.count() == 1


def test_a_row_refused_half_way_is_taken_back_whole(tenant, api):
    """Saved already, then refused at its categories: the columns must not stay changed."""
    product = ProductFactory(tenant=tenant, name="Old")

    def refuse(**_):
        raise ValidationError({"categories": "This category was deleted meanwhile."})

    m2m_changed.connect(refuse, sender=Product.categories.through)
    try:
        answer = send(api, [{"id": product.pk, "name": "Half", "categories": [CategoryFactory(tenant=tenant).pk]}, {"name": "Good"}])
    finally:
        m2m_changed.disconnect(refuse, sender=Product.categories.through)
    assert [row["status"] for row in answer["results"]] == ["failed", "created"]
    product.refresh_from_db()
    assert product.name == "Old"
