"""/metrics: who may read it, and that it tells what the tables hold."""

import pytest

from meta_integration.models import CatalogItem, ItemVerdict
from meta_integration.tests.samples import SAMPLES
from products_and_services.tests.factories import ProductFactory


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = "metrics-token-of-the-test"


def test_it_counts_products_by_business_and_status(client, tenant, other_tenant):
    ProductFactory(tenant=tenant, meta_sync_status="synced")
    ProductFactory(tenant=tenant, meta_sync_status="failed")
    ProductFactory(tenant=other_tenant)
    text = client.get("/metrics").content.decode()
    assert 'whatsappcrm_products{status="synced",tenant="solar"} 1.0' in text
    assert 'whatsappcrm_products{status="failed",tenant="solar"} 1.0' in text
    assert 'whatsappcrm_products{status="not_synced",tenant="pizzeria"} 1.0' in text
    assert "whatsappcrm_waiting_changes 3.0" in text


def test_it_counts_items_by_what_meta_says_of_them(client, tenant, other_tenant):
    for business in (tenant, other_tenant):
        SAMPLES[CatalogItem](business)
    ItemVerdict.objects.filter(item__catalog__tenant=other_tenant).update(rev=99)
    text = client.get("/metrics").content.decode()
    assert 'whatsappcrm_items_at_meta{state="rejected",tenant="solar"} 1.0' in text
    assert 'whatsappcrm_items_at_meta{state="processing",tenant="pizzeria"} 1.0' in text  # The verdict is about another version.


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"REMOTE_ADDR": "203.0.113.9"}, 401),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 401),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"}, 401),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer metrics-token-of-the-test"}, 200),
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
    ],
)
def test_only_the_token_or_this_machine_may_read(client, db, headers, status):
    assert client.get("/metrics", **headers).status_code == status


def test_an_empty_token_opens_nothing(client, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer ").status_code == 401


def test_a_scrape_takes_a_bounded_number_of_queries(client, tenant, django_assert_max_num_queries):
    for _ in range(5):
        ProductFactory(tenant=tenant)
    with django_assert_max_num_queries(13):
        client.get("/metrics")
