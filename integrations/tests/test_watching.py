"""Alerts about shops: each opens once, with a link to where it is mended, and closes by itself."""

from datetime import timedelta

import pytest

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations import watching
from integrations.connecting.connections import check_connection, pause
from integrations.models import Schedule, StoreConnection
from integrations.runs import confirm_removals, open_run, resume, start_import
from integrations.tests.run_world import Script, connect
from operations import heartbeats
from operations.alerting import rules
from operations.models import Alert, Heartbeat, RunStatus
from operations.services import cancel_run
from tenants.actor import Actor, acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(run_world):
    """Looks: the keys of this room's alerts that are open now, without the number at their end."""

    def look():
        workers_run(run_world.now)
        rules.evaluate(run_world.now)
        found = Alert.objects.filter(closed_at=None, kind__startswith="shop_")
        return sorted(alert.key.rpartition("-")[0] for alert in found)

    return look


def workers_run(now):
    """For long, and still."""
    Heartbeat.objects.update_or_create(name=heartbeats.SWEEP, defaults={"seen_at": now, "since": now - timedelta(days=30)})


def failing(run_world, error):
    def hook(*_):
        raise error

    run_world.script.before = hook


def test_a_quiet_shop_is_no_news(run_world, shop, other_shop, opened):
    run_world.work(start_import(shop))
    assert opened() == []


def test_a_failed_import_that_nobody_watched_is_told_once_until_one_is_completed(run_world, shop, opened):
    failing(run_world, PermanentError("This is no shop."))
    for _ in range(3):
        run_world.work(start_import(shop))
        assert opened() == ["shop-import-failed"]
        run_world.pass_time(hours=1)
    start_import(shop)
    assert opened() == ["shop-import-failed"]  # One that is under way has mended nothing yet.
    alert = Alert.objects.get(kind="shop_import_failed")
    assert "This is no shop." in alert.remedy and alert.link == f"/admin/integrations/storeconnection/{shop.pk}/change/"
    run_world.script = Script()
    run_world.work(open_run(shop))
    assert opened() == [] and Alert.objects.filter(kind="shop_import_failed").count() == 1


def test_who_watches_reads_it_on_the_page(run_world, shop, opened):
    failing(run_world, PermanentError("This is no shop."))
    with acting_as(Actor("person ada")):
        run = start_import(shop)
    run_world.work(run)
    assert opened() == []
    failing(run_world, TransientError("Down."))
    with acting_as(Actor("person ada")):
        run = start_import(shop)
    while run_world.work(run).is_open:
        run_world.pass_time(hours=1)
    assert opened() == ["shop-import-failed"]  # After two hours nobody watches any more.


def test_a_blocked_shop_is_one_alert_and_a_good_test_ends_it(run_world, shop, opened):
    failing(run_world, NeedsConfigurationError("The key was revoked."))
    run_world.work(start_import(shop))
    assert Alert.objects.filter(closed_at=None).count() == 1  # At once, not at the next minute.
    run_world.pass_time(days=3)
    assert opened() == ["shop-blocked"]
    run_world.script = Script()
    assert check_connection(StoreConnection.objects.get(pk=shop.pk)).tone == "green"
    assert not Alert.objects.filter(kind="shop_blocked", closed_at=None).exists()
    run_world.work(start_import(shop))
    assert opened() == []


@pytest.mark.parametrize("way", ["pause", "delete", "business"])
def test_nothing_is_said_of_shops_that_are_not_read(run_world, shop, opened, tenant, way):
    failing(run_world, NeedsConfigurationError("The key was revoked."))
    run_world.work(start_import(shop))
    if way == "pause":
        pause(shop)
    if way == "delete":
        StoreConnection.objects.all().delete()
    if way == "business":
        tenant.is_active = False
        tenant.save()
    assert opened() == []


def test_an_import_that_does_not_come_is_missed(run_world, shop, opened):
    run_world.work(start_import(shop))
    run_world.pass_time(hours=2, minutes=29)
    assert opened() == []
    run_world.pass_time(minutes=2)
    assert opened() == ["shop-import-missed"]
    run = start_import(shop)
    assert opened() == []  # It is on its way.
    run_world.work(run)
    assert opened() == []


def test_a_shop_that_was_only_just_set_to_a_schedule_has_missed_nothing(run_world, shop, opened):
    run_world.work(start_import(shop))
    StoreConnection.objects.update(schedule=Schedule.OFF)
    run_world.pass_time(days=9)
    assert opened() == []
    shop.refresh_from_db()
    shop.schedule = Schedule.QUARTER
    shop.save()
    assert opened() == []


def test_a_new_shop_that_nobody_imported_yet_has_missed_nothing(run_world, shop, opened):
    run_world.pass_time(days=9)
    assert opened() == []


def test_a_question_is_told_after_ten_minutes(run_world, shop, opened):
    run_world.script = Script(gone=60)
    run = run_world.work(start_import(shop))
    assert opened() == []
    run_world.pass_time(minutes=11)
    assert opened() == ["shop-import-asks"]
    assert Alert.objects.get(kind="shop_import_asks").link == f"/admin/operations/run/{run.pk}/change/"
    confirm_removals(run)
    assert run_world.work(run).status == RunStatus.COMPLETED and opened() == []


def test_a_number_of_products_that_jumps_is_told_for_a_day(run_world, shop, opened):
    run_world.work(start_import(shop))
    run_world.script = Script(products=100)
    run_world.work(start_import(shop))
    assert opened() == ["shop-count"]
    assert "has 100 products now, 250 before" in Alert.objects.get().title
    run_world.pass_time(hours=1)
    run_world.work(start_import(shop))
    assert opened() == ["shop-count"]
    run_world.pass_time(hours=24)
    assert "shop-count" not in opened()


def test_what_was_cancelled_is_no_failure(run_world, shop, opened):
    cancel_run(start_import(shop))
    assert opened() == []


def test_going_on_from_a_failure_closes_it(run_world, shop, opened):
    failing(run_world, PermanentError("Broken."))
    run = run_world.work(start_import(shop))
    assert opened() == ["shop-import-failed"]
    run_world.script = Script()
    run_world.work(resume(run))
    assert opened() == []


def test_two_businesses_have_their_own(run_world, shop, other_shop, opened):
    failing(run_world, PermanentError("Broken."))
    run_world.work(start_import(shop))
    run_world.work(start_import(other_shop))
    assert opened() == ["shop-import-failed"] * 2
    assert {alert.tenant_id for alert in Alert.objects.all()} == {shop.tenant_id, other_shop.tenant_id}


def test_rules_look_at_many_shops_with_one_query_each(run_world, tenant, django_assert_max_num_queries):
    for number in range(5):
        connect(tenant, store_url=f"https://shop{number}.example")
    run_world.pass_time(days=3)
    for rule in (watching.blocked_shops, watching.failed_imports, watching.waiting_questions, watching.jumped_counts):
        with django_assert_max_num_queries(1):
            list(rule(run_world.now, frozenset()))
    StoreConnection.objects.update(imported_at=run_world.now - timedelta(days=3))
    assert list(watching.missed_imports(run_world.now, frozenset())) == []  # The workers have only just come back, or never ran.
    workers_run(run_world.now)
    with django_assert_max_num_queries(2):
        assert len(list(watching.missed_imports(run_world.now, frozenset()))) == 5
