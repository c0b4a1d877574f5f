"""MetaCatalogService by product, as the contract names it, and what it makes of strange answers."""

import hashlib
import hmac
import json
from decimal import Decimal

import pytest
import responses

from common import http
from common.errors import AmbiguousError, PermanentError, TransientError
from meta_integration.catalog_service import LONGEST_FILTER, MetaCatalogService
from meta_integration.graph.client import GraphClient
from products_and_services.models import Product
from products_and_services.tests.factories import VariantFactory

ROOT = "http://127.0.0.1:9/v26.0"


@pytest.fixture
def service(catalog):
    return MetaCatalogService(catalog.config)


@pytest.fixture
def product(world, tenant):
    return world.product(tenant, "A-1", name="Panel", price=Decimal(10))


def test_create_update_and_delete(world, catalog, service, product):
    made = service.create_product_in_catalog(product)
    assert made == {"id": world.at_meta(catalog)["A-1"]["id"]}
    product.price = Decimal(12)
    product.save()
    assert service.update_product_in_catalog(product) == {"success": True}
    assert world.at_meta(catalog)["A-1"]["price"] == "12.00 USD"
    assert service.delete_product_from_catalog(product) == {"success": True}
    assert service.delete_product_from_catalog(product) == {"success": True}
    assert world.at_meta(catalog) == {}


def test_update_creates_what_meta_does_not_know(world, catalog, service, product):
    assert service.update_product_in_catalog(product) == {"success": True}
    assert "A-1" in world.at_meta(catalog)


def test_deleting_by_item_row(world, catalog, service, product):
    world.settle(catalog)
    service.delete_product_from_catalog(world.item(catalog, "A-1"))
    assert world.at_meta(catalog) == {}


def test_the_payload_of_one_variant_or_the_first(service, product):
    red, blue = (VariantFactory(product=product, name=name, sku=f"A-{name}") for name in ("Red", "Blue"))
    assert service._get_product_data(product)["retailer_id"] == "A-Red"
    assert service._get_product_data(product, blue)["retailer_id"] == "A-Blue"
    assert service._get_product_data(product, red)["retailer_product_group_id"] == "A-1"


@pytest.mark.parametrize(("values", "field"), [({"currency": "JPY"}, "currency"), ({"price": None}, "no_price"), ({"sku": None}, "sku"),
                                               ({"is_active": False}, "inactive")], ids=str)  # fmt: skip
def test_what_cannot_be_sent_singly_is_refused_without_a_call(world, service, product, values, field):
    Product.objects.filter(pk=product.pk).update(**values)
    product.refresh_from_db()
    for act in (service.create_product_in_catalog, service.update_product_in_catalog):
        with pytest.raises(PermanentError) as refused:
            act(product)
        assert refused.value.field == field
    assert world.writes() == []


def test_many_long_skus_are_looked_up_in_addresses_of_a_fair_length(world, catalog, service):
    skus = [f"Größe {n:02} " + "ü" * 90 for n in range(50)]
    for sku in skus[:3]:
        world.standin.add_item(catalog.catalog_id, sku)
    assert set(service.find_items(skus)) == set(skus[:3])
    assert len(world.standin.calls(kind="products.list")) > 1
    assert LONGEST_FILTER <= 4_000


# --- strange answers, without the stand-in -----------------------------------------------------------------------------------


@pytest.fixture
def answers(service, monkeypatch):
    """Answers by hand."""
    monkeypatch.setattr(http, "session_factory", None)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"id": 1}}, {"success": True}], ids=str)
def test_a_reading_without_a_list_is_not_an_empty_catalog(service, catalog, answers, body):
    answers.get(f"{ROOT}/{catalog.catalog_id}/products", json=body)
    with pytest.raises(AmbiguousError):
        service.delete_item("A-1")
    with pytest.raises(AmbiguousError):
        service.list_items()


def test_a_creation_without_an_id_and_an_unconfirmed_update_are_in_doubt(service, catalog, product, answers):
    answers.post(f"{ROOT}/{catalog.catalog_id}/products", json={"ok": 1})
    with pytest.raises(AmbiguousError):
        service.create_product_in_catalog(product)
    answers.post(f"{ROOT}/71", json={"success": False})
    product.meta_catalog_item_id = "71"
    with pytest.raises(AmbiguousError):
        service.update_product_in_catalog(product)


def test_the_token_travels_in_a_header_with_a_proof_and_is_never_shown(answers):
    client = GraphClient("EAASECRETTOKEN01", app_secret="app-secret", version="v26.0", base_url="http://127.0.0.1:9")
    answers.get(f"{ROOT}/me", json={"id": "1"})
    client.get("me")
    request = answers.calls[0].request
    proof = hmac.new(b"app-secret", b"EAASECRETTOKEN01", hashlib.sha256).hexdigest()
    assert request.headers["Authorization"] == "Bearer EAASECRETTOKEN01"
    assert request.params == {"appsecret_proof": proof}
    assert "SECRET" not in repr(client)


def test_payloads_are_json_and_errors_carry_the_trace(answers):
    client = GraphClient("EAATOKEN", version="v26.0", base_url="http://127.0.0.1:9")
    answers.post(f"{ROOT}/5/products", status=500, json={"error": {"code": 2, "message": "down", "fbtrace_id": "T-1"}})
    with pytest.raises(TransientError) as failed:
        client.post("5/products", {"name": "ü"})
    assert failed.value.fbtrace_id == "T-1"
    assert json.loads(answers.calls[0].request.body) == {"name": "ü"}
