"""Buttons of a shop's page: the test with typed values, the first look, imports, pause."""

import re

import pytest
from django.urls import reverse

from common.errors import NeedsConfigurationError, TransientError
from integrations.connecting.connections import block
from integrations.models import StoreConnection
from integrations.runs import start_import
from integrations.tests.connection_pages import ADD, CANARY, LIST, form_data, save, url
from integrations.tests.run_world import QuietAdapter, fresh
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import Alert, Run, RunStatus
from operations.services import finish_run
from tenants.models import AuditEvent

BAD_KEY = NeedsConfigurationError("The shop does not know this key.", data={"remedy": "Make a new key."})


@pytest.fixture
def owner(tenant):
    return browser(tenant)


def looked(shop):
    """The first look is over."""
    return Run.objects.create(tenant=shop.tenant, kind="import", status="completed", subject=f"store {shop.pk}", params={"dry_run": True})


def test_new_keys_are_tested_and_kept_even_if_they_are_refused(run_world, owner):
    assert "Connected to “Quiet” (WooCommerce 9.9, 250 products, prices in USD)." in messages_of(save(owner, **CANARY))[-1]
    shop = StoreConnection.objects.get()
    QuietAdapter.refusal = BAD_KEY
    [_changed, told] = messages_of(save(owner, shop, credential_consumer_key="ck_wrong"))
    assert told.startswith("Saved, but") and "does not know this key" in told and "Make a new key." in told
    assert messages_of(save(owner, shop, name="Only the name"))[1:] == []  # Nothing new to test.
    shop.refresh_from_db()
    assert shop.credential("consumer_key") == "ck_wrong"


def test_typed_values_are_tested_without_being_saved(run_world, monkeypatch, owner, shop):
    used = []

    class Noting(QuietAdapter):
        def describe(self):
            used.append((self.connection.store_url, dict(self.connection.credentials), dict(self.connection.facts)))
            return super().describe()

    for address in (url(shop), reverse(ADD)):
        page = owner.get(address).content.decode()
        assert 'id="connection-result" role="status" data-asked="the shop"' in page and "common/test_connection.js" in page
    StoreConnection.objects.update(facts={"api": "found out"})
    monkeypatch.setattr("integrations.connecting.connections.adapter_for", Noting)
    answer = owner.post(url(shop, "test"), form_data(shop, credential_consumer_key="ck_typed"))
    assert answer.json() == {"tone": "green", "text": "Connected to “Quiet” (WooCommerce 9.9, 250 products, prices in USD).",
                             "to_do": "", "said": "", "freed": False}  # fmt: skip
    owner.post(url(shop, "test"), form_data(shop))
    fresh_answer = owner.post(reverse("admin:integrations_storeconnection_test_new"), form_data(**CANARY))
    assert fresh_answer.json()["tone"] == "green"
    assert used == [
        ("https://shop.example", {"consumer_key": "ck_typed", "consumer_secret": "cs_1"}, {}),
        ("https://shop.example", {"consumer_key": "ck_1", "consumer_secret": "cs_1"}, {"api": "found out"}),
        ("https://new.example", {"consumer_key": "ck_canary0123456789", "consumer_secret": "cs_canary0123456789"}, {}),
    ]
    missing = owner.post(reverse("admin:integrations_storeconnection_test_new"), form_data(store_url="")).json()
    assert missing["tone"] == "red" and "address" in missing["to_do"]
    shop.refresh_from_db()
    assert shop.credential("consumer_key") == "ck_1"


def test_a_test_that_ends_a_block_says_so_and_the_reason_stands_once(run_world, owner, shop):
    reason = "The shop does not accept this key and secret. " + "Make a new one. " * 20
    run = start_import(shop)
    finish_run(run, RunStatus.FAILED, message=reason.strip())
    block(shop, reason.strip())
    page = text_of(owner.get(url(shop, "change")))
    assert page.count("The shop does not accept") == 3  # In the banner, beside the state, and in the history.
    alert = Alert.objects.get(kind="shop_blocked")
    assert alert.title == f"The shop “{shop}” does not let us in" and reason.strip() in alert.remedy
    QuietAdapter.refusal = TransientError("The shop does not answer.")
    assert owner.post(url(shop, "test"), form_data(shop)).json()["freed"] is False
    QuietAdapter.refusal = None
    run_world.pass_time(minutes=4)
    assert owner.post(url(shop, "test"), form_data(shop)).json()["freed"] is True
    page = text_of(owner.get(url(shop, "change")))
    assert page.count("The shop does not accept") == 1 and "✗ Failed 4 minutes ago The shop has answered well since." in page


def test_the_test_says_what_is_wrong_and_what_helps(run_world, owner, shop):
    QuietAdapter.refusal = BAD_KEY
    [told] = messages_of(owner.post(url(shop, "test"), follow=True))
    assert told == "The shop does not know this key. Make a new key."
    QuietAdapter.refusal = TransientError("The shop does not answer.")
    assert "Try again in a few minutes." in messages_of(owner.post(url(shop, "test"), follow=True))[0]


def test_a_blocked_shop_says_so_everywhere_and_a_good_test_frees_it(run_world, owner, shop):
    block(shop, "The key was revoked.")
    for address in (reverse(LIST), url(shop)):
        page = text_of(owner.get(address))
        assert "✗ Key refused" in page and "The key was revoked." in page
    answer = owner.get(url(shop))
    page = text_of(answer)
    assert "Import now" not in page and "See what would come" not in page and "not until the key is mended" in page
    assert re.findall(r'class="tool tool-primary">.*?</span>([^<]+)<', answer.content.decode()) == ["Test connection"]
    owner.post(url(shop, "test"))
    assert "✗ Key refused" not in text_of(owner.get(url(shop)))


def test_the_first_import_begins_with_a_look(run_world, owner, shop):
    page = text_of(owner.get(url(shop)))
    assert "See what would come" in page and "Import now" not in page and "Compare everything" not in page
    assert "after the first import" in page
    answer = owner.post(url(shop, "import_now"))
    run = Run.objects.get()
    assert run.params["dry_run"] and answer["Location"] == reverse("admin:operations_run_coming", args=[run.pk])
    run_world.work(run)
    page = text_of(owner.get(url(shop)))
    assert "Import now" in page and "Compare everything" not in page
    owner.post(url(shop, "import_now"))
    run = run_world.work(Run.objects.filter(params__dry_run=False).get())
    assert run.status == RunStatus.COMPLETED
    page = text_of(owner.get(url(shop)))
    assert "Compare everything" in page and "✓ Active" in page and "250 new" in page and "next: in" in page
    owner.post(url(shop, "compare"))
    assert Run.objects.filter(params__full=True).count() == 1
    assert AuditEvent.objects.filter(action="woocommerce_sync_triggered").count() == 3


def test_a_running_import_is_shown_and_not_started_twice(run_world, owner, shop):
    looked(shop)
    owner.post(url(shop, "import_now"))
    run = Run.objects.get(status=RunStatus.QUEUED)
    answer = owner.post(url(shop, "import_now"))
    assert answer["Location"] == reverse("admin:operations_run_change", args=[run.pk])
    page = text_of(owner.get(url(shop)))
    assert "Show the running import" in page and "Import now" not in page
    run_world.work(run, seconds=0)
    cells = owner.get(reverse("admin:integrations_storeconnection_live"), {"ids": f"{shop.pk}:state"}).json()["items"]
    assert "○ Queued" in cells[f"{shop.pk}:state"] or "↻ Importing" in cells[f"{shop.pk}:state"]


def test_a_pause_stops_the_import_and_is_shown(run_world, owner, shop):
    looked(shop)
    owner.post(url(shop, "import_now"))
    run = Run.objects.get(status=RunStatus.QUEUED)
    assert "was stopped" in messages_of(owner.post(url(shop, "pause"), follow=True))[0]
    assert fresh(run).status == RunStatus.CANCELLED
    page = text_of(owner.get(url(shop)))
    assert "⏸ Paused" in page and "not while it is paused" in page and "Import now" not in page
    assert "paused" in messages_of(owner.post(url(shop, "import_now"), follow=True))[0]
    owner.post(url(shop, "switch_on"))
    assert "⏸ Paused" not in text_of(owner.get(url(shop)))
