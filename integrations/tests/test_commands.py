"""`connect_store` and `import_store`: what they say, and with which exit code."""

import pytest
from django.core.management import CommandError, call_command

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.models import StoreConnection
from integrations.runs import open_run, start_import
from integrations.tests.run_world import QuietAdapter, Script, connect
from operations.models import Run, RunStatus
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db
KEYS = {"WOO_CONSUMER_KEY": "ck_from_environment", "WOO_CONSUMER_SECRET": "cs_from_environment"}


@pytest.fixture
def keys(monkeypatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def command(capsys):
    """Runs a command: (exit code, what it wrote)."""

    def run(name, *arguments):
        try:
            call_command(name, *arguments)
            code = 0
        except SystemExit as ended:
            code = ended.code
        except CommandError as error:
            return error.returncode, str(error)
        seen = capsys.readouterr()
        return code, seen.out + seen.err

    return run


def failing(run_world, error, at=("products", 100)):
    def hook(job, phase, done):
        if (phase, done) == at:
            raise error

    run_world.script.before = hook


# --- connect_store --------------------------------------------------------------------------------------------------------


def test_a_shop_is_connected_and_what_was_found_is_said(run_world, tenant, command, keys):
    code, said = command("connect_store", "--tenant", "solar", "woocommerce", "--url", "shop.example/", "--name", "Main")
    shop = StoreConnection.objects.get()
    assert code == 0 and "Connected to “Quiet” (WooCommerce 9.9, 250 products" in said
    assert f"import_store --tenant solar --connection {shop.pk} --dry-run" in said
    assert (shop.store_url, shop.name, shop.facts) == ("https://shop.example", "Main", {"api": "wc/v3"})
    assert shop.credentials == {"consumer_key": "ck_from_environment", "consumer_secret": "cs_from_environment"}
    assert "ck_from" not in said and AuditEvent.objects.get().actor == "command connect_store"


def test_a_shop_that_refuses_is_not_kept(run_world, tenant, command, keys):
    QuietAdapter.refusal = NeedsConfigurationError("The shop does not know this key.", data={"remedy": "Make one.", "said": "401"})
    code, said = command("connect_store", "--tenant", "solar", "woocommerce", "--url", "https://shop.example")
    assert (code, said) == (1, "Not connected: The shop does not know this key. Make one.\nThe shop said: 401")
    assert not StoreConnection.objects.exists()


def test_a_known_shop_gets_new_keys_and_is_unblocked(run_world, shop, command, keys):
    StoreConnection.objects.update(blocked_at=run_world.now, blocked_reason="Revoked.", name="Mine")
    assert command("connect_store", "--tenant", "solar", "woocommerce", "--url", "https://shop.example/")[0] == 0
    now = StoreConnection.objects.get()
    assert (now.pk, now.name, now.blocked_at, now.credential("consumer_key")) == (shop.pk, "Mine", None, "ck_from_environment")


def test_a_known_shop_is_known_however_its_address_is_written(run_world, shop, command, keys):
    assert command("connect_store", "--tenant", "solar", "woocommerce", "--url", "HTTP://WWW.Shop.example/wp-json/wc/v3")[0] == 0
    assert StoreConnection.objects.get().store_url == "http://www.shop.example"


def test_a_known_shop_keeps_its_keys_when_the_new_ones_are_refused(run_world, shop, command, keys):
    QuietAdapter.refusal = NeedsConfigurationError("No.")
    assert command("connect_store", "--tenant", "solar", "woocommerce", "--url", "https://shop.example/")[0] == 1
    assert StoreConnection.objects.get().credential("consumer_key") == "ck_1"


@pytest.mark.parametrize(
    ("url", "word"), [("ftp://shop.example", "--url"), ("https://ck:cs@shop.example", "fields of their own"), ("", "--url")]
)
def test_an_address_that_is_none_is_a_usage_error(run_world, tenant, command, keys, url, word):
    code, said = command("connect_store", "--tenant", "solar", "woocommerce", "--url", url)
    assert code == 2 and word in said


def test_without_keys_it_says_which_variable(run_world, tenant, command, monkeypatch):
    monkeypatch.delenv("WOO_CONSUMER_KEY", raising=False)
    code, said = command("connect_store", "--tenant", "solar", "woocommerce", "--url", "https://shop.example")
    assert code == 2 and "WOO_CONSUMER_KEY" in said
    assert command("connect_store", "--tenant", "nobody", "woocommerce", "--url", "https://shop.example")[0] == 2


# --- import_store ---------------------------------------------------------------------------------------------------------


def test_an_import_says_what_came_and_sums_the_issues_up(run_world, shop, command):
    code, said = command("import_store", "--tenant", "solar")
    assert code == 0
    assert "created           250" in said and "3 × sku: taken (for example Product 100)" in said
    event = AuditEvent.objects.get(action="woocommerce_sync_triggered")
    assert event.actor == "command import_store" and event.metadata["store_url"] == "https://shop.example"
    assert event.metadata["task_id"] == Run.objects.get().params["task_id"]


def test_products_that_do_not_come_in_are_code_1(run_world, shop, command):
    run_world.script.before = lambda job, phase, done: job.counts.update(failed=2)
    code, said = command("import_store", "--tenant", "solar")
    assert code == 1 and "2 products have problems" in said


def test_a_dry_run_shows_the_differences(run_world, shop, command):
    code, said = command("import_store", "--tenant", "solar", "--dry-run")
    assert code == 0 and "3 new, 3 price changes" in said and "changed       c100  Changed" in said and "price: 1 → 2" in said
    assert StoreConnection.objects.get().imported_at is None


@pytest.mark.parametrize(
    ("error", "code"), [(TransientError("Down."), 1), (PermanentError("No shop."), 1), (NeedsConfigurationError("Key revoked."), 3)]
)
def test_failures_have_codes_and_words(run_world, shop, command, error, code):
    failing(run_world, error)
    found, said = command("import_store", "--tenant", "solar")
    assert found == code and str(error) in said
    assert open_run(shop) is None


def test_a_blocked_or_paused_shop_is_code_3(run_world, shop, command):
    StoreConnection.objects.update(blocked_at=run_world.now, blocked_reason="Key revoked.")
    assert command("import_store", "--tenant", "solar")[0] == 3
    StoreConnection.objects.update(blocked_at=None, is_active=False)
    code, said = command("import_store", "--tenant", "solar")
    assert code == 3 and "paused" in said and not Run.objects.exists()


def test_many_removals_are_code_3_until_somebody_says_yes(run_world, shop, command):
    run_world.script = Script(gone=60)
    code, said = command("import_store", "--tenant", "solar")
    assert code == 3 and "60 of 250" in said and "--allow-removals" in said
    assert command("import_store", "--tenant", "solar")[0] == 3
    code, said = command("import_store", "--tenant", "solar", "--allow-removals")
    assert code == 0 and "inactive           60" in said
    assert Run.objects.get().status == RunStatus.COMPLETED


def test_saying_yes_beforehand_needs_no_second_call(run_world, shop, command):
    run_world.script = Script(gone=60)
    assert command("import_store", "--tenant", "solar", "--allow-removals")[0] == 0


def test_ctrl_c_leaves_a_run_that_resume_goes_on_with(run_world, shop, command):
    failing(run_world, KeyboardInterrupt())
    code, said = command("import_store", "--tenant", "solar")
    assert code == 1 and "Resume" in said
    run_world.script = Script()
    assert command("import_store", "--tenant", "solar", "--resume")[0] == 0
    assert run_world.script.seen[0] == ("products", 100)
    code, said = command("import_store", "--tenant", "solar", "--resume")
    assert code == 1 and "nothing to go on with" in said


def test_an_import_that_is_under_way_is_not_disturbed(run_world, shop, command):
    run = start_import(shop)
    code, said = command("import_store", "--tenant", "solar")
    assert code == 1 and str(run.pk) in said


def test_all_shops_or_the_one_that_is_named(run_world, shop, other_shop, tenant, command):
    second = connect(tenant, store_url="https://second.example")
    assert command("import_store", "--tenant", "solar", "--connection", str(second.pk))[0] == 0
    assert Run.objects.get().subject == f"store {second.pk}"
    assert command("import_store", "--tenant", "solar")[0] == 0
    assert Run.objects.count() == 3
    code, said = command("import_store", "--tenant", "solar", "--connection", str(other_shop.pk))
    assert code == 2 and f"{second.pk} (https://second.example)" in said and "pizzeria" not in said


def test_without_a_shop_it_says_what_to_do(run_world, tenant, command):
    assert command("import_store", "--tenant", "solar") == (2, "“solar” has no shop. Run connect_store first.")
