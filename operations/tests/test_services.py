import pytest

from operations.models import Alert
from operations.services import advance_run, cancel_run, close_alert, finish_run, raise_alert, start_run
from tenants.actor import Actor, acting_as
from tenants.tests.factories import make_tenant

pytestmark = pytest.mark.django_db


def test_a_run_goes_from_start_to_end_once():
    with acting_as(Actor("person ada")):
        run = start_run(make_tenant(), "push", total=5)
    assert (run.status, run.started_by) == ("running", "person ada")
    assert advance_run(run, done=2, counts={"synced": 2}, phase="polling")
    run.refresh_from_db()
    assert (run.done, run.counts, run.phase) == (2, {"synced": 2}, "polling")
    assert finish_run(run, message="done")
    assert not cancel_run(run)
    assert run.status == "completed" and run.phase == ""


def test_a_cancelled_run_tells_its_worker_to_stop():
    run = start_run(make_tenant(), "push", total=5)
    assert cancel_run(run)
    assert not advance_run(run, done=3, counts={})


def test_one_open_alert_per_cause():
    solar, pizza = make_tenant("Solar"), make_tenant("Pizza")
    assert raise_alert(solar, kind="token", key="catalog-1", title="t" * 300)
    assert not raise_alert(solar, kind="token", key="catalog-1", title="again")
    assert raise_alert(pizza, kind="token", key="catalog-1", title="theirs")
    assert close_alert(solar, "catalog-1") and not close_alert(solar, "catalog-1")
    assert raise_alert(solar, kind="token", key="catalog-1", title="again")
    assert Alert.objects.count() == 3


def test_the_installations_own_alerts_are_one_per_cause_as_well():
    assert raise_alert(None, kind="disk", key="full", title="t") and not raise_alert(None, kind="disk", key="full", title="t")
    assert raise_alert(make_tenant("Solar"), kind="disk", key="full", title="t")
    assert close_alert(None, "full") and not close_alert(None, "full")
