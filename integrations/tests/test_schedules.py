"""Shops that are read by themselves: entries of celery beat follow the shops, and what is due is started once."""

import json
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import ModelEntry

from common import doorbell
from common.restored import Restoration
from integrations import tasks
from integrations.models import Provider, Schedule, StoreConnection
from integrations.runs import open_run, start_import
from integrations.scheduling.restored import set_schedules_anew
from integrations.scheduling.schedules import TASK, next_run, schedule_words, start_all, start_if_due
from integrations.tests.run_world import Script, connect, fresh
from operations.models import Run, RunStatus
from products_and_services.tests.factories import TenantFactory

pytestmark = pytest.mark.django_db


def entry(shop):
    return PeriodicTask.objects.get(name=f"shop-{shop.pk}")


def reload(shop):
    return StoreConnection.objects.select_related("tenant", "last_import").get(pk=shop.pk)


@pytest.fixture
def imported(run_world, shop):
    """Business A's shop after a first import that a person started, and some days."""
    run_world.work(start_import(shop))
    run_world.pass_time(days=2)
    return reload(shop)


def test_a_shop_has_one_entry_that_follows_it(run_world, shop):
    before = PeriodicTasks.last_change()
    assert (entry(shop).task, json.loads(entry(shop).args), entry(shop).crontab.hour) == (TASK, [shop.pk], "*")
    run_world.pass_time(seconds=1)
    shop.schedule, shop.schedule_time = Schedule.NIGHTLY, time(4, 30)
    shop.save()
    crontab = entry(shop).crontab
    assert (crontab.hour, crontab.minute, str(crontab.timezone)) == ("4", "30", "UTC")
    assert PeriodicTasks.last_change() > before  # Beat reads it anew.
    shop.schedule = Schedule.OFF
    shop.save()
    assert not PeriodicTask.objects.filter(task=TASK).exists()


def test_beat_takes_the_entry(run_world, shop):
    waits = ModelEntry(entry(shop))
    due, seconds = waits.is_due()
    assert not due and 0 < seconds <= 3600 and (waits.task, waits.args) == (tasks.import_when_due.name, [shop.pk])


def test_another_time_zone_of_the_business_moves_its_nights(run_world, shop, tenant):
    shop.schedule = Schedule.NIGHTLY
    shop.save()
    tenant.timezone = "Africa/Cairo"
    tenant.save()
    assert str(entry(shop).crontab.timezone) == "Africa/Cairo"
    assert schedule_words(reload(shop)) == "Every night at 03:00 (Africa/Cairo)"


def test_saving_what_is_not_about_the_schedule_leaves_beat_alone(run_world, shop):
    before = PeriodicTasks.last_change()
    run_world.pass_time(seconds=1)
    shop.name = "Another name"
    shop.save()
    assert PeriodicTasks.last_change() == before


def test_the_entry_goes_with_the_shop_and_with_the_business(run_world, shop, other_shop, tenant, other_tenant):
    shop.delete()
    assert not PeriodicTask.objects.filter(name="shop-1", task=TASK).exclude(name=f"shop-{other_shop.pk}").exists()
    other_tenant.delete()
    assert not PeriodicTask.objects.filter(task=TASK).exists()


def test_what_beat_rings_starts_an_import_a_little_later(run_world, imported):
    tasks.import_when_due(imported.pk)
    run = open_run(imported)
    assert run.started_by == "system" and timedelta(0) < run.not_before - run_world.now <= timedelta(seconds=110)
    assert run_world.work(run).status == RunStatus.QUEUED  # Too early.
    run_world.pass_time(seconds=111)
    assert run_world.work(run).status == RunStatus.COMPLETED


def test_the_schedule_starts_nothing_twice(run_world, imported):
    tasks.import_when_due(imported.pk)
    tasks.import_when_due(imported.pk)
    assert tasks.sync_all_woocommerce_stores(only_due=True) == 0
    assert Run.objects.count() == 2
    run_world.pass_time(minutes=2)
    run_world.work(open_run(imported))
    assert tasks.sync_all_woocommerce_stores(only_due=True) == 0  # It was just read.
    run_world.pass_time(hours=2)  # Every shop has a minute of its own within the hour.
    assert tasks.sync_all_woocommerce_stores(only_due=True) == 1


@pytest.mark.parametrize("why", ["off", "paused", "blocked", "inactive", "open", "gone"])
def test_the_schedule_leaves_alone(run_world, imported, tenant, why):
    changes = {"off": {"schedule": Schedule.OFF}, "paused": {"is_active": False}, "blocked": {"blocked_at": run_world.now}}
    StoreConnection.objects.update(**changes.get(why, {"name": "x"}))
    if why == "inactive":
        tenant.is_active = False
        tenant.save()
    if why == "open":
        start_import(imported, dry_run=True)
    if why == "gone":
        imported.delete()
    number = Run.objects.count()
    tasks.import_when_due(imported.pk or 999)
    assert tasks.sync_all_woocommerce_stores(only_due=True) == 0
    assert Run.objects.count() == number


def test_the_first_import_is_a_persons(run_world, shop):
    assert start_if_due(reload(shop), run_world.now) is None and next_run(shop) is None
    run_world.script.before = lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        run_world.work(start_import(shop))
    run_world.script = Script()
    run_world.pass_time(hours=2)
    assert start_if_due(reload(shop), run_world.now)  # Begun is begun: what failed is tried again.


def test_the_next_run_is_told(run_world, imported):
    assert run_world.now < next_run(imported) <= run_world.now + timedelta(hours=1)
    assert next_run(StoreConnection(schedule=Schedule.OFF, tenant=imported.tenant)) is None
    imported.schedule = Schedule.NIGHTLY
    imported.tenant.timezone = "Africa/Cairo"
    there = next_run(imported).astimezone(ZoneInfo("Africa/Cairo"))
    assert (there.hour, there.minute) == (3, 0)
    imported.is_active = False
    assert next_run(imported) is None


def test_a_question_that_nobody_answers_gives_way_after_a_day(run_world, imported):
    run_world.script = Script(gone=60)
    asking = run_world.work(start_import(imported))
    run_world.pass_time(hours=23)
    assert start_if_due(reload(imported), run_world.now) is None
    run_world.pass_time(hours=2)
    assert start_if_due(reload(imported), run_world.now) is not None
    assert fresh(asking).status == RunStatus.CANCELLED and "asks again" in fresh(asking).message


def test_all_shops_of_active_businesses_are_started_and_counted(run_world, shop, other_shop, tenant):
    asleep = TenantFactory(sub_domain="asleep", is_active=False)
    connect(asleep)
    connect(tenant, store_url="https://second.example")
    connect(tenant, store_url="https://paused.example", is_active=False)
    connect(tenant, store_url="https://blocked.example", blocked_at=run_world.now)
    assert tasks.sync_all_woocommerce_stores() == 3
    assert tasks.sync_all_woocommerce_stores() == 0
    assert set(Run.objects.values_list("tenant__sub_domain", flat=True)) == {"solar", "pizzeria"}


def test_a_business_task_imports_every_active_shop_of_it_here_and_now(run_world, shop, other_shop, tenant):
    second = connect(tenant, store_url="https://second.example")
    connect(tenant, store_url="https://paused.example", is_active=False)
    runs = tasks.sync_woocommerce_products(str(tenant.pk))
    assert len(runs) == 2 and {run.status for run in Run.objects.all()} == {RunStatus.COMPLETED}
    assert {run.subject for run in Run.objects.all()} == {f"store {shop.pk}", f"store {second.pk}"}
    tenant.is_active = False
    tenant.save()
    assert tasks.sync_woocommerce_products(str(tenant.pk)) == []
    assert tasks.sync_woocommerce_products("00000000-0000-0000-0000-000000000000") == []


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_id_of_the_task_is_known_and_the_sweep_brings_it(run_world, shop, monkeypatch):
    published = []
    monkeypatch.undo()
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    monkeypatch.setattr(doorbell.current_app, "send_task", lambda name, **options: published.append(options) or 1 / 0)
    run = start_import(shop)
    assert published[0]["task_id"] == run.params["task_id"] and len(run.params["task_id"]) == 36
    assert fresh(run).status == RunStatus.QUEUED


def test_names_of_tasks_are_fixed():
    assert [task.name for task in (tasks.import_products, tasks.sync_woocommerce_products, tasks.sync_all_woocommerce_stores)] == [
        "integrations.tasks.import_products", "integrations.tasks.sync_woocommerce_products",
        "integrations.tasks.sync_all_woocommerce_stores",
    ]  # fmt: skip


def test_a_restore_makes_the_entries_anew(run_world, shop):
    PeriodicTask.objects.filter(task=TASK).delete()
    PeriodicTask.objects.create(name="shop-987", task=TASK, args="[987]", interval_id=_any_interval())
    set_schedules_anew(Restoration(made_at=datetime(2026, 11, 1, tzinfo=UTC), now=run_world.now, paused=False))
    assert [task.name for task in PeriodicTask.objects.filter(task=TASK)] == [f"shop-{shop.pk}"]


def _any_interval():
    from django_celery_beat.models import IntervalSchedule

    return IntervalSchedule.objects.create(every=1, period="hours").pk


def test_a_provider_that_nobody_knows_is_an_error(run_world):
    with pytest.raises(ValueError, match="nobody"):
        start_all("nobody")
    assert start_all(Provider.WOOCOMMERCE) == 0


def test_the_entry_for_all_shops_is_made_once_and_then_the_operators(run_world):
    migration = import_module("integrations.migrations.0003_entry_of_celery_beat")
    PeriodicTask.objects.all().delete()
    migration.make_entry(apps, None)
    made = PeriodicTask.objects.get()
    assert (made.task, json.loads(made.kwargs), made.enabled) == (tasks.sync_all_woocommerce_stores.name, {"only_due": True}, True)
    PeriodicTask.objects.update(enabled=False, kwargs="{}")
    migration.make_entry(apps, None)
    assert (PeriodicTask.objects.get().enabled, PeriodicTask.objects.get().kwargs) == (False, "{}")


def test_shops_that_are_not_due_cost_no_query_each(run_world, imported, tenant, django_assert_max_num_queries):
    for number in range(20):
        other = connect(tenant, store_url=f"https://shop-{number}.example", schedule=Schedule.NIGHTLY)
        StoreConnection.objects.filter(pk=other.pk).update(imported_at=run_world.now)
    StoreConnection.objects.filter(pk=imported.pk).update(is_active=False)
    with django_assert_max_num_queries(3):
        assert start_all(Provider.WOOCOMMERCE, only_due=True) == 0


def test_a_question_is_not_given_up_before_another_import_begins(run_world, shop):
    """Asked at 02:56 the night before, three minutes before the shop's hour: at 02:57 a day has passed, but nothing is due yet."""
    shop.schedule, shop.schedule_time = Schedule.NIGHTLY, time(3, 0)
    shop.save()
    asked = (run_world.now + timedelta(days=1)).replace(hour=2, minute=55, second=0, microsecond=0)
    run_world.pass_time(seconds=(asked - run_world.now).total_seconds())
    run = start_import(shop)
    Run.objects.filter(pk=run.pk).update(status=RunStatus.NEEDS_CONFIRMATION, heartbeat_at=run_world.now, created_at=run_world.now)
    run_world.pass_time(days=1, minutes=2)
    assert start_all(Provider.WOOCOMMERCE, only_due=True) == 0 and fresh(run).status == RunStatus.NEEDS_CONFIRMATION
    run_world.pass_time(minutes=5)
    assert start_all(Provider.WOOCOMMERCE, only_due=True) == 1 and fresh(run).status == RunStatus.CANCELLED
