"""Meta App Config pages: pause and resume with their banner, comparisons, removals that wait for a person's word."""

from django.db import connection
from django.urls import reverse

from common import doorbell
from meta_integration import tasks
from meta_integration.models import CatalogChange
from meta_integration.remedies import TOKEN
from meta_integration.tests.face import LIST, browser, config_url, text_of
from operations.background import ring_forgotten
from operations.models import Run, RunStatus
from sandbox.graph import Fault
from tenants.models import AuditEvent


def test_pause_banner_and_resume(world, tenant, catalog):
    products = [world.product(tenant, f"A-{number}") for number in range(3)]
    client = browser(tenant)
    client.post(config_url(catalog.config, "pause"))
    for product in products:
        product.save()
    world.settle(catalog)
    assert world.standin.calls() == []
    for address in (reverse(LIST), config_url(catalog.config), reverse("admin:meta_integration_metaappconfig_changelist")):
        page = client.get(address)
        assert page.content.decode().count('class="banner banner-orange"') == 1
        assert "Not sending to Meta." in text_of(page) and "Resume" in text_of(page) and "Paused by person" in text_of(page)
    staff = text_of(browser(tenant, "staff").get(reverse(LIST)))
    assert "Not sending to Meta." in staff and "Resume" not in staff.replace("Press “Resume”", "")
    client.post(config_url(catalog.config, "resume"))
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 3
    assert "Not sending" not in text_of(client.get(reverse(LIST)))
    assert list(AuditEvent.objects.filter(action__startswith="meta_sync_").order_by("id").values_list("action", flat=True)) == [
        "meta_sync_paused", "meta_sync_resumed",
    ]  # fmt: skip


def test_a_bad_token_pauses_with_cause_and_resume_heals(world, tenant, catalog):
    product = world.product(tenant, "A-1")
    with world.fault(Fault("bad_token")):
        world.settle(catalog)
    client = browser(tenant)
    page = text_of(client.get(reverse(LIST)))
    assert TOKEN.meaning in page and "(code 190)" in page and "until somebody resumes it" in page and "⏸ Paused" in page
    client.post(config_url(catalog.config, "resume"))
    world.settle(catalog)
    product.refresh_from_db()
    assert product.meta_sync_status == "synced"


def test_a_throttle_says_until_when(world, tenant, catalog):
    world.product(tenant, "A-1")
    with world.fault(Fault("throttle", minutes=30)):
        world.settle(catalog)
    page = text_of(browser(tenant).get(reverse(LIST)))
    catalog.refresh_from_db()
    assert "Meta asks us to slow down." in page and f"{catalog.paused_until:%H:%M} UTC)" in page
    assert "until somebody" not in page


def test_compare_runs_through_the_task_and_the_dry_run_changes_nothing(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.settle(catalog)
    world.standin.edit_item(catalog.catalog_id, "A-1", name="Changed by hand")
    client = browser(tenant)
    for name, mended in (("dry_run", False), ("compare", True)):
        world.pass_time(seconds=10)
        answer = client.post(config_url(catalog.config, name))
        run = Run.objects.latest("created_at")
        assert answer.url == reverse("admin:operations_run_change", args=[run.pk])
        tasks.compare(str(run.pk))
        run.refresh_from_db()
        assert (run.status, run.counts["different"]) == (RunStatus.COMPLETED, 1)
        world.pass_time(seconds=130)
        world.settle(catalog)
        assert (world.at_meta(catalog)["A-1"]["name"] != "Changed by hand") is mended


def test_a_lost_doorbell_of_a_comparison_is_rung_again(world, tenant, catalog, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(doorbell, "_publish", lambda name, args, countdown: rung.append((name, args)))
    browser(tenant).post(config_url(catalog.config, "compare"))
    connection.run_on_commit.clear()  # The doorbell that got lost.
    world.pass_time(seconds=61)
    with django_capture_on_commit_callbacks(execute=True):
        ring_forgotten(world.now)
    run = Run.objects.get()
    assert ("meta_integration.tasks.compare", (str(run.pk),)) in rung
    tasks.compare(str(run.pk))
    tasks.compare(str(run.pk))
    assert Run.objects.count() == 1


def test_held_removals_go_after_a_persons_word(world, tenant, catalog):
    products = [world.product(tenant, f"A-{number}") for number in range(30)]
    world.settle(catalog)
    type(products[0]).objects.filter(pk__in=[product.pk for product in products]).delete()
    CatalogChange.objects.all().delete()
    client = browser(tenant)
    assert "Allow removals" not in text_of(client.get(config_url(catalog.config)))
    client.post(config_url(catalog.config, "compare"))
    tasks.compare(str(Run.objects.latest("created_at").pk))
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 30
    assert "Allow removals" in text_of(client.get(config_url(catalog.config)))
    client.post(config_url(catalog.config, "allow_removals"))
    tasks.compare(str(Run.objects.latest("created_at").pk))
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
