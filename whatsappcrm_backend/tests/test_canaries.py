"""Secrets of every kind placed where they belong, and everything that leaves the house searched for them: logs, alerts, mails, webhooks,
metrics, pages, answers. The same over real processes: realprocess/test_canary_secrets.py."""


import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from common import clock, http, redaction
from common.encrypted_field import EncryptedTextField
from integrations.models import HookFarewell, StoreConnection, StoreHooks, StoreToken, WebhookLog
from integrations.runs import run_now
from integrations.webhooks.farewell import remove_webhooks
from meta_integration.graph.client import appsecret_proof
from meta_integration.models import MetaAppConfig
from meta_integration.tests.world import ACCOUNTS, World
from operations.alerting.deliver import deliver_due
from operations.alerting.rules import evaluate
from operations.models import Alert, AlertDelivery, Run, RunIssue, RunStatus
from operations.services import raise_alert
from operations.tests.receivers import MoodyMail, listening
from products_and_services.tests.factories import api_client
from sandbox.graph import Fault
from tenants.tests.factories import logged_in, make_member, make_superuser

TOKEN, SECRET, _, _ = ACCOUNTS["solar"]
ENVIRONMENT = {
    name: f"canary-{name.lower().replace('_', '-')}-0123456789"
    for name in (
        "SECRET_KEY", "META_APP_SECRET", "META_WEBHOOK_VERIFY_TOKEN", "AWS_SECRET_ACCESS_KEY", "ALERT_WEBHOOK_SECRET", "METRICS_TOKEN",
        "EMAIL_HOST_PASSWORD",
    )
}  # fmt: skip
VERIFY = "canary-verify-token-0123456789"
HOOKS = ("canary-day-token-0123456789", "canary-hook-secret-0123456789", "canary-old-secret-0123456789")
SHOP = {"consumer_key": "ck_canary-key-0123456789", "consumer_secret": "cs_canary-secret-0123456789"}


@pytest.fixture
def world(db, settings, monkeypatch):
    monkeypatch.setattr(redaction, "_known", ())
    for name, value in ENVIRONMENT.items():
        setattr(settings, name, value)
    redaction.hide(*ENVIRONMENT.values())
    settings.EMAIL_BACKEND = "operations.tests.receivers.MoodyMail"
    settings.ALERT_EMAILS = ["operator@example.com"]
    MoodyMail.down = False
    return World(settings, monkeypatch)


def test_every_encrypted_column_has_its_canary_here():
    """A new secret column fails this test until the walk below fills it."""
    columns = {f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in model._meta.concrete_fields
               if isinstance(field, EncryptedTextField)}  # fmt: skip
    of_meta = {f"meta_integration.MetaAppConfig.{name}" for name in ("access_token", "app_secret", "verify_token")}
    of_shops = {"StoreConnection.credentials", "StoreToken.value", "StoreHooks.secret", "StoreHooks.old_secret", "HookFarewell.credentials"}
    assert columns == of_meta | {f"integrations.{name}" for name in of_shops}


def test_secrets_turn_up_nowhere(world, settings, monkeypatch, tenant, other_tenant, lines, all_lines_of, capsys):
    all_lines_of("graph", "catalog_service", "signals")
    catalog, other = world.connect(tenant), world.connect(other_tenant)
    MetaAppConfig.objects.filter(tenant=tenant).update(verify_token=VERIFY)
    owner = make_member(tenant, email="owner@solar.example")
    for number in range(7):
        world.product(tenant, f"S-{number}")
        world.product(other_tenant, f"P-{number}")
    for fault in (Fault("outage"), Fault("html"), Fault("lost_after"), Fault("broken_json"), Fault("error")):
        with world.fault(fault):
            world.work(catalog)
        world.pass_time(minutes=140)
    with world.fault(Fault("bad_token")):
        world.settle(catalog, other)
    shop = StoreConnection.objects.create(tenant=tenant, store_url="https://127.0.0.1/shop", credentials=SHOP)
    assert run_now(shop).status == RunStatus.FAILED  # Such an address is not opened; what is told of it is searched as well.
    StoreToken.objects.create(connection=shop, value={"token": HOOKS[0]})
    StoreHooks.objects.update_or_create(connection=shop, defaults={"secret": HOOKS[1], "old_secret": HOOKS[2], "problem": "refused"})
    HookFarewell.objects.create(tenant=tenant, provider="woocommerce", store_url="https://127.0.0.1/old", credentials=SHOP, path="/",
                                due_at=timezone.now())  # fmt: skip
    remove_webhooks(HookFarewell.objects.get().pk)
    words = [*HOOKS, TOKEN, SECRET, appsecret_proof(SECRET, TOKEN), VERIFY, *SHOP.values(), *ENVIRONMENT.values()]
    # The worst case: a text that somebody else wrote, with all of them in it, becomes an alert.
    text = f"access_token={TOKEN} {' '.join(ENVIRONMENT.values())}"
    raise_alert(tenant, kind="k", key="worst", title=text, remedy=text)
    places = {}
    monkeypatch.setattr(clock, "server_time", lambda: world.now)
    with listening() as (receiver, address):
        monkeypatch.setattr(http, "session_factory", None)
        settings.ALERT_WEBHOOK_URL = address
        redaction.hide(address)
        receiver.status = 503
        evaluate(world.now)
        MoodyMail.down = True
        deliver_due(world.now)
        MoodyMail.down, receiver.status = False, 200
        for _ in range(12):
            world.pass_time(minutes=6)
            deliver_due(world.now)
        call_command("send_test_alert")
        places["webhook"] = repr(receiver.calls)
        settings.ALERT_WEBHOOK_URL = ""
    places["mails"] = "".join(message.message().as_string() + message.body for message in mail.outbox)
    places["rows"] = "".join(repr(list(model.objects.values())) for model in (Alert, AlertDelivery, Run, RunIssue, WebhookLog))
    places["metrics"] = world_page(logged_in(make_superuser()), "/metrics")
    alert = Alert.objects.filter(tenant=tenant, key="worst").get()
    shops = ("integrations/storeconnection/", f"integrations/storeconnection/{shop.pk}/change/", "integrations/webhooklog/")
    for path in ("", "operations/alert/", "operations/alertdelivery/", f"operations/alert/{alert.pk}/change/", *shops):
        places[f"page {path}"] = world_page(logged_in(owner, tenant), f"/admin/{path}")
    places["API"] = "".join(api_client(tenant).get(f"/v1/{name}/").content.decode() for name in ("alerts", "connections", "webhook-logs"))
    printed = capsys.readouterr()
    places["logs"] = "".join(map(repr, lines())) + printed.out
    assert "alert.opened" in places["webhook"] and "catalog_paused" in places["rows"] and "whatsappcrm_open_alerts" in places["metrics"]
    assert [(place, word) for place, text in places.items() for word in [*words, "url-canary-0123456789"] if word in text
            and (place, word) != ("webhook", "url-canary-0123456789")] == []  # fmt: skip


def world_page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()
