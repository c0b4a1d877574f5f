"""“Look for changes now”: the round that is due anyway comes at once, and whatever a round honours is honoured."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import PermanentError, TransientError
from integrations import tasks
from integrations.in_step.turns import take_turn
from integrations.models import Kind, StoreConnection, StoreWatch
from integrations.runs import start_import
from integrations.tests.connection_pages import url
from integrations.tests.step_world import product, watch
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import RunStatus
from operations.services import finish_run
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db
BUTTON = "Look for changes now"


def ask(api, connection, **options):
    return api.post(f"/v1/connections/{connection.pk}/look-for-changes/", **options)


def refused(answer):
    """The code of a 409, and its words."""
    assert answer.status_code == 409 and not AuditEvent.objects.filter(action="shop_look_asked").exists()
    return answer.json()["error"]["code"], answer.json()["error"]["message"]


def edit(world, shop, external_id, price):
    shop.products[external_id]["price"] = price
    shop.touch(external_id, world.now)


def test_what_was_changed_comes_in_at_once(world, tenant, api):
    connection, shop = world.open(tenant)
    edit(world, shop, "2", "22")
    answer = ask(api, connection)
    assert answer.status_code == 202 and answer.json()["status"] == "accepted" and answer.json()["look"] == "queued"
    world.work()
    assert product(connection, 2).price == Decimal(22) and shop.calls == ["changed"]
    told = next(one for one in api.get(f"/v1/connections/{connection.pk}/").json()["in_step"] if one["kind"] == "changes")
    assert told["last"] is not None and told["next"] > told["last"]
    event = AuditEvent.objects.get(action="shop_look_asked")
    assert event.tenant == tenant and event.metadata == {"look": "queued"}


def test_asked_for_twice_the_shop_is_asked_once_and_a_lost_ring_costs_a_minute(world, tenant, api):
    connection, shop = world.open(tenant)
    assert [ask(api, connection).json()["look"] for _ in range(2)] == ["queued", "queued"]
    world.work()
    assert shop.calls == ["changed"]
    ask(api, connection)
    world.rung.clear()
    world.minute()
    assert shop.calls == ["changed"] * 2


def test_the_same_call_again_is_the_same_call(world, tenant, api):
    connection, _ = world.open(tenant)
    first, second = (ask(api, connection, headers={"Idempotency-Key": "a"}) for _ in range(2))
    assert first.json() == second.json() and AuditEvent.objects.filter(action="shop_look_asked").count() == 1


def test_while_the_shop_is_asked_it_is_not_asked_beside_that(world, tenant, api):
    connection, shop = world.open(tenant)
    said = []
    StoreWatch.objects.filter(kind="changes").update(due_at=world.now)
    take_turn(connection.pk, Kind.CHANGES, lambda turn: said.append(ask(api, connection).json()["look"]) or False)
    world.work()
    assert said == ["running"] and shop.calls == []


def test_behind_an_import_it_comes_when_that_has_ended(world, tenant, api):
    connection, shop = world.open(tenant)
    run = start_import(connection)
    assert ask(api, connection).json()["look"] == "after_import"
    world.minute()
    assert shop.calls == []
    finish_run(run, RunStatus.COMPLETED)
    world.minute()
    assert shop.calls == ["changed"]


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        ({"is_active": False}, "paused", "Switch it on"),
        ({"blocked_at": "2026-11-20T12:00:00Z", "blocked_reason": "The key was revoked."}, "blocked", "The key was revoked."),
        ({"imported_at": None}, "not_ready", "Start the first import"),
        ({"changes_every": 0}, "switched_off", "Choose how often"),
    ],
)
def test_what_cannot_be_asked_says_why_and_is_not_asked(world, tenant, api, state, code, words):
    connection, shop = world.open(tenant)
    StoreConnection.objects.filter(pk=connection.pk).update(**state)
    found, told = refused(ask(api, connection))
    assert found == code and words in told
    assert words in messages_of(browser(tenant).post(url(connection, "look_for_changes"), follow=True))[-1]
    world.work()
    world.minute()
    assert shop.calls == []


def test_a_shop_that_wants_to_be_left_alone_is(world, tenant, api):
    connection, shop = world.open(tenant)

    def busy(name, number):
        raise TransientError("Too many requests.", retry_after=900)

    shop.before = busy
    StoreWatch.objects.filter(connection=connection, kind="hints").update(due_at=world.now)
    StoreWatch.objects.filter(connection=connection, kind="glances").update(due_at=world.now)
    tasks.look_over_store(connection.pk)
    StoreWatch.objects.filter(connection=connection, kind="changes").update(due_at=watch(connection, "glances").due_at)
    code, words = refused(ask(api, connection))
    assert code == "waiting" and "Too many requests." in words and "Test connection" in words
    world.pass_time(minutes=16)
    shop.before = lambda name, number: None
    assert ask(api, connection).json()["look"] == "queued"


def test_what_only_another_way_meets_is_no_reason(world, tenant, api):
    connection, shop = world.open(tenant)

    def refuse(name, number):
        raise PermanentError("The shop cannot list its products.")

    shop.before = refuse
    StoreWatch.objects.filter(connection=connection, kind="glances").update(due_at=world.now)
    StoreWatch.objects.filter(connection=connection, kind="changes").update(due_at=world.now + timedelta(minutes=3))
    tasks.look_over_store(connection.pk)
    assert watch(connection, "glances").tries == 1 and ask(api, connection).json()["look"] == "queued"


def test_a_shop_that_failed_and_is_due_again_is_asked_as_well(world, tenant, api):
    connection, shop = world.open(tenant)
    StoreWatch.objects.filter(connection=connection, kind="changes").update(tries=2, failing_since=world.now, due_at=world.now)
    assert ask(api, connection).json()["look"] == "queued"
    world.work()
    assert shop.calls == ["changed"] and watch(connection, "changes").tries == 0


def test_who_may(world, tenant, other_tenant, api_of, api):
    connection, shop = world.open(tenant)
    assert ask(api_of(other_tenant), connection).status_code == 404
    assert ask(api_of(tenant, "integrations:view"), connection).status_code == 403
    assert browser(other_tenant).post(url(connection, "look_for_changes")).status_code in (302, 404)
    assert browser(tenant).get(url(connection, "look_for_changes")).status_code == 404  # A change is a POST.
    assert not AuditEvent.objects.filter(action="shop_look_asked").exists()
    world.work()
    assert shop.calls == [] and {ask(api, connection).status_code for _ in range(31)} == {202, 429}


def test_the_button_stands_on_the_page_once_the_shop_was_imported(world, tenant):
    connection, shop = world.open(tenant)
    owner = browser(tenant)
    assert BUTTON in text_of(owner.get(url(connection)))
    edit(world, shop, "3", "33")
    answer = owner.post(url(connection, "look_for_changes"), follow=True)
    assert "is being asked what was changed" in messages_of(answer)[-1]
    world.work()
    assert product(connection, 3).price == Decimal(33)
    StoreConnection.objects.update(imported_at=None)
    assert BUTTON not in text_of(owner.get(url(connection)))
