"""Orders for shops in the admin and the API: what is seen, by whom, trying again and cancelling; the switch on the shop's page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import OrderWriteBack, StoreConnection
from integrations.orders.queueing import write_back
from integrations.orders.working import work_on_orders
from integrations.tests.connection_pages import form_data, url
from integrations.tests.order_world import order_of, rows, shop_of, stocked
from meta_integration.tests.face import browser, messages_of, text_of
from products_and_services.tests.factories import api_client

pytestmark = pytest.mark.django_db
LIST = "/admin/integrations/orderwriteback/"


@pytest.fixture
def orders(shop):
    """One of each state that people see."""
    panel = stocked(shop, name="Panel")
    failed = {"state": "failed", "tries": 4, "error": "The shop is down.", "remedy": "Look."}
    states = {"ORD1": {}, "ORD2": failed, "ORD3": {"state": "refused", "error": "No."}}
    for number, values in states.items():
        write_back(shop, order_of((panel, 2), number=number, notes="Ring twice"))
        OrderWriteBack.objects.filter(order_number=number).update(**values)
    return {row.order_number: row for row in OrderWriteBack.objects.all()}


def page_of(row, name="change"):
    return f"{LIST}{row.pk}/{name}/"


def test_the_list_tells_where_each_order_is(world, tenant, shop, orders):
    work_on_orders(shop.pk)
    shown = text_of(browser(tenant).get(LIST))
    for part in ("ORD1", "✓ In the shop", "700", "✗ Failed", "The shop is down.", "✗ Refused"):
        assert part in shown
    one = text_of(browser(tenant).get(page_of(orders["ORD2"])))
    for part in ("The shop is down.", "Look.", "Ada Lovelace", "2 × Panel: 25.00 USD", "Ring twice", "4 failed"):
        assert part in one


def test_why_nothing_is_tried_is_told(world, tenant, shop, orders):
    paused, off = {"is_active": False}, {"is_active": True, "write_orders": False}
    for values, words in ((paused, "paused"), (off, "“Enter orders in the shop” is off")):
        StoreConnection.objects.filter(pk=shop.pk).update(**values)
        assert words in text_of(browser(tenant).get(LIST))


def test_a_list_of_many_takes_the_queries_of_one(world, tenant, shop):
    owner, panel = browser(tenant), stocked(shop)

    def queries(numbers):
        for number in numbers:
            write_back(shop, order_of((panel, 1), number=f"ORD{number}"))
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(LIST).status_code == 200
        return len(seen)

    queries(range(1))
    assert queries(range(1, 30)) <= queries(range(1, 2))


def test_buttons_and_actions(world, tenant, shop, orders):
    owner = browser(tenant)
    owner.post(page_of(orders["ORD2"], "again"))
    assert rows()["ORD2"] == "waiting"
    owner.post(page_of(orders["ORD2"], "cancel"))
    owner.post(page_of(orders["ORD2"], "again"))
    assert rows()["ORD2"] == "cancelled"
    assert owner.get(page_of(orders["ORD3"], "again")).status_code == 404 and rows()["ORD3"] == "refused"
    answer = owner.post(LIST, {"action": "again", "_selected_action": [row.pk for row in orders.values()]}, follow=True)
    assert messages_of(answer)[-1] == "2 will be tried again now. 1 left as they are: in the shop, or cancelled."
    answer = owner.post(LIST, {"action": "give_up", "_selected_action": [orders["ORD3"].pk]}, follow=True)
    assert messages_of(answer)[-1] == "1 cancelled; what they hold in stock stays held." and rows()["ORD3"] == "cancelled"


def test_other_businesses_see_and_do_nothing(world, tenant, other_tenant, shop, orders):
    stranger = browser(other_tenant)
    assert "ORD1" not in text_of(stranger.get(LIST))
    for name in ("again", "cancel", "change"):
        assert stranger.post(page_of(orders["ORD2"], name)).status_code in (302, 403, 404)
    stranger.post(LIST, {"action": "give_up", "_selected_action": [row.pk for row in orders.values()]})
    assert set(rows().values()) == {"waiting", "failed", "refused"}
    api = api_client(other_tenant)
    assert api.get("/v1/shop-orders/").json()["count"] == 0
    assert api.post(f"/v1/shop-orders/{orders['ORD2'].pk}/retry/").status_code == 404


def test_programs_read_try_again_and_cancel_and_learn_nothing_of_customers(world, tenant, shop, orders):
    api = api_client(tenant, "orders:edit")
    answer = api.get("/v1/shop-orders/", {"state": "failed", "connection": shop.pk})
    (row,) = answer.json()["results"]
    assert (row["order_number"], row["state"], row["error"], row["connection_id"]) == ("ORD2", "failed", "The shop is down.", shop.pk)
    assert "Ada" not in answer.content.decode() and "payload" not in row
    number = orders["ORD2"].pk
    assert api.post(f"/v1/shop-orders/{number}/retry/").json()["state"] == "waiting"
    assert api.post(f"/v1/shop-orders/{number}/cancel").json()["state"] == "cancelled"
    refused = api.post(f"/v1/shop-orders/{number}/retry/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "order_ended")
    assert api_client(tenant, "catalog:edit").get("/v1/shop-orders/").status_code == 403
    assert api_client(tenant, "orders:view").post(f"/v1/shop-orders/{number}/retry/").status_code == 403


def test_the_switch_is_off_until_somebody_wants_it(world, tenant):
    shop = shop_of(tenant, write_orders=False)
    assert StoreConnection(tenant=tenant).write_orders is False
    owner = browser(tenant)
    assert "Enter orders in the shop" in text_of(owner.get(url(shop)))
    owner.post(url(shop), form_data(shop, write_orders="on"))
    shop.refresh_from_db()
    assert shop.write_orders is True
    api = api_client(tenant)
    assert api.patch(f"/v1/connections/{shop.pk}/", {"write_orders": False}).json()["write_orders"] is False
