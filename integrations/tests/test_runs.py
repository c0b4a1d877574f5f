"""Imports as runs: whoever starts one and however it ends, the run says what happened and the shop is free again."""

import pytest

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.models import LogStatus, StoreConnection, WebhookLog
from integrations.runs import (
    AlreadyRunning,
    NotConfirmable,
    NotReady,
    confirm_removals,
    open_run,
    preview_of,
    resume,
    retry_failed,
    run_now,
    start_import,
)
from integrations.runs.holding import may_go_on, refusal
from integrations.runs.orders import load_ids, order_of
from integrations.tests.run_world import Script, fresh
from operations.models import Alert, Run, RunIssue, RunStatus
from operations.services import cancel_run

pytestmark = pytest.mark.django_db
PHASES = ("start", "categories", "products", "missing", "pictures")


def raising(error, at="products", done=100):
    def hook(job, phase, place):
        if (phase, place) == (at, done):
            raise error

    return hook


def test_an_import_goes_through_its_phases_and_says_what_came(run_world, shop):
    run = start_import(shop)
    assert (run.status, run.subject, open_run(shop)) == (RunStatus.QUEUED, f"store {shop.pk}", run)
    assert run_world.rung == [("integrations.tasks.import_products", (str(run.pk),))]
    run_world.pass_time(seconds=3)
    run = run_world.work(run)
    assert (run.status, run.done, run.total, run.counts) == (RunStatus.COMPLETED, 250, 250, {"created": 250})
    assert run.issues.count() == 3 and open_run(shop) is None
    shop.refresh_from_db()
    assert (shop.imported_at, shop.product_count, shop.last_import) == (run.finished_at, 250, run)
    log = WebhookLog.objects.get()
    assert (log.event, log.status, log.provider, log.error) == ("product_sync", LogStatus.SUCCESS, "woocommerce", "")
    assert log.payload["created"] == 250 and log.payload["task_id"] == run.params["task_id"]


def test_a_dry_run_changes_nothing_and_keeps_what_it_saw(run_world, shop):
    run = run_world.work(start_import(shop, dry_run=True))
    assert run.status == RunStatus.COMPLETED and "nothing was changed" in run.message
    preview = preview_of(run)
    assert (preview.kinds, preview.fields) == ({"new": 3, "changed": 3}, {"price": 3})
    assert [row.external_id for row in preview.rows] == ["100", "c100", "200", "c200", "250", "c250"]
    assert preview.sentence() == "3 new, 3 price changes"
    shop.refresh_from_db()
    assert shop.imported_at is None and not WebhookLog.objects.exists()


def test_two_imports_of_one_shop_never_overlap_but_those_of_two_do(run_world, shop, other_shop):
    run = start_import(shop)
    with pytest.raises(AlreadyRunning) as held:
        start_import(shop, dry_run=True)
    assert held.value.run == run
    assert start_import(other_shop).tenant == other_shop.tenant
    assert Run.objects.count() == 2  # What was refused left nothing behind.


def test_an_inactive_business_a_paused_and_a_blocked_shop_are_not_read(run_world, shop, tenant):
    StoreConnection.objects.update(is_active=False)
    with pytest.raises(NotReady, match="paused"):
        start_import(shop)
    StoreConnection.objects.update(is_active=True, blocked_at=run_world.now, blocked_reason="The key was revoked.")
    with pytest.raises(NotReady, match=r"revoked\. When"):
        start_import(shop)
    StoreConnection.objects.update(blocked_at=None)
    tenant.is_active = False
    tenant.save()
    with pytest.raises(NotReady, match="inactive"):
        start_import(shop)


@pytest.mark.parametrize("blocked", [False, True], ids=["let in", "blocked"])
@pytest.mark.parametrize("paused", [False, True], ids=["on", "paused"])
@pytest.mark.parametrize("inactive", [False, True], ids=["active", "inactive"])
def test_a_page_is_read_just_when_an_import_may_begin(run_world, shop, other_shop, tenant, blocked, paused, inactive):
    """Two ways to ask the same: in words for a person, and in one small query for every page."""
    StoreConnection.objects.filter(pk=shop.pk).update(is_active=not paused, blocked_at=run_world.now if blocked else None)
    type(tenant).objects.filter(pk=tenant.pk).update(is_active=not inactive)
    asked = StoreConnection.objects.select_related("tenant").get(pk=shop.pk)
    assert may_go_on(shop.pk) == (refusal(asked) == "") == (not (blocked or paused or inactive))
    assert may_go_on(other_shop.pk)


def test_a_worker_hands_on_when_its_time_is_up(run_world, shop):
    run = start_import(shop)
    run_world.rung.clear()
    seen = []
    while (run := run_world.work(run, seconds=-1)).is_open:
        seen.append(run.cursor["phase"])
        assert run.status == RunStatus.QUEUED and run_world.rung.pop() == ("integrations.tasks.import_products", (str(run.pk),))
    assert seen == ["categories", "products", "products", "products", "missing", "pictures"]
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {"created": 250})


def test_a_shop_that_is_down_is_tried_again_after_5_15_and_45_minutes_and_then_no_more(run_world, shop):
    run_world.script.before = raising(TransientError("The shop does not answer.", data={"remedy": "Ask your host."}))
    run = run_world.work(start_import(shop))
    waits = []
    while run.is_open:
        assert (run.status, run.cursor["phase"], run.done) == (RunStatus.QUEUED, "products", 100)
        assert "The shop does not answer" in run.phase
        waits.append(round((run.not_before - run_world.now).total_seconds() / 60))
        run_world.sweep(minutes=waits[-1] / 2)
        assert fresh(run).tries == len(waits)  # Too early: nobody touched it.
        run_world.pass_time(seconds=(run.not_before - run_world.now).total_seconds())
        run_world.sweep()
        run = fresh(run)
    assert [5 <= waits[0] <= 6, 15 <= waits[1] <= 17, 45 <= waits[2] <= 50, len(waits)] == [True, True, True, 3]
    assert run.status == RunStatus.FAILED and run.message == "The shop does not answer. Ask your host. Tried 4 times."
    assert open_run(shop) is None and WebhookLog.objects.get().status == LogStatus.ERROR


def test_progress_between_two_outages_is_forgiven(run_world, shop):
    run = start_import(shop)
    for place in (0, 100, 200):
        run_world.script.before = raising(TransientError("Down."), done=place)
        for tries in (1, 2, 3):
            run = run_world.work(run)
            assert (run.status, run.tries) == (RunStatus.QUEUED, tries)
            run_world.pass_time(hours=1)
    run_world.script.before = lambda *_: None
    assert run_world.work(run).status == RunStatus.COMPLETED


@pytest.mark.parametrize(("asked", "minutes"), [(600, 10), (60, 5), (86_400, 60)])
def test_a_shop_that_names_a_time_gets_it_up_to_an_hour(run_world, shop, asked, minutes):
    run_world.script.before = raising(TransientError("Too many requests.", retry_after=asked))
    run = run_world.work(start_import(shop))
    assert minutes <= (run.not_before - run_world.now).total_seconds() / 60 <= minutes * 1.1


def test_a_revoked_key_is_one_state_and_one_alert(run_world, shop):
    run_world.script.before = raising(NeedsConfigurationError("The key was revoked.", data={"remedy": "Make a new one."}))
    run = run_world.work(start_import(shop))
    assert (run.status, run.message) == (RunStatus.FAILED, "The key was revoked. Make a new one.")
    shop.refresh_from_db()
    assert shop.blocked_at == run_world.now and shop.blocked_reason == run.message
    assert Alert.objects.get(closed_at=None).key == f"shop-blocked-{shop.pk}"
    with pytest.raises(NotReady):
        start_import(shop)


def test_keys_that_were_changed_meanwhile_are_not_blocked_for_the_old_ones(run_world, shop):
    def change(job, phase, done):
        mine = StoreConnection.objects.get(pk=shop.pk)
        mine.credentials = {"consumer_key": "ck_2", "consumer_secret": "cs_2"}
        mine.save()
        raise NeedsConfigurationError("The key was revoked.")

    run_world.script.before = change
    run = run_world.work(start_import(shop))
    shop.refresh_from_db()
    assert shop.blocked_at is None and not Alert.objects.exists()
    assert run.status == RunStatus.FAILED and "start the import again" in run.message


def test_a_shop_that_cannot_be_read_like_this_fails_with_its_words(run_world, shop):
    run_world.script.before = raising(PermanentError("This is no shop.", data={"remedy": "Check the address."}), at="start", done=0)
    run = run_world.work(start_import(shop))
    assert (run.status, run.message) == (RunStatus.FAILED, "This is no shop. Check the address.")


def test_many_removals_wait_for_a_person_who_may_say_yes(run_world, shop):
    run_world.script = Script(gone=60)
    run = run_world.work(start_import(shop))
    assert (run.status, run.done, run.counts) == (RunStatus.NEEDS_CONFIRMATION, 250, {"created": 250})
    assert "60 of 250 products" in run.message
    with pytest.raises(AlreadyRunning, match="waits for an answer"):
        start_import(shop)
    confirm_removals(run)
    run = run_world.work(run)
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {"created": 250, "inactive": 60})
    with pytest.raises(NotConfirmable):
        confirm_removals(run)


def test_many_removals_may_be_refused(run_world, shop):
    run_world.script = Script(gone=60)
    run = run_world.work(start_import(shop))
    cancel_run(run)
    assert open_run(shop) is None and start_import(shop)


@pytest.mark.parametrize("phase", PHASES)
def test_cancelling_stops_in_every_phase_and_the_rest_can_be_done_later(run_world, shop, phase):
    def cancel(job, now_at, done):
        if now_at == phase:
            cancel_run(fresh(job.run))

    run_world.script.before = cancel
    run = run_world.work(start_import(shop))
    assert run.status == RunStatus.CANCELLED and WebhookLog.objects.get().error.startswith("Cancelled")
    run_world.script = Script()
    again = run_world.work(resume(run))
    assert (again.status, again.done) == (RunStatus.COMPLETED, 250)
    if phase in ("missing", "pictures"):
        assert ("products", 0) not in run_world.script.seen


def test_going_on_begins_where_the_other_one_stopped(run_world, shop):
    run_world.script.before = raising(PermanentError("Broken."), done=100)
    run = run_world.work(start_import(shop))
    run_world.script = Script()
    again = resume(run)
    assert again.pk != run.pk and again.params["resumes"] == str(run.pk) and (again.done, again.total) == (100, 250)
    again = run_world.work(again)
    assert run_world.script.seen[0] == ("products", 100) and again.status == RunStatus.COMPLETED


@pytest.mark.parametrize("why", ["old", "moved", "newer"])
def test_going_on_begins_anew_where_the_place_means_nothing_any_more(run_world, shop, why):
    run_world.script.before = raising(PermanentError("Broken."), done=100)
    run = run_world.work(start_import(shop))
    if why == "newer":
        run_world.pass_time(minutes=1)
        cancel_run(start_import(shop))
    if why == "old":
        run_world.pass_time(hours=25)
    if why == "moved":
        shop.store_url = "https://other.example"
        shop.save()
    assert (resume(run).done, run_world.script.seen[0][0]) == (0, "start")


def test_what_failed_can_be_tried_again_however_many_it_were(run_world, shop):
    run = run_world.work(start_import(shop))
    run.issues.all().delete()
    many = [str(number) for number in range(5_000)]
    RunIssue.objects.bulk_create(RunIssue(run=run, message="m", reference=one) for one in [*many, "7", ""])
    again = retry_failed(run)
    assert load_ids(again) == many
    assert order_of(again).part and len(str(again.params)) < 500
    seen = []
    run_world.script.before = lambda job, phase, done: seen.append(job.only_ids)
    before = StoreConnection.objects.get(pk=shop.pk).imported_at
    run_world.pass_time(minutes=5)
    run_world.work(again)
    assert len(seen[0]) == 5_000 and StoreConnection.objects.get(pk=shop.pk).imported_at == before


def test_what_only_looked_is_not_tried_again_for_real(run_world, shop):
    run = run_world.work(start_import(shop, dry_run=True))
    assert run.issues.exists()
    with pytest.raises(NotReady, match="only looked"):
        retry_failed(run)


def test_nothing_failed_nothing_to_try_again(run_world, shop):
    run = run_world.work(start_import(shop))
    run.issues.all().delete()
    with pytest.raises(NotReady, match="no products with problems"):
        retry_failed(run)


def test_in_this_process_an_outage_ends_it_so_that_it_can_be_gone_on_with(run_world, shop):
    run_world.script.before = raising(TransientError("Down."))
    seen = []
    run = run_now(shop, progress=lambda run: seen.append(run.done))
    assert (run.status, run.message, seen) == (RunStatus.FAILED, "Down.", [0, 0, 100])
    assert run_world.work(run) == run  # The doorbell that was rung finds nothing to do.


def test_the_keyboard_leaves_a_run_that_can_be_gone_on_with(run_world, shop):
    run_world.script.before = raising(KeyboardInterrupt())
    run = run_now(shop)
    assert (run.status, run.done) == (RunStatus.CANCELLED, 100)
    run_world.script = Script()
    assert run_world.work(resume(run)).status == RunStatus.COMPLETED
