"""Findings in the API, in the admin and in the command: shapes, scopes, choices in words, isolation."""

import re

import pytest
from django.urls import reverse

from meta_integration import tasks
from meta_integration.admin import findings as findings_page
from meta_integration.catalog.readback import read_back
from meta_integration.models import CatalogFinding, FindingState
from meta_integration.pausing import FIRST_PUSH, pause_business
from meta_integration.tests.face import browser, config_url, messages_of, text_of
from meta_integration.tests.test_commands import run as run_command
from operations.models import Run, RunStatus
from tenants.models import AuditEvent

LIST = reverse("admin:meta_integration_catalogfinding_changelist")


@pytest.fixture
def drifted(world, tenant, catalog):
    """One item changed by hand, one foreign, one duplicate."""
    for number in range(3):
        world.product(tenant, f"A-{number}", name=f"Lamp {number}")
    world.settle(catalog)
    world.pass_time(minutes=5)
    world.standin.edit_item(catalog.catalog_id, "A-0", name="Sold by hand")
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    world.standin.add_item(catalog.catalog_id, "A-1_77")
    return read_back(catalog.pk, dry_run=True)


def finding(retailer_id):
    return CatalogFinding.objects.filter(retailer_id=retailer_id).first()


def work_off(world, catalog):
    for run in Run.objects.filter(status=RunStatus.QUEUED):
        tasks.compare(str(run.pk))
    world.settle(catalog)


# --- API ------------------------------------------------------------------------------------------------------------------------


def test_a_comparison_is_accepted_and_its_findings_can_be_read_and_mended(world, tenant, catalog, api, drifted):
    answer = api.post("/v1/catalog/reconcile/", {"dry_run": True})
    assert answer.status_code == 202 and answer.json()["status"] == "accepted"
    [started] = answer.json()["runs"]
    assert started["catalog_id"] == catalog.catalog_id and started["run_id"] in started["run_url"]
    assert api.post("/v1/catalog/reconcile/", {"dry_run": True}).json()["runs"] == [started]
    work_off(world, catalog)
    found = api.get(f"/v1/catalog/findings/?run={started['run_id']}").json()
    assert {row["retailer_id"]: row["kind"] for row in found["results"]} == {
        "A-0": "different", "FOREIGN": "not_ours", "A-1_77": "duplicate",
    }  # fmt: skip
    [changed] = api.get(f"/v1/catalog/findings/?run={started['run_id']}&kind=different").json()["results"]
    assert changed["differences"] == {"name": ["Lamp 0", "Sold by hand"]}
    assert changed["words"] == "name: “Lamp 0” here, “Sold by hand” at Meta."
    assert api.post("/v1/catalog/findings/mend/", {"ids": [changed["id"]]}).status_code == 202
    work_off(world, catalog)
    assert world.at_meta(catalog)["A-0"]["name"] == "Lamp 0"
    assert api.get(f"/v1/catalog/findings/{changed['id']}/").json()["state"] == "mended"
    assert api.post("/v1/catalog/findings/mend/", {"ids": [changed["id"]]}).status_code == 409


def test_findings_of_others_cannot_be_mended_or_ignored(world, api, other_tenant, other_catalog, catalog):
    world.standin.add_item(other_catalog.catalog_id, "THEIRS")
    read_back(other_catalog.pk, dry_run=True)
    theirs = finding("THEIRS")
    assert api.post("/v1/catalog/findings/mend/", {"ids": [theirs.pk]}).status_code == 409
    assert api.post("/v1/catalog/findings/ignore/", {"ids": [theirs.pk]}).json() == {"ignored": 0}
    assert api.get(f"/v1/catalog/findings/{theirs.pk}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == FindingState.OPEN and theirs.chosen is None


def test_wrong_wishes_are_refused_in_words(world, catalog, api):
    answer = api.post("/v1/catalog/reconcile/", {"mend": ["not_ours"]})
    assert answer.status_code == 400 and "mend" in answer.json()["error"]["fields"]
    assert api.post("/v1/catalog/findings/mend/", {"ids": []}).status_code == 400


def test_without_a_catalog_there_is_a_remedy(tenant, api):
    answer = api.post("/v1/catalog/reconcile/", {})
    assert answer.status_code == 400 and "Connect one" in str(answer.json())


# --- admin ------------------------------------------------------------------------------------------------------------------------


def act(client, name, *findings):
    chosen = {"action": name, "_selected_action": [str(row.pk) for row in findings]}
    return " ".join(messages_of(client.post(LIST, chosen, follow=True)))


def test_a_person_mends_ignores_and_counts_again(world, tenant, catalog, drifted):
    client = browser(tenant)
    page = text_of(client.get(LIST))
    assert "“Lamp 0” here, “Sold by hand” at Meta" in page and "names our SKU A-1" in page
    assert "1 ignored, in later comparisons too. 1 were not" in act(client, "ignore", finding("FOREIGN"), finding("A-0"))
    assert "1 open again" in act(client, "reopen", finding("FOREIGN"))
    assert "2 findings are being mended" in act(client, "mend", finding("A-0"), finding("A-1_77"))
    work_off(world, catalog)
    assert world.at_meta(catalog).keys() == {"A-0", "A-1", "A-2", "FOREIGN"}
    assert "None of these is open" in act(client, "mend", finding("A-0"))
    assert AuditEvent.objects.filter(action="catalog_findings_mended").count() == 1


def test_ids_that_are_too_many_for_one_go_are_told(world, tenant, catalog, drifted, monkeypatch):
    monkeypatch.setattr(findings_page, "MOST_AT_ONCE", 1)
    client = browser(tenant)
    words = act(client, "use_id", finding("A-1_77"), finding("FOREIGN"))
    assert "1 more were chosen: at most 1 at a time" in words
    assert "more were chosen" not in act(client, "use_id", finding("FOREIGN"))


def test_a_run_leads_to_its_findings_and_each_tells_what_mending_does(world, tenant, catalog, drifted):
    client = browser(tenant)
    address = f"{LIST}?run={drifted.pk}"
    assert address in client.get(reverse("admin:operations_run_change", args=[drifted.pk])).content.decode()
    assert "FOREIGN" in text_of(client.get(address))
    page = text_of(client.get(reverse("admin:meta_integration_catalogfinding_change", args=[finding("FOREIGN").pk])))
    assert "Removes this item from Meta" in page and "None of ours" in page


def test_who_may_not_manage_integrations_may_look_only(world, tenant, catalog, drifted):
    client = browser(tenant, "staff")
    assert client.get(LIST).status_code == 200
    client.post(LIST, {"action": "mend", "_selected_action": [str(finding("FOREIGN").pk)]}, follow=True)
    assert not Run.objects.filter(status=RunStatus.QUEUED).exists()


def test_the_preview_shows_what_the_catalog_holds_and_offers_to_take_it_over(world, tenant, catalog):
    world.product(tenant, "A-1")
    client = browser(tenant)
    page = text_of(client.get(config_url(catalog.config, "preview")))
    assert "Nobody has looked yet" in page and "Take over matching items" not in page
    world.standin.add_item(catalog.catalog_id, "A-1")
    world.standin.add_item(catalog.catalog_id, "FOREIGN")
    client.post(config_url(catalog.config, "dry_run"))
    work_off_reading(world)
    page = text_of(client.get(config_url(catalog.config, "preview")))
    assert "1 item matches by SKU, 0 look like products of yours under another id, 1 is not yours, of 2 in all" in page
    before = world.at_meta(catalog)["A-1"]["id"]
    client.post(config_url(catalog.config, "adopt"))
    work_off_reading(world)
    assert world.item(catalog, "A-1").was_sent and world.item(catalog, "A-1").meta_id == before


def work_off_reading(world):
    for run in Run.objects.filter(status=RunStatus.QUEUED):
        tasks.compare(str(run.pk))


# --- command ------------------------------------------------------------------------------------------------------------------------


def test_the_command_mends_the_kinds_it_is_told(world, catalog, drifted):
    code, printed = run_command("reconcile_catalog", "--tenant", "solar", "--mend", "duplicate")
    world.settle(catalog)
    assert code == 0 and "duplicates" in printed and "A-1_77 (Duplicate)" in printed
    assert world.at_meta(catalog).keys() == {"A-0", "A-1", "A-2", "FOREIGN"}
    assert world.at_meta(catalog)["A-0"]["name"] == "Sold by hand"


def test_the_command_looks_and_takes_over_before_the_first_push(world, tenant, catalog):
    world.product(tenant, "A-1")
    world.standin.add_item(catalog.catalog_id, "A-1")
    pause_business(catalog.config, FIRST_PUSH)
    before = world.at_meta(catalog)
    assert re.search(r"made elsewhere under our SKUs +1", run_command("reconcile_catalog", "--tenant", tenant.sub_domain, "--dry-run")[1])
    assert run_command("reconcile_catalog", "--tenant", tenant.sub_domain, "--adopt")[0] == 0
    assert world.at_meta(catalog) == before and world.item(catalog, "A-1").was_sent
    pause_business(catalog.config, "Holiday")
    assert run_command("reconcile_catalog", "--tenant", tenant.sub_domain)[0] == 3


def test_the_command_does_not_remove_what_is_not_ours(world, catalog):
    code, printed = run_command("reconcile_catalog", "--tenant", "solar", "--mend", "not_ours")
    assert code == 2 and "one by one in the admin" in printed


# --- one finding's own page -------------------------------------------------------------------------------------------------------


def test_one_finding_is_mended_from_its_own_page(world, tenant, catalog, drifted, other_tenant):
    changed = finding("A-0")
    page, mend = (reverse(f"admin:meta_integration_catalogfinding_{name}", args=[changed.pk]) for name in ("change", "mend"))
    assert browser(tenant, "staff").post(mend).status_code == 404
    assert browser(other_tenant).post(mend).status_code == 404
    mine = browser(tenant)
    assert "Mend" in text_of(mine.get(page)) and mine.get(mend).status_code == 404
    answer = mine.post(mend, follow=True)
    assert messages_of(answer)[0].startswith("1 finding is being mended; each is looked up at Meta once more before.")
    work_off(world, catalog)
    assert world.at_meta(catalog)["A-0"]["name"] == "Lamp 0"
    assert mend not in mine.get(page).content.decode()  # Nothing is left to do.


def test_one_finding_is_ignored_and_counted_again(world, tenant, catalog, drifted):
    foreign = finding("FOREIGN")
    mine = browser(tenant)
    for name, state in (("ignore", FindingState.IGNORED), ("reopen", FindingState.OPEN)):
        mine.post(reverse(f"admin:meta_integration_catalogfinding_{name}", args=[foreign.pk]))
        foreign.refresh_from_db()
        assert foreign.state == state
