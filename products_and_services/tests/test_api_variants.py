"""Variants with stock rules and sale dates of their own, over the API."""

import pytest

from products_and_services.tests.factories import ProductFactory, api_client

pytestmark = pytest.mark.django_db
RULES = {"track_stock": False, "allow_backorder": True, "sale_starts_at": "2026-11-01T08:00:00Z", "sale_ends_at": None}
EMPTY = dict.fromkeys(RULES)


def rules_of(response):
    assert response.status_code in (200, 201), response.content
    return {name: response.json()[name] for name in RULES}


def test_null_is_as_the_product_and_false_is_not(tenant):
    api, product = api_client(tenant), ProductFactory(tenant=tenant)
    assert rules_of(api.post("/v1/variants/", {"product": product.pk, "sku": "P"})) == EMPTY
    made = api.post("/v1/variants/", {"product": product.pk, **RULES})
    assert rules_of(made) == RULES
    address = f"/v1/variants/{made.json()['id']}/"
    assert rules_of(api.patch(address, {"name": "Red"})) == RULES
    assert rules_of(api.patch(address, EMPTY)) == EMPTY
    assert [{name: row[name] for name in RULES} for row in api.get(f"/v1/products/{product.pk}/").json()["variants"]] == [EMPTY, EMPTY]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"sale_ends_at": RULES["sale_starts_at"]}, {"sale_ends_at": ["The sale must end after it starts."]}),
        ({"track_stock": "perhaps"}, {"track_stock": ["Must be a valid boolean."]}),
    ],
)
def test_errors_name_the_field(tenant, values, errors):
    api = api_client(tenant)
    refused = api.post("/v1/variants/", {"product": ProductFactory(tenant=tenant).pk, **RULES, **values})
    assert (refused.status_code, refused.json()["error"]["fields"]) == (400, errors)
