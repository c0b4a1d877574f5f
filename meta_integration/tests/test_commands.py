"""The commands as an operator runs them: what they print, how they end."""

import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.tests.world import ACCOUNTS
from operations.models import Run
from products_and_services.models import Product
from sandbox.graph import Fault

TOKEN, SECRET, BUSINESS, CATALOG = ACCOUNTS["solar"]


def run(*words, **options):
    """(exit code, printed) of a command."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=err, **options)
    except SystemExit as stop:
        return stop.code, out.getvalue() + err.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue() + err.getvalue()


@pytest.fixture(autouse=True)
def _time_passes_while_waiting(world, monkeypatch):
    monkeypatch.setattr("meta_integration.sync_now.time.sleep", lambda seconds: world.pass_time(seconds=seconds))


class TestConnectMeta:
    def test_connects_from_the_environment_and_tests_the_connection(self, world, tenant, monkeypatch):
        world.standin.add_account(TOKEN, SECRET, business_id=BUSINESS, catalog_ids=[CATALOG])
        monkeypatch.setenv("META_ACCESS_TOKEN", TOKEN)
        monkeypatch.setenv("META_APP_SECRET", SECRET)
        code, printed = run("connect_meta", "--tenant", "solar", "--catalog-id", CATALOG)
        config = MetaAppConfig.objects.get_active_config(tenant)
        assert (code, config.access_token, config.app_secret) == (0, TOKEN, SECRET)
        assert "Meta answers" in printed and TOKEN not in printed and SECRET not in printed

    def test_without_a_token_it_says_where_to_put_it(self, world, tenant, monkeypatch):
        monkeypatch.delenv("META_ACCESS_TOKEN", raising=False)
        code, printed = run("connect_meta", "--tenant", "solar", "--catalog-id", CATALOG)
        assert (code, MetaAppConfig.objects.count()) == (2, 0)
        assert "META_ACCESS_TOKEN" in printed

    def test_a_wrong_id_names_its_option(self, world, tenant, monkeypatch):
        monkeypatch.setenv("META_ACCESS_TOKEN", TOKEN)
        code, printed = run("connect_meta", "--tenant", "solar", "--catalog-id", "my shop")
        assert code == 2 and "--catalog-id" in printed

    def test_an_unknown_business_lists_the_known_ones(self, world, tenant):
        code, printed = run("connect_meta", "--tenant", "moon", "--catalog-id", CATALOG)
        assert code == 2 and "solar" in printed

    def test_what_meta_does_not_accept_is_saved_and_said(self, world, tenant, monkeypatch):
        monkeypatch.setenv("META_ACCESS_TOKEN", "EAAUNKNOWNTOKEN0001")
        monkeypatch.delenv("META_APP_SECRET", raising=False)
        code, printed = run("connect_meta", "--tenant", "solar", "--catalog-id", CATALOG)
        assert code == 0 and "code 190" in printed


class TestSyncCatalog:
    def test_wait_sends_everything_without_a_worker(self, world, tenant, catalog):
        for number in range(8):
            world.product(tenant, f"S-{number}")
        code, printed = run("sync_catalog", "--tenant", "solar", "--wait")
        assert (code, len(world.at_meta(catalog))) == (0, 8)
        assert "Synced" in printed

    def test_skipped_products_do_not_change_the_exit_code(self, world, tenant, catalog):
        world.product(tenant, None)
        world.product(tenant, "S-1")
        assert run("sync_catalog", "--tenant", "solar", "--wait")[0] == 0

    def test_rejected_products_end_in_one(self, world, tenant, catalog):
        world.product(tenant, "S-1")
        with world.fault(Fault("reject_item", retailer_ids=("S-1",))):
            assert run("sync_catalog", "--tenant", "solar", "--wait")[0] == 1

    def test_a_waiting_retry_is_tried_once_and_its_attempts_go_on(self, world, tenant, catalog):
        product = world.product(tenant, "S-1")
        with world.fault(Fault("outage")):
            world.settle(catalog)
            assert run("sync_catalog", "--tenant", "solar", "--wait")[0] == 1
        product.refresh_from_db()
        assert (product.meta_sync_status, product.meta_sync_attempts) == ("retry", 2)

    def test_a_bad_token_ends_in_three(self, world, tenant, catalog):
        world.product(tenant, "S-1")
        with world.fault(Fault("bad_token")):
            assert run("sync_catalog", "--tenant", "solar", "--wait")[0] == 3

    def test_not_connected_ends_in_two(self, world, tenant):
        code, printed = run("sync_catalog", "--tenant", "solar", "--wait")
        assert code == 2 and "connect_meta" in printed

    def test_a_handle_that_never_ends_ends_at_the_timeout(self, world, tenant, catalog):
        for number in range(8):
            world.product(tenant, f"S-{number}")
        with world.fault(Fault("endless_handle")):
            assert run("sync_catalog", "--tenant", "solar", "--wait", "--timeout", "60")[0] == 1

    def test_without_wait_a_run_is_queued(self, world, tenant, catalog):
        world.product(tenant, "S-1")
        code, printed = run("sync_catalog", "--tenant", "solar")
        assert code == 0 and str(Run.objects.get().pk) in printed


class TestReconcileCatalog:
    def test_reports_and_mends_what_hands_changed_at_meta(self, world, tenant, catalog, other_tenant, other_catalog):
        for number in range(3):
            world.product(tenant, f"R-{number}", price=Decimal("5.00"))
        world.product(other_tenant, "OTHER")
        world.settle(catalog, other_catalog)
        world.standin.edit_item(catalog.catalog_id, "R-0", price="1.00 USD")
        world.standin.delete_item(catalog.catalog_id, "R-1")
        world.standin.add_item(catalog.catalog_id, "FOREIGN")
        world.pass_time(minutes=5)
        code, printed = run("reconcile_catalog", "--tenant", "solar", "--dry-run")
        counts = Run.objects.get().counts
        assert (code, counts["different"], counts["missing"], counts["not_ours"]) == (0, 1, 1, 1)
        assert "price" in printed and world.at_meta(catalog)["R-0"]["price"] == "1.00 USD"
        run("reconcile_catalog", "--tenant", "solar")
        world.settle(catalog)
        assert {sku: item["price"] for sku, item in world.at_meta(catalog).items() if sku != "FOREIGN"} == dict.fromkeys(
            ["R-0", "R-1", "R-2"], "5.00 USD"
        )
        assert "FOREIGN" in world.at_meta(catalog)

    def test_a_paused_catalog_ends_in_three(self, world, tenant, catalog):
        with world.fault(Fault("bad_token")):
            world.product(tenant, "R-1")
            world.settle(catalog)
        assert run("reconcile_catalog", "--tenant", "solar")[0] == 3


def test_products_untouched_by_all_this_keep_their_own_state(world, tenant, other_tenant, catalog, other_catalog):
    stranger = world.product(other_tenant, "X-1")
    run("sync_catalog", "--tenant", "solar", "--wait")
    assert Product.objects.get(pk=stranger.pk).meta_sync_status == "not_synced"
    assert Catalog.objects.get(pk=other_catalog.pk).lease_token == ""
