import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from operations.models import Alert, Run, RunIssue
from operations.services import finish_run, raise_alert, start_run
from tenants.tests.factories import logged_in, make_member, make_tenant

pytestmark = pytest.mark.django_db
RUNS, ALERTS = "/admin/operations/run/", "/admin/operations/alert/"


@pytest.fixture
def solar():
    return make_tenant("Solar")


@pytest.fixture
def owner(solar):
    return logged_in(make_member(solar))


@pytest.fixture
def run(solar):
    run = start_run(solar, "push", total=10, phase="sending")
    RunIssue.objects.create(run=run, product_id=7, subject="=HYPERLINK(1)", field="price", code="x", message="<b>no</b> price")
    return run


def cells(client, *ids):
    return client.get(f"{RUNS}live/", {"ids": ",".join(ids)}).json()["items"]


def test_progress_moves_without_reload(owner, run):
    page = owner.get(RUNS).content.decode()
    assert f'data-live-id="{run.pk}:progress"' in page and f'data-live-url="{RUNS}live/"' in page
    assert "common/live.js" in page
    Run.objects.filter(pk=run.pk).update(done=4, phase="polling", counts={"synced": 3, "failed": 1})
    items = cells(owner, f"{run.pk}:progress", f"{run.pk}:state", f"{run.pk}:sums")
    assert "4 of 10 · polling" in items[f"{run.pk}:progress"]
    assert "↻ Running" in items[f"{run.pk}:state"]
    assert items[f"{run.pk}:sums"] == "3 synced, 1 failed"
    finish_run(run)
    assert "✓ Completed" in cells(owner, f"{run.pk}:state")[f"{run.pk}:state"]


def test_live_cells_answer_only_what_is_asked_and_allowed(owner, run):
    assert cells(owner, f"{run.pk}:delete_model", f"{run.pk}:__class__", f"{run.pk}:", "garbage", "12:state", ":state") == {}
    foreign = start_run(make_tenant("Pizza"), "push")
    assert cells(owner, f"{foreign.pk}:state") == {}
    assert Client().get(f"{RUNS}live/").status_code == 302


def test_a_silent_run_says_so(owner, run):
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=11))
    assert "No news" in cells(owner, f"{run.pk}:state")[f"{run.pk}:state"]


def test_cancel_keeps_what_is_done_and_needs_post(owner, run):
    assert owner.get(f"{RUNS}{run.pk}/cancel/").status_code == 404
    assert Client(enforce_csrf_checks=True).post(f"{RUNS}{run.pk}/cancel/").status_code in (302, 403)
    page = owner.post(f"{RUNS}{run.pk}/cancel/", follow=True).content.decode()
    run.refresh_from_db()
    assert run.status == "cancelled" and "Cancelled by person" in run.message
    assert "What was done stays done" in page
    assert "already ended" in owner.post(f"{RUNS}{run.pk}/cancel/", follow=True).content.decode()


def test_cancel_selected_reports_both_numbers(owner, solar, run):
    ended = start_run(solar, "push")
    finish_run(ended)
    page = owner.post(RUNS, {"action": "cancel", "_selected_action": [str(run.pk), str(ended.pk)]}, follow=True).content.decode()
    assert "1 cancelled, 1 had already ended" in page


def test_issues_download_with_formulas_defused(owner, run):
    answer = owner.get(f"{RUNS}{run.pk}/issues.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines() == ["product_id,subject,field,code,message", "7,'=HYPERLINK(1),price,x,<b>no</b> price"]
    assert answer["Content-Type"].startswith("text/csv")


def test_issues_are_shown_escaped_and_cannot_be_changed(owner, run):
    page = owner.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert "&lt;b&gt;no&lt;/b&gt; price" in page and "<b>no</b>" not in page
    assert 'name="issues-0-message"' not in page
    assert "Download issues (CSV)" in page


def test_lists_take_few_queries_whatever_their_length(owner, solar, django_assert_max_num_queries):
    for number in range(60):
        start_run(solar, "push", total=number)
        raise_alert(solar, kind="k", key=str(number), title=f"Alert {number}")
    with django_assert_max_num_queries(10):
        owner.get(RUNS)
    with django_assert_max_num_queries(11):
        owner.get(ALERTS)
    with django_assert_max_num_queries(30):  # the other apps' sections are on this page as well
        owner.get("/admin/")


def test_alerts_open_first_and_closed_by_hand(owner, solar):
    for key in ("old", "new"):
        raise_alert(solar, kind="token", key=key, title=f"{key} alert", remedy="Enter a new token.", link="/admin/")
    first = Alert.objects.get(key="new")
    assert owner.post(f"{ALERTS}{first.pk}/close/").status_code == 302
    first.refresh_from_db()
    assert first.closed_at is not None
    page = owner.get(ALERTS).content.decode()
    assert page.index("old alert") < page.index("new alert")
    assert "new alert" not in owner.get(f"{ALERTS}?state=open").content.decode()
    assert raise_alert(solar, kind="token", key="new", title="again")


def test_a_link_out_of_the_house_is_not_followed(owner, solar):
    raise_alert(solar, kind="k", key="k", title="t", remedy="Look", link="javascript:alert(1)")
    assert "javascript:" not in owner.get(ALERTS).content.decode()


def test_staff_watches_and_empty_lists_say_what_comes(solar):
    client = logged_in(make_member(solar, "staff"))
    assert "Runs appear here when" in client.get(RUNS).content.decode()
    assert "nothing needs you" in client.get(ALERTS).content.decode()
    dashboard = client.get("/admin/").content.decode()
    assert "Nothing needs you right now" in dashboard and "No run yet" in dashboard


def test_the_dashboard_shows_alerts_and_runs_of_this_business_only(owner, solar, run):
    raise_alert(solar, kind="k", key="k", title="Token <expired>")
    raise_alert(make_tenant("Pizza"), kind="k", key="k", title="Foreign alert")
    page = owner.get("/admin/").content.decode()
    assert "Token &lt;expired&gt;" in page and "Push to Meta · 0 of 10" in page
    assert "Foreign alert" not in page


def test_live_answers_are_json_and_never_cached(owner, run):
    answer = owner.get(f"{RUNS}live/", {"ids": f"{run.pk}:state"})
    assert json.loads(answer.content) and "no-store" in answer["Cache-Control"]
