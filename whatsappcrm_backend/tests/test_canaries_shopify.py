"""The same of a Shopify shop whose keys are everywhere: in whatever the shop answers, in each form that an answer may have."""

import itertools
import json
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from common import redaction
from common.tests.keeping_host import Said, keeping
from integrations.connecting.connections import check_connection, remove_connection, save_connection, set_credentials
from integrations.hints.refreshing import refresh_hinted
from integrations.in_step.changes import read_changes
from integrations.models import (
    ExternalRef,
    HookFarewell,
    OrderWriteBack,
    Provider,
    RefKind,
    StoreConnection,
    StoreDelivery,
    StoreHint,
    StoreHooks,
    StoreToken,
    StoreWatch,
    WebhookLog,
)
from integrations.orders.queueing import write_back
from integrations.orders.working import work_on_orders
from integrations.providers import adapter_for
from integrations.providers.orders import StoreCustomer, StoreOrder, StoreOrderLine
from integrations.providers.shopify import client
from integrations.runs import run_now
from integrations.tests.hook_world import sign
from integrations.webhooks import farewell
from integrations.webhooks.asking import ask_for_a_look
from integrations.webhooks.keeping import keep_webhooks
from operations.models import Alert, Run, RunIssue
from products_and_services.tests.factories import ProductFactory, api_client
from tenants.models import AuditEvent
from tenants.tests.factories import logged_in, make_member

pytestmark = pytest.mark.django_db
CLIENT, DOMAIN = "5f0e1d2c3b4a59687766554433221100", "sun.myshopify.com"
# None looks like a key of Shopify's, so that no pattern masks them: the secrets of old apps have no looks either.
SECRET, OLD_SECRET, NEW_SECRET, ENTERED, GRANTED = (
    f"canary-{name}-0123456789" for name in ("client-secret", "secret-of-before", "secret-of-now", "entered-token", "granted-token")
)  # fmt: skip
WORDS = (SECRET, OLD_SECRET, NEW_SECRET, ENTERED, GRANTED)
KEYS = ({"client_id": CLIENT, "client_secret": OLD_SECRET}, {"access_token": ENTERED, "client_secret": SECRET})
HTML = {"Content-Type": "text/html"}


class Gossip:
    """A shop that repeats the keys that it was told, each time in another way. refuses: it takes questions, and objects to each change."""

    def __init__(self):
        self.refuses, self.gives_tokens, self.said = False, True, ""
        self._answers, self._no_tokens = itertools.cycle(range(99)), itertools.cycle(range(99))

    def knows(self, *secrets):
        """From now on."""
        said = self.said = f"What is {' and '.join(secrets)}?"
        page = f"<html><title>{said}</title>{said}</html>".encode()
        self.answers = (
            *(Said(200, _errors(code or said, said)) for code in ("", "ACCESS_DENIED", "INTERNAL_SERVER_ERROR", "undefinedField")),
            *(Said(status, {"errors": said}) for status in (400, 401, 402, 403, 404, 423, 429, 500)),
            Said(502, page, HTML), Said(200, page, HTML), Said(200, said.encode()),
            Said(302, b"", {"Location": f"https://{secrets[0]}.myshopify.com/{secrets[-1]}?access_token={secrets[-1]}"}),
            Said(200, {"data": {"shop": {"id": "1"}}, "extensions": {"search": [{"warnings": [{"message": said}]}]}}),
        )  # fmt: skip
        self._answers = itertools.cycle(self.answers)
        refused = f"invalid_client: What is {secrets[0]}?"
        self._no_tokens = itertools.cycle((Said(400, f"<html>{refused}</html>".encode(), HTML), Said(403, {"error": refused})))

    def __call__(self, asked):
        if asked.path.endswith("/access_token"):
            return Said(200, {"access_token": GRANTED, "expires_in": 86399, "scope": ""}) if self.gives_tokens else next(self._no_tokens)
        if not self.refuses:
            return next(self._answers)
        wrong = {"userErrors": [{"code": "INVALID", "field": None, "message": self.said}]}
        none = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        only = {"legacyResourceId": "9", "variants": {"nodes": [{"legacyResourceId": "70"}]}}
        data = {"named": none, "newest": none, "nodes": [only], "orderCreate": wrong, "webhookSubscriptions": none}
        return Said(200, {"data": {**data, "webhookSubscriptionCreate": wrong}})


def _errors(code, said):
    return {"errors": [{"message": said, "extensions": {"code": code, "requiredAccess": said}}]}


@pytest.fixture
def gossip(settings, monkeypatch, all_lines_of):
    monkeypatch.setattr(redaction, "_known", ())
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda seconds: None))
    settings.ALLOW_PRIVATE_STORE_URLS, settings.PUBLIC_BASE_URL = True, "http://127.0.0.1:8000"
    all_lines_of("shopify", "webhooks", "store_orders", "in_step", "imports")
    with keeping() as host:
        settings.SHOPIFY_BASE_URL = host.url + "/{domain}"
        host.answer = Gossip()
        yield host.answer


def knocked(connection, secret, delivery):
    """A delivery that names the secret as often as it can."""
    body = json.dumps({"id": 9, "title": " ".join(WORDS), "myshopify_domain": " ".join(WORDS)}).encode()
    headers = {"X-Shopify-Topic": "products/update", "X-Shopify-Webhook-Id": delivery, "X-Shopify-Hmac-SHA256": sign(body, secret)}
    return Client().post(f"/webhooks/shopify/{connection.pk}", body, content_type="application/json", headers=headers)


def used(connection, gossip):
    """All that workers and people do with a shop, met by each of its answers; what they are told."""
    told = []
    for _ in range(len(gossip.answers)):
        StoreConnection.objects.update(blocked_at=None, stale_since=timezone.now(), imported_at=timezone.now())
        StoreWatch.objects.update(due_at=None, tries=0)
        OrderWriteBack.objects.update(state="waiting", next_try_at=timezone.now(), asked_at=None)
        StoreHint.objects.update(due_at=timezone.now() - timedelta(days=1))
        fresh = StoreConnection.objects.get(pk=connection.pk)
        told += [repr(check_connection(fresh)), repr(fresh), repr(adapter_for(fresh))]
        told.append(run_now(StoreConnection.objects.get(pk=connection.pk)).message)
        StoreConnection.objects.update(blocked_at=None)
        read_changes(connection.pk)
        StoreConnection.objects.update(blocked_at=None)
        refresh_hinted(connection.pk)
        StoreConnection.objects.update(blocked_at=None)
        ask_for_a_look(connection)
        keep_webhooks(connection.pk)
        StoreConnection.objects.update(blocked_at=None)
        work_on_orders(connection.pk)
        gossip.gives_tokens = not gossip.gives_tokens
        StoreToken.objects.all().delete()
        told += [repr(list(model.objects.filter(pk__gt=0).values())) for model in (OrderWriteBack, StoreWatch, Alert)]
        told += [row.problem for row in StoreHooks.objects.defer("secret", "old_secret")]
    gossip.gives_tokens = gossip.refuses = True
    ask_for_a_look(connection)
    StoreConnection.objects.update(blocked_at=None, stale_since=None)
    keep_webhooks(connection.pk)
    OrderWriteBack.objects.update(state="waiting", next_try_at=timezone.now(), asked_at=None)
    work_on_orders(connection.pk)
    order, hooks = OrderWriteBack.objects.get(), StoreHooks.objects.defer("secret", "old_secret").get()
    assert "Shopify does not enter" in hooks.problem and "does not take this order" in order.error
    gossip.refuses = False
    return [*told, hooks.problem, order.error, order.remedy]


@pytest.mark.parametrize("keys", KEYS, ids=["client", "token"])
def test_the_keys_of_a_shopify_shop_turn_up_nowhere(gossip, tenant, lines, capsys, caplog, monkeypatch, keys):
    connection = StoreConnection(tenant=tenant, provider=Provider.SHOPIFY, shop_domain=DOMAIN, write_orders=True)
    connection = save_connection(connection, keys)
    product = ProductFactory(tenant=tenant, external_id="9")
    ExternalRef.objects.create(connection=connection, kind=RefKind.PRODUCT, external_id="9", product=product)
    write_back(tenant, StoreOrder("ORD1", "USD", (StoreOrderLine(product.pk, None, 1, Decimal(1)),), StoreCustomer("Ada")))
    StoreConnection.objects.update(imported_at=timezone.now())
    StoreHint.objects.create(connection=connection, external_id="9", noted_at=timezone.now(), due_at=timezone.now())
    gossip.knows(*(keys[name] for name in keys if name != "client_id"), *([GRANTED] if "client_id" in keys else []))
    places = {"told": "".join(used(connection, gossip))}
    connection = set_credentials(StoreConnection.objects.get(), {"client_secret": NEW_SECRET})
    answers = [knocked(connection, secret, f"d{number}") for number, secret in enumerate((NEW_SECRET, keys["client_secret"], *["x"] * 6))]
    assert [answer.status_code for answer in answers] == [200, 200, *[401] * 6]
    places["answers"] = "".join(answer.content.decode() + repr(answer.headers) for answer in answers)
    StoreToken.objects.update_or_create(connection=connection, defaults={"value": {"token": GRANTED}})
    StoreHooks.objects.update(signature="wrong", problem="", registered=[{"id": "1", "topic": "t"}])
    models = (WebhookLog, StoreDelivery, Run, RunIssue, Alert, AuditEvent, OrderWriteBack, StoreWatch)
    places["rows"] = "".join(repr(list(model.objects.values())) for model in models)
    places["facts"] = repr(StoreConnection.objects.defer("credentials").values("facts", "blocked_reason", "shop_domain"))
    owner = logged_in(make_member(tenant, email="owner@solar.example"), tenant)
    shown = ["storeconnection/", f"storeconnection/{connection.pk}/change/", "webhooklog/", "storedelivery/", "orderwriteback/"]
    shown += [f"storeconnection/{connection.pk}/delete/", f"orderwriteback/{OrderWriteBack.objects.get().pk}/change/"]
    shown += [f"storedelivery/{StoreDelivery.objects.first().pk}/change/", f"webhooklog/{WebhookLog.objects.first().pk}/change/"]
    for page in shown:
        answer = owner.get(f"/admin/integrations/{page}")
        assert answer.status_code == 200, page
        places[page] = answer.content.decode()
    of_shop = (f"connections/{connection.pk}", f"connections/{connection.pk}/deliveries")
    for path in ("connections", *of_shop, "shop-orders", "webhook-logs", "runs"):
        answer = api_client(tenant).get(f"/v1/{path}/")
        assert answer.status_code == 200, path
        places[f"API {path}"] = answer.content.decode()
    with monkeypatch.context() as patches:  # A fault of ours: its traceback is logged.
        patches.setattr(client, "read_answer", lambda *_: 1 / 0)
        ask_for_a_look(connection)
        keep_webhooks(connection.pk)
    remove_connection(connection)
    letter = HookFarewell.objects.first()
    if letter is not None:
        farewell.remove_webhooks(letter.pk)
    printed = capsys.readouterr()
    places["logs"] = "".join(map(repr, lines())) + printed.out + printed.err + caplog.text
    assert "does not know this client ID" in places["told"] or "does not accept the access token" in places["told"]
    assert "POST sun.myshopify.com" in places["logs"] and "ZeroDivisionError" in places["logs"]
    assert [(place, word) for place, text in places.items() for word in WORDS if word in text] == []
