"""The rules of this room: each opens once, is silent while it lasts, and closes when the cause is gone."""


from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError

from common import metering
from operations import heartbeats, tallies
from operations.alerting import own_rules, rules
from operations.alerting.rules import Finding, evaluate
from operations.background import BROKE, queue_run
from operations.models import Alert, AlertDelivery, Heartbeat, Run, RunStatus, Tally
from operations.services import advance_run, dismiss_alert, finish_run, raise_alert, start_run
from operations.tasks import sweep, watch
from operations.tests.receivers import MoodyMail
from tenants.actor import Actor, acting_as
from tenants.tests.factories import make_member, make_tenant


@pytest.fixture
def solar(post):
    solar = make_tenant("Solar")
    make_member(solar, email="owner@solar.example")
    return solar


@pytest.fixture
def pizza(post):
    return make_tenant("Pizza")


@pytest.fixture
def only(monkeypatch):
    """`only(kind, rule)`: no other rule is asked."""

    def use(kind, rule):
        monkeypatch.setattr(rules, "_rules", {kind: rule})

    return use


def open_alerts():
    alerts = Alert.objects.filter(closed_at__isnull=True).select_related("tenant")
    return {(alert.tenant and alert.tenant.name, alert.key) for alert in alerts}


def minute(post, times=1):
    """Minutes of the watch and of a worker that sends."""
    for _ in range(times):
        post.pass_time(minutes=1)
        evaluate(post.now)
        post.deliver()


# --- the machinery -----------------------------------------------------------------------------------------------------------------
def test_opened_once_told_once_closed_and_told_again(post, solar, pizza, only):
    causes = [Finding(solar.pk, "cause", "It burns", "Put it out."), Finding(None, "cause", "The house burns", "Run.")]
    only("fire", lambda now, opened: causes)
    minute(post, 5)
    assert open_alerts() == {("Solar", "cause"), (None, "cause")}
    assert sorted(post.receiver.types()) == ["alert.opened fire", "alert.opened fire"]
    assert len(post.mails("owner@solar.example")) == 1 and "2 alerts" in post.mails("operator@example.com")[0]
    causes.clear()
    minute(post, 15)
    assert open_alerts() == set()
    assert post.receiver.types().count("alert.closed fire") == 2
    assert [subject.startswith("[whatsappcrm] Resolved") for subject in post.mails("owner@solar.example")] == [False, True]


def test_a_rule_that_breaks_leaves_its_alerts_and_the_other_rules_alone(post, solar, monkeypatch, caplog):
    monkeypatch.setattr(rules, "_rules", {"a": lambda now, opened: [Finding(solar.pk, "a", "a", "")]})
    minute(post)

    def broken(now, opened):
        raise ZeroDivisionError

    monkeypatch.setattr(rules, "_rules", {"a": broken, "b": lambda now, opened: [Finding(solar.pk, "b", "b", "")]})
    minute(post)
    assert open_alerts() == {("Solar", "a"), ("Solar", "b")} and "rule a broke" in caplog.text


def test_a_business_that_has_just_been_deleted_stops_nothing(post, solar, pizza, only):
    causes = [Finding(solar.pk, "x", "x", ""), Finding(pizza.pk, "x", "x", "")]
    only("k", lambda now, opened: causes)
    pizza.delete()
    minute(post)
    assert open_alerts() == {("Solar", "x")}


def test_what_a_person_closed_opens_again_only_after_the_cause_was_gone(post, solar, only):
    causes = [Finding(solar.pk, "cause", "It burns", "")]
    only("fire", lambda now, opened: causes)
    minute(post)
    dismiss_alert(Alert.objects.get())
    minute(post, 20)
    assert open_alerts() == set()
    held = causes.pop()
    minute(post)
    causes.append(held)
    minute(post)
    assert open_alerts() == {("Solar", "cause")}


def test_words_that_change_are_masked_as_well(post, solar, only):
    only("k", lambda now, opened: [Finding(solar.pk, "n", f"{now.minute}: access_token=EAACANARYTOKEN01", "EAACANARYTOKEN01")])
    minute(post, 3)
    alert = Alert.objects.get()
    assert "CANARY" not in alert.title + alert.remedy and alert.title.startswith("3: ")


def test_words_follow_the_numbers_and_nobody_is_told_again(post, solar, only):
    only("k", lambda now, opened: [Finding(solar.pk, "n", f"{now.minute} items", "")])
    minute(post, 3)
    assert Alert.objects.get().title == "3 items"
    assert len(post.mails("owner@solar.example")) == 1


def test_a_round_without_news_takes_few_queries(post, solar, django_assert_max_num_queries):
    evaluate(post.now)
    with django_assert_max_num_queries(45):
        evaluate(post.now)


# --- runs ---------------------------------------------------------------------------------------------------------------------------
def test_a_failed_night_run_until_one_completes(post, solar, pizza, only):
    only("run_failed", own_rules.failed_runs)
    finish_run(start_run(solar, "reconcile"), RunStatus.FAILED, message="Meta could not be read: outage")
    with acting_as(Actor("person ada")):
        finish_run(start_run(pizza, "csv"), RunStatus.FAILED, message="The file has no column “name”.")  # Ada sees that herself.
    minute(post, 3)
    assert open_alerts() == {("Solar", "run-failed-reconcile")}
    assert "Meta could not be read" in Alert.objects.get().title
    post.pass_time(minutes=1)
    finish_run(start_run(pizza, "reconcile"))
    minute(post)
    assert open_alerts() == {("Solar", "run-failed-reconcile")}
    finish_run(start_run(solar, "reconcile"))
    minute(post)
    assert open_alerts() == set()


def test_a_run_that_broke_is_told_whoever_started_it_and_forgotten_after_a_day(post, pizza, only):
    only("run_failed", own_rules.failed_runs)
    with acting_as(Actor("person ada")):
        finish_run(start_run(pizza, "csv"), RunStatus.FAILED, message=BROKE)
    minute(post)
    assert open_alerts() == {("Pizza", "run-failed-csv")}
    post.pass_time(hours=24)
    minute(post)
    assert open_alerts() == set()


def running(post, minutes=60):
    """The workers have been up for so long."""
    Heartbeat.objects.update_or_create(name="watch", defaults={"seen_at": post.now, "since": post.now - timedelta(minutes=minutes)})


def test_a_restart_after_a_night_is_no_alarm(post, solar, only):
    queue_run(solar, "export", "some.task")
    sweep()
    watch()
    post.pass_time(hours=10)
    only("x", lambda now, opened: [*own_rules.silent_workers(now, opened), *own_rules.standing_runs(now, opened)])
    watch()  # The other worker comes some seconds later.
    assert open_alerts() == set()
    for _ in range(12):
        post.pass_time(minutes=1)
        watch()
    assert open_alerts() == {(None, "worker-silent-sweep"), ("Solar", "runs-stand-still")}


def test_runs_that_stand_still(post, solar, pizza, only):
    only("runs_stand_still", own_rules.standing_runs)
    running(post)
    queue_run(solar, "export", "some.task")
    run = start_run(pizza, "push", total=3)
    minute(post, 14)
    running(post)
    assert open_alerts() == set()
    advance_run(run, done=1, counts={})
    minute(post, 2)
    assert open_alerts() == {("Solar", "runs-stand-still")}
    Run.objects.update(status=RunStatus.COMPLETED)
    minute(post)
    assert open_alerts() == set()


# --- workers --------------------------------------------------------------------------------------------------------------------------
def test_the_one_that_still_runs_tells_about_the_other(post, solar, only):
    only("worker_silent", own_rules.silent_workers)
    sweep()
    watch()
    assert open_alerts() == set() and heartbeats.sweep_state(post.now) == "up"
    for _ in range(6):
        post.pass_time(minutes=1)
        sweep()
        watch()
    for _ in range(6):  # The worker for maintenance has died.
        post.pass_time(minutes=1)
        watch()
    assert open_alerts() == {(None, "worker-silent-sweep")}
    assert Alert.objects.get().severity == "critical"
    sweep()
    watch()
    assert open_alerts() == set()
    for _ in range(6):  # Now the other one: the sweep stands in for it, and its messages still leave.
        post.pass_time(minutes=1)
        sweep()
    assert open_alerts() == {(None, "worker-silent-watch")}
    assert "the worker that sends alerts" in post.mails("operator@example.com")[-1]


def test_nothing_has_run_yet_or_nothing_runs_any_more(post):
    assert heartbeats.sweep_state(post.now) == "never"
    sweep()
    assert Heartbeat.objects.count() == 1
    post.pass_time(minutes=6)
    assert heartbeats.sweep_state(post.now) == "silent"


# --- messages, secrets, disk ------------------------------------------------------------------------------------------------------------
def test_messages_that_do_not_arrive_are_told_through_the_other_channel(post, solar, only):
    only("deliveries_failing", own_rules.failing_deliveries)
    MoodyMail.down = True
    raise_alert(solar, kind="k", key="k", title="t")
    for _ in range(30):
        minute(post)
    assert open_alerts() == {("Solar", "k"), (None, "deliveries-failing-email")}
    about = Alert.objects.get(kind="deliveries_failing")
    assert list(AlertDelivery.objects.filter(alert=about).values_list("channel", flat=True)) == ["webhook"]
    assert "alert.opened deliveries_failing" in post.receiver.types()
    MoodyMail.down = False
    minute(post, 60)
    assert open_alerts() == {("Solar", "k")}


def test_the_disk_closes_later_than_it_opens(post, settings):
    settings.MEDIA_ROOT.mkdir(parents=True)

    def found(megabytes, *opened):
        return [one.key for one in own_rules.full_disk(post.now, frozenset(opened), free_bytes=megabytes * 1024**2)]

    assert found(600) == [] and found(400) == ["disk-full"]
    assert found(600, (None, "disk-full")) == ["disk-full"] and found(1100, (None, "disk-full")) == []


# --- counting -----------------------------------------------------------------------------------------------------------------------------
def test_counts_of_several_processes_add_up(post, solar):
    for _ in range(3):  # as if three processes each wrote theirs
        metering.observe("meta_calls", "POST products", "ok", seconds=0.2)
        metering.observe("meta_calls", "POST products", "ok", seconds=100)
        metering.observe("lost_doorbells", count=2)
        tallies.flush()
    tallies.flush()
    found = Tally.objects.filter(metric__in=("meta_calls", "lost_doorbells"))
    rows = {(row.first, row.le): (row.count, round(row.seconds, 3)) for row in found}
    assert rows == {("POST products", "0.25"): (3, 0.6), ("POST products", "+Inf"): (3, 300.0), ("", ""): (6, 0.0)}


@pytest.mark.parametrize("outage", [OperationalError, InterfaceError])
def test_what_cannot_be_written_is_kept(post, monkeypatch, outage):
    def away(_sums):
        raise outage

    metering.observe("lost_doorbells")
    with monkeypatch.context() as patch:
        patch.setattr(tallies, "_upsert", away)
        tallies.flush()
    tallies.flush()
    assert Tally.objects.get(metric="lost_doorbells").count == 1


def test_a_run_is_timed_when_it_ends(post, solar):
    run = start_run(solar, "push")
    post.pass_time(seconds=30)
    finish_run(run)
    finish_run(run)
    taken = {key: total for key, total in metering.take().items() if key[0] == "runs"}
    assert list(taken) == [("runs", "push", "completed", "60")] and taken["runs", "push", "completed", "60"].seconds == 30
