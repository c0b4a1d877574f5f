"""What people and programs see of webhooks: how it stands, deliveries, replay, repair; by role and by business."""

import pytest
from django.urls import reverse

from common.clock import database_now
from common.pruning import apply, rules
from integrations.connecting.blocking import block
from integrations.models import StoreConnection, StoreDelivery, StoreHint, StoreHooks
from integrations.providers.hooks import News
from integrations.runs import start_import
from integrations.tests.hook_world import deliver
from integrations.webhooks import asking, replaying
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import RunStatus
from operations.services import finish_run
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db
LIST = "admin:integrations_storedelivery_changelist"


@pytest.fixture
def told(shop):
    """A shop that has told us of a product, which was fetched since."""
    finish_run(start_import(shop), RunStatus.COMPLETED)
    hooks = [{"id": "4", "topic": "product.updated"}]
    StoreHooks.objects.create(connection=shop, secret="our secret", registered=hooks, address="https://us.example/webhooks/woocommerce/1")
    deliver(shop, {"id": 57, "sku": "MUG", "type": "simple"})
    StoreHint.objects.all().delete()
    return shop


def row_of(shop):
    return StoreDelivery.objects.filter(connection=shop).order_by("id").first()


def url(name, row):
    return reverse(f"admin:integrations_{name}", args=[row.pk])


# --- API ----------------------------------------------------------------------------------------------------------------------


def test_the_api_tells_how_it_stands(told, api):
    found = api.get(f"/v1/connections/{told.pk}/").json()
    assert found["use_webhooks"] is True
    assert (found["webhooks"]["state"], found["webhooks"]["topics"]) == ("working", ["product.updated"])
    assert found["webhooks"]["last_delivery_at"] and "our secret" not in str(found)
    assert api.patch(f"/v1/connections/{told.pk}/", {"use_webhooks": False}).json()["webhooks"]["state"] == "off"


def test_many_shops_are_listed_with_few_queries(told, api, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        api.get("/v1/connections/")
    for number in range(5):
        other = StoreConnection.objects.create(tenant=told.tenant, store_url=f"https://shop{number}.example")
        StoreHooks.objects.create(connection=other)
    with django_assert_max_num_queries(12):
        assert api.get("/v1/connections/").json()["count"] == 6


def test_deliveries_are_listed_and_replayed(told, api):
    deliver(told, {"code": "woocommerce_rest_product_invalid_id"}, delivery="d2")
    listed = api.get(f"/v1/connections/{told.pk}/deliveries/").json()
    assert [row["state"] for row in listed["results"]] == ["ignored", "noted"]
    assert api.get(f"/v1/connections/{told.pk}/deliveries/?state=noted").json()["count"] == 1
    empty, full = (row["id"] for row in listed["results"])
    answer = api.post(f"/v1/connections/{told.pk}/deliveries/{full}/replay/")
    assert answer.status_code == 200 and answer.json()["replayed_at"]
    assert StoreHint.objects.get().external_id == "57"
    refused = api.post(f"/v1/connections/{told.pk}/deliveries/{empty}/replay/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "nothing_to_replay")
    assert AuditEvent.objects.filter(action="delivery_replayed").count() == 1


def test_another_business_sees_and_replays_nothing(told, api_of, other_tenant, other_shop):
    theirs = api_of(other_tenant)
    for shop in (told, other_shop):
        address = f"/v1/connections/{shop.pk}/deliveries/{row_of(told).pk}/"
        assert theirs.get(address).status_code == theirs.post(f"{address}replay/").status_code == 404
    assert theirs.get(f"/v1/connections/{told.pk}/deliveries/").status_code == 404
    assert theirs.post(f"/v1/connections/{told.pk}/repair-webhooks/").status_code == 404
    assert not StoreHint.objects.exists()


def test_who_may_only_look_repairs_nothing(told, api_of, tenant):
    looks = api_of(tenant, "integrations:view")
    assert looks.get(f"/v1/connections/{told.pk}/deliveries/").status_code == 200
    assert looks.post(f"/v1/connections/{told.pk}/deliveries/{row_of(told).pk}/replay/").status_code == 403
    assert looks.post(f"/v1/connections/{told.pk}/repair-webhooks/").status_code == 403


def test_a_repair_is_asked_for(run_world, told, api, monkeypatch):
    bells = []
    monkeypatch.setattr(asking, "ring", lambda *bell, **_: bells.append(bell))
    assert api.post(f"/v1/connections/{told.pk}/repair-webhooks/").status_code == 200
    assert bells == [(asking.KEEP, told.pk)]
    assert StoreHooks.objects.get().due_at == run_world.now
    assert AuditEvent.objects.filter(action="webhooks_repair_asked").exists()


def test_an_old_goodbye_is_not_told_again(told):
    row = row_of(told)
    row.news = News.UNINSTALLED
    with pytest.raises(replaying.NotReplayable, match="Test connection"):
        replaying.replay(row)


# --- admin --------------------------------------------------------------------------------------------------------------------


def test_the_shops_page_says_how_it_stands(told, tenant):
    owner = browser(tenant)
    page = text_of(owner.get(url("storeconnection_change", told)))
    assert "The shop tells us of each change (product.updated)." in page and "Repair webhooks now" in page and "our secret" not in page
    StoreHooks.objects.update(problem="The key may only read.")
    assert "The key may only read." in text_of(owner.get(url("storeconnection_change", told)))


def test_a_shop_that_does_not_let_us_in_is_not_said_to_tell_us_of_each_change(told, tenant, api):
    block(told, "The app was uninstalled in the shop.")
    assert "Until the shop lets us in again" in text_of(browser(tenant).get(url("storeconnection_change", told)))
    assert api.get(f"/v1/connections/{told.pk}/").json()["webhooks"]["state"] == "problem"


def test_repair_by_a_person(told, tenant, monkeypatch):
    bells = []
    monkeypatch.setattr(asking, "ring", lambda *bell, **_: bells.append(bell))
    answer = browser(tenant).post(url("storeconnection_repair_webhooks", told), follow=True)
    assert "being looked at" in str(messages_of(answer)) and bells == [(asking.KEEP, told.pk)]
    assert browser(tenant).get(url("storeconnection_repair_webhooks", told)).status_code == 404
    browser(tenant, "manager").post(url("storeconnection_repair_webhooks", told))
    assert len(bells) == 1


def test_deliveries_are_filtered_and_replayed_by_a_person(told, tenant):
    owner = browser(tenant)
    assert "product.updated" in text_of(owner.get(reverse(LIST)))
    assert "product.updated" in text_of(owner.get(f"{reverse(LIST)}?connection__id__exact={told.pk}&state__exact=noted"))
    row = row_of(told)
    assert "MUG" in text_of(owner.get(url("storedelivery_change", row)))
    answer = owner.post(url("storedelivery_replay", row), follow=True)
    assert "once more" in str(messages_of(answer))
    assert StoreHint.objects.get().external_id == "57"
    many = {"action": "replay_selected", "_selected_action": [row.pk]}
    assert "1 delivery taken once more." in str(messages_of(owner.post(reverse(LIST), many, follow=True)))


def test_more_than_one_page_can_do_are_replayed_in_several_and_none_is_left_out(run_world, told, tenant, monkeypatch):
    monkeypatch.setattr(replaying, "MOST_AT_ONCE", 3)
    monkeypatch.setattr("integrations.admin.deliveries.MOST_AT_ONCE", 3)
    for number in range(58, 65):
        deliver(told, {"id": number, "sku": str(number), "type": "simple"}, delivery=f"d{number}")
    deliver(told, {"code": "woocommerce_rest_product_invalid_id"}, delivery="empty")
    StoreHint.objects.all().delete()
    every = {"action": "replay_selected", "_selected_action": [row_of(told).pk], "select_across": "1"}
    owner, said = browser(tenant), []
    for _ in range(3):
        run_world.pass_time(seconds=5)
        said.append(messages_of(owner.post(reverse(LIST), every, follow=True))[-1])
    assert "3 deliveries taken once more. 1 left out" in said[0] and "5 are left, as one page does 3 at the most" in said[0]
    assert "2 are left" in said[1] and "press “Replay” again" in said[1] and "left," not in said[2]
    assert set(StoreHint.objects.values_list("external_id", flat=True)) == {str(number) for number in range(57, 65)}
    assert AuditEvent.objects.filter(action="delivery_replayed").count() == 9


def test_another_business_finds_no_page(told, other_tenant):
    stranger = browser(other_tenant)
    stranger.post(url("storedelivery_replay", row_of(told)))
    stranger.post(url("storeconnection_repair_webhooks", told))
    assert "product.updated" not in text_of(stranger.get(reverse(LIST)))
    assert not StoreHint.objects.exists() and StoreHooks.objects.get().due_at is None


def test_old_deliveries_go_by_age(run_world, told):
    rule = next(rule for rule in rules() if rule.name == "deliveries of shops")
    assert apply(rule, database_now()) == 0
    run_world.pass_time(days=31)
    assert apply(rule, database_now()) == 1
