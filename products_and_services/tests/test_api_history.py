"""A product's history over the API, and a change that leaves alone what somebody else changed meanwhile."""

from decimal import Decimal

import pytest

from products_and_services.models import Product
from products_and_services.tests.factories import (
    ProductFactory,
)

pytestmark = pytest.mark.django_db


def test_history_says_who_changed_what(tenant, api):
    pk = api.post("/v1/products/", {"name": "Inverter", "price": "5"}).json()["id"]
    api.patch(f"/v1/products/{pk}/", {"price": "6"})
    newest, oldest = api.get(f"/v1/products/{pk}/history/").json()["results"]
    assert newest["changes"] == {"price": ["5", "6"]}
    assert newest["actor"].startswith("API key test key")
    assert (oldest["action"], oldest["entity"], oldest["entity_id"]) == ("created", "product", pk)
    api.delete(f"/v1/products/{pk}/")
    assert api.get(f"/v1/products/{pk}/history").json()["results"][0]["action"] == "deleted"


def test_history_of_others_does_not_exist(tenant, other_tenant, api):
    assert api.get(f"/v1/products/{ProductFactory(tenant=other_tenant).pk}/history/").status_code == 404
    assert api.get("/v1/products/999999/history/").status_code == 404


def test_a_patch_leaves_what_somebody_else_changed_meanwhile(tenant, api, monkeypatch):
    product = ProductFactory(tenant=tenant, stock_quantity=5)
    checked = Product.clean

    def sold_one(self):
        checked(self)
        Product.objects.filter(pk=product.pk).update(stock_quantity=4)

    monkeypatch.setattr(Product, "clean", sold_one)
    assert api.patch(f"/v1/products/{product.pk}/", {"price": "7"}).status_code == 200
    product.refresh_from_db()
    assert (product.stock_quantity, product.price) == (4, Decimal("7"))
