"""What people and programs are told of how a shop is kept in step, and what they may choose."""

from datetime import timedelta
from html import unescape

import pytest

from common.errors import PermanentError, TransientError
from integrations import hints
from integrations.connecting.connections import check_connection
from integrations.models import StoreConnection, StoreWatch
from integrations.pruning import old_steps
from integrations.scheduling.timetable import next_slot
from integrations.tests.connection_pages import save, url
from integrations.tests.run_world import QuietAdapter, connect
from integrations.tests.step_world import product, runs, watch
from meta_integration.tests.face import browser
from operations import heartbeats
from operations.alerting import rules
from operations.models import Alert, Heartbeat, Run, RunKind, RunStatus
from operations.services import start_run
from products_and_services.undo.rollback import refusal, start_rollback

pytestmark = pytest.mark.django_db


def down(name, number):
    raise TransientError("The shop is down.")


def alerts(world):
    Heartbeat.objects.update_or_create(name=heartbeats.SWEEP, defaults={"seen_at": world.now, "since": world.now - timedelta(days=30)})
    rules.evaluate(world.now)
    return sorted(Alert.objects.filter(closed_at=None, kind="shop_out_of_step").values_list("title", flat=True))


def test_the_page_says_how_often_when_and_what_is_wrong(world, tenant):
    connection, shop = world.open(tenant)
    shop.before = down
    hints.note(connection.pk, ["1"], "test")
    world.work()
    page = unescape(browser(tenant).get(url(connection)).content.decode())
    assert "Products the shop told about: as soon as the shop tells" in page and "The shop is down." in page
    assert "What was changed: every 5 minutes, next" in page and "Look over all products: every hour, next" in page


def test_who_looks_after_the_shop_chooses(world, tenant):
    connection, _ = world.open(tenant, credentials={"consumer_key": "ck_1", "consumer_secret": "cs_1"})
    save(browser(tenant), connection, changes_every="2", glances_every="0", schedule="nightly")
    connection.refresh_from_db()
    assert (connection.changes_every, connection.glances_every, connection.schedule) == (2, 0, "nightly")
    assert watch(connection, "changes").due_at == next_slot(world.now, 2, connection.pk)
    assert "look over all products: never" in unescape(browser(tenant).get(url(connection)).content.decode()).lower()


def test_a_new_shop_is_read_whole_at_night_and_kept_in_step_by_day(world, tenant):
    shop = StoreConnection.objects.create(tenant=tenant, store_url="https://new.example")
    assert (shop.changes_every, shop.glances_every, shop.schedule) == (5, 60, "nightly")
    assert set(StoreWatch.objects.filter(connection=shop).values_list("kind", flat=True)) == {"hints", "changes", "glances"}


def test_programs_read_and_choose_the_same(world, tenant, api):
    connection, _ = world.open(tenant, credentials={"consumer_key": "ck_1", "consumer_secret": "cs_1"})
    StoreWatch.objects.filter(connection=connection, kind="glances").update(looked_at=world.now, problem="odd", failing_since=world.now)
    body = api.get(f"/v1/connections/{connection.pk}/").json()
    assert (body["changes_every"], body["glances_every"]) == (5, 60)
    told = {one["kind"]: one for one in body["in_step"]}
    assert list(told) == ["hints", "changes", "glances"] and told["glances"]["problem"] == "odd" and told["changes"]["next"]
    assert told["hints"]["next"] is None and told["changes"]["how_often"] == "Every 5 minutes"
    assert api.patch(f"/v1/connections/{connection.pk}/", {"changes_every": 3}).status_code == 400
    assert api.patch(f"/v1/connections/{connection.pk}/", {"changes_every": 0}).json()["in_step"][1]["how_often"] == "Never"


def test_an_hour_of_failing_is_told_and_the_end_of_it(world, tenant, other_tenant):
    connection, shop = world.open(tenant)
    world.open(other_tenant)
    shop.before = down
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert alerts(world) == []
    world.minute(50)
    world.minute(11)
    assert len(alerts(world)) == 1 and str(connection) in alerts(world)[0]
    shop.before = lambda name, number: None
    world.minute(50)
    assert alerts(world) == []


def test_a_look_that_does_not_come_is_told(world, tenant):
    connection, _ = world.open(tenant)
    due_at = world.now + timedelta(minutes=4)
    StoreWatch.objects.filter(connection=connection, kind="changes").update(due_at=due_at)
    world.pass_time(minutes=63)
    assert alerts(world) == []
    world.pass_time(minutes=2)
    assert "for an hour longer than it should" in alerts(world)[0]
    run = start_run(tenant, RunKind.IMPORT, subject=f"store {connection.pk}")
    StoreConnection.objects.filter(pk=connection.pk).update(current_run=run)
    assert alerts(world) == []  # It waits for that.
    Run.objects.filter(pk=run.pk).update(status=RunStatus.COMPLETED)
    StoreConnection.objects.filter(pk=connection.pk).update(changes_every=0)
    assert alerts(world) == []


def test_a_test_that_succeeds_ends_the_waiting(world, tenant, run_world):
    connection, shop = connect(tenant), None
    StoreConnection.objects.filter(pk=connection.pk).update(imported_at=run_world.now)
    StoreWatch.objects.filter(connection=connection).update(due_at=run_world.now + timedelta(minutes=45), tries=3)
    QuietAdapter.refusal = PermanentError("not yet")
    check_connection(connection)
    assert watch(connection, "hints").due_at > run_world.now and shop is None
    QuietAdapter.refusal = None
    check_connection(connection)
    assert watch(connection, "hints").due_at == run_world.now


def test_an_hour_can_be_rolled_back_and_the_next_change_begins_another(world, tenant):
    connection, shop = world.open(tenant)
    shop.products["1"]["price"] = "20"
    hints.note(connection.pk, ["1"], "test")
    world.work()
    (run,) = runs(connection)
    assert refusal(run) == ""
    start_rollback(run)
    shop.products["1"]["price"] = "30"
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert len(runs(connection)) == 2 and product(connection, 1).price == 30


def test_what_tells_of_it_goes_earlier_than_other_runs(world, tenant):
    connection, shop = world.open(tenant)
    shop.products["1"]["price"] = "20"
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert not old_steps(world.now - timedelta(days=30)).exists()
    world.pass_time(days=31)
    assert list(old_steps(world.now - timedelta(days=30))) == runs(connection)
