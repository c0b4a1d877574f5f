"""The database restarted between two requests, and away for a while. PostgreSQL only: a SQLite file has no server that could restart."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from common.clock import database_now
from meta_integration.models import CatalogChange
from products_and_services.models import Product, Revision
from whatsappcrm_backend.tests.realprocess.databases import PostgresDatabase
from whatsappcrm_backend.tests.realprocess.processes import wait_until
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage

pytestmark = [pytest.mark.realprocess, pytest.mark.postgres]


@pytest.fixture
def database(stage: Stage) -> PostgresDatabase:
    if not isinstance(stage.database, PostgresDatabase):
        pytest.skip("PostgreSQL only")
    return stage.database


def test_a_restart_between_two_requests_goes_unnoticed(shop: Shop, database: PostgresDatabase, worker: Any) -> None:
    product = shop.product("RESTART-1")
    api, owner = shop.api(), shop.owner()
    for _ in range(8):  # every thread of the web server gets a connection
        assert api.get("/v1/products/").status_code == owner.get("/admin/products_and_services/product/").status_code == 200
    shop.converge()
    database.terminate_connections()
    assert api.patch(f"/v1/products/{product.pk}/", {"price": "21.00"}).status_code == 200
    assert owner.get("/admin/products_and_services/product/").status_code == 200
    assert api.get("/v1/products/").status_code == 200
    shop.converge()
    assert worker.is_running()


def test_an_outage_is_a_503_and_leaves_nothing_half_saved(shop: Shop, database: PostgresDatabase, worker: Any) -> None:
    product = shop.product("OUTAGE-1")
    shop.converge()
    api, owner = shop.api(), shop.owner()
    path = f"/admin/products_and_services/product/{product.pk}/change/"
    fields = owner.load_form(path)
    assert api.get("/v1/products/").status_code == 200
    with database.outage():
        shop.stage.sweep()
        wait_until(lambda: "raised unexpected" in worker.log, "the worker's task fails")
        for answer in (owner.submit(path, fields | {"price": "30.00"}), owner.get(path)):
            assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (503, "text/html")
            assert "Nothing was saved" in answer.text and "Traceback" not in answer.text
        for answer in (api.patch(f"/v1/products/{product.pk}/", {"price": "31.00"}), api.post("/v1/products/", json={"name": "Half"})):
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
    assert list(Product.objects.for_tenant(shop.tenant).values_list("price", flat=True)) == [10]
    assert shop.changes() == 0
    assert api.patch(f"/v1/products/{product.pk}/", {"price": "32.00"}).status_code == 200
    shop.converge()
    assert worker.is_running()


def test_a_connection_lost_in_the_middle_of_a_save_leaves_nothing(shop: Shop, database: PostgresDatabase, worker: Any) -> None:
    """The product's row is already written when the connection ends: its outbox row is held by somebody else meanwhile."""
    product = shop.product("MIDDLE-1")
    shop.converge()
    api = shop.api()
    history = Revision.objects.for_tenant(shop.tenant).count()
    now = database_now()
    CatalogChange.objects.create(tenant=shop.tenant, product_id=product.pk, marked_at=now, due_at=now)
    answers: list[Any] = []
    with transaction.atomic():
        assert CatalogChange.objects.select_for_update().get(product_id=product.pk)
        request = threading.Thread(target=lambda: answers.append(api.patch(f"/v1/products/{product.pk}/", {"price": "40.00"})))
        request.start()
        wait_until(database.terminate_waiting, "the save waits for the outbox row and is cut off")
        request.join(30)
    assert answers[0].status_code == 503
    assert Product.objects.get(pk=product.pk).price == 10
    assert Revision.objects.for_tenant(shop.tenant).count() == history
    assert connection.is_usable()
    shop.converge()
