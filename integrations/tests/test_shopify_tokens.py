"""Tokens of a Shopify shop: fetched when needed, kept for all processes, one at a time, renewed once when refused; never told."""

import logging
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection as database
from django.utils import timezone

from common import clock
from common.clock import database_now
from common.errors import NeedsConfigurationError, TransientError
from common.lease import claim
from common.tests.keeping_host import Said
from integrations.models import StoreConnection, StoreToken
from integrations.providers.shopify import tokens as module
from integrations.providers.shopify.client import ShopifyClient
from integrations.tests.shopify_edge import CLIENT, KEYS, SECRET, STATIC, UNAUTHORIZED, connected, edge, error, failed, good, unsaved

pytestmark = pytest.mark.django_db
QUERY = "query Shop { shop { name } }"
HTML = "<html><head><title>Oauth error</title></head><body><h1>Oauth error {}</h1><p>Contact the app.</p></body></html>"


@pytest.fixture
def shopify(settings):
    with edge(settings) as running:
        yield running


def fresh(connection):
    """A client of another process."""
    return ShopifyClient(StoreConnection.objects.get(pk=connection.pk))


def refusal(connection):
    with pytest.raises((NeedsConfigurationError, TransientError)) as caught:
        ShopifyClient(connection).execute(QUERY)
    return caught.value


# --- fetching and keeping -----------------------------------------------------------------------------------------------------


def test_one_token_serves_all_processes_for_a_day(shopify, tenant, monkeypatch):
    monkeypatch.setattr(clock, "server_time", timezone.now)
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as traveller:
        shop = connected(tenant)
        for _ in range(3):
            fresh(shop).execute(QUERY)
        assert shopify.given == ["shpat_" + "0" * 32]
        traveller.shift(timedelta(hours=23, minutes=54))
        fresh(shop).execute(QUERY)
        assert len(shopify.given) == 1
        traveller.shift(timedelta(minutes=1))  # Five minutes before Shopify stops to take it.
        fresh(shop).execute(QUERY)
        assert len(shopify.given) == 2


def test_it_is_kept_encrypted(shopify, tenant):
    shop = connected(tenant)
    fresh(shop).execute(QUERY)
    with database.cursor() as cursor:
        cursor.execute("SELECT value FROM integrations_storetoken")
        [[stored]] = cursor.fetchall()
    assert shopify.given[0] not in stored and SECRET not in str(StoreToken.objects.get().value)


def test_a_connection_that_is_only_tested_leaves_nothing(shopify):
    assert ShopifyClient(unsaved()).execute(QUERY)
    assert not StoreToken.objects.exists()


def test_other_keys_or_another_shop_get_a_token_of_their_own(shopify, tenant):
    shop = connected(tenant)
    fresh(shop).execute(QUERY)
    shop.credentials = {**KEYS, "client_secret": "shpss_another"}
    shop.save()
    assert refusal(StoreConnection.objects.get()).kind == "invalid_client"
    assert [one["client_secret"] for one in shopify.asked_for_tokens] == [SECRET, "shpss_another"]
    shop.credentials, shop.shop_domain = KEYS, "other.myshopify.com"
    shop.save()
    assert refusal(StoreConnection.objects.get()).kind == "no_such_shop"
    assert len(shopify.given) == 1


def test_a_token_that_cannot_be_decrypted_any_more_is_fetched_anew(shopify, tenant):
    shop = connected(tenant)
    fresh(shop).execute(QUERY)
    with database.cursor() as cursor:
        cursor.execute("UPDATE integrations_storetoken SET value = 'written-with-a-lost-secret'")
    assert fresh(shop).execute(QUERY)
    assert len(shopify.given) == 2


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_removed_meanwhile_can_still_be_asked_to_the_end(shopify, tenant):
    shop = connected(tenant)
    client = fresh(shop)
    shop.delete()
    assert client.execute(QUERY) and not StoreToken.objects.exists()


# --- refused ------------------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_in_the_middle_is_renewed_and_the_question_asked_again(shopify, tenant):
    shop = connected(tenant)
    client = fresh(shop)
    for page in range(5):
        if page == 3:
            shopify.living.clear()
        assert client.execute(QUERY, {"page": page}) == {"shop": {"name": "Demo"}}
    assert [one["variables"] for one in shopify.questions] == [{"page": page} for page in range(5)]
    assert len(shopify.given) == 2


def test_what_another_process_has_renewed_meanwhile_is_used(shopify, tenant):
    shop = connected(tenant)
    first, second = fresh(shop), fresh(shop)
    first.execute(QUERY)
    second.execute(QUERY)
    shopify.living.clear()
    first.execute(QUERY)
    second.execute(QUERY)
    assert len(shopify.given) == 2


def test_a_new_token_that_is_refused_too_needs_a_person_and_no_third_one(shopify, tenant):
    shop = connected(tenant)
    shopify.answer = lambda question: UNAUTHORIZED
    caught = refusal(shop)
    assert (type(caught), caught.kind, len(shopify.given), len(shopify.questions)) == (NeedsConfigurationError, "new_token_refused", 2, 2)


def test_an_entered_token_that_is_refused_needs_a_person(shopify, tenant):
    shopify.living.clear()
    caught = refusal(connected(tenant, {"access_token": STATIC, "client_secret": SECRET}))
    assert (type(caught), caught.kind, shopify.given) == (NeedsConfigurationError, "bad_token", [])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said(400, HTML.format("shop_not_permitted: Client credentials cannot be performed on this shop.").encode()), "shop_not_permitted"),
        (Said(400, {"error": "invalid_request", "error_description": "Client credentials cannot be performed on this shop."}),
         "shop_not_permitted"),
        (Said(400, HTML.format("app_not_installed").encode()), "app_not_installed"),
        (Said(400, {"error": "invalid_client", "error_description": "Client authentication failed"}), "invalid_client"),
        (Said(401, b"Oauth error invalid_client: unknown client"), "invalid_client"),
        (Said(400, HTML.format("application_cannot_be_found: Could not find Shopify API application").encode()), "invalid_client"),
        (Said(400, b"<html>Something else</html>"), "token_denied"),
        (Said(404, {"errors": "Not Found"}), "no_such_shop"),
        (Said(402, b"{}"), "frozen"),
        (Said(301, b"", {"Location": "https://renamed.myshopify.com/admin/oauth/access_token"}), "shop_moved"),
    ],
)  # fmt: skip
def test_no_token_needs_a_person(shopify, said, kind):
    shopify.no_token = said
    caught = refusal(unsaved())
    assert (type(caught), caught.kind) == (NeedsConfigurationError, kind)
    assert caught.data["remedy"] and shopify.questions == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said(503, b"<html></html>"), "overloaded"),
        (Said(429, b"{}", {"Retry-After": "30"}), "throttled"),
        (Said(body=b"<html>200</html>"), "html"),
        (Said(body={"scope": "read_products"}), "unreadable"),
        (Said(body={"access_token": "with\r\nnewlines"}), "unreadable"),
        (Said(talk=lambda peer: None), "unreachable"),
    ],
)
def test_no_token_for_now(shopify, said, kind):
    shopify.no_token = said
    caught = refusal(unsaved())
    assert (type(caught), caught.kind) == (TransientError, kind)


def test_keys_that_cannot_work_are_not_sent_anywhere(shopify):
    assert refusal(unsaved({"access_token": SECRET})).kind == "secret_as_token"
    assert refusal(unsaved({"client_id": CLIENT})).kind == "no_key"
    for token in ("shpat_0011…", "shpat_00\n11", "شبات"):  # A header cannot hold them: that looked like an outage.
        assert refusal(unsaved({"access_token": token})).kind == "bad_token"
    shop = unsaved()
    shop.shop_domain = "brand.example"
    assert refusal(shop).kind == "wrong_address"
    assert shopify.host.asked == []


def test_plain_http_and_own_networks_are_for_stand_ins_only(shopify, settings):
    settings.ALLOW_PRIVATE_STORE_URLS = False
    assert refusal(unsaved()).kind == "wrong_address"
    assert shopify.host.asked == []


# --- one at a time ------------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.skipif(database.vendor != "postgresql", reason="in a test SQLite lets only one thread in")
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_need_a_token_at_once_fetch_one(shopify, tenant):
    shop = connected(tenant)
    clients, found = [fresh(shop) for _ in range(4)], []
    gate = threading.Barrier(4)

    def work(client):
        gate.wait()
        found.append(client.execute(QUERY))
        database.close()

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(shopify.given)) == (4, 1)


def test_who_waits_for_a_token_in_vain_comes_back_later(shopify, tenant, monkeypatch):
    shop = connected(tenant)
    row = StoreToken.objects.create(connection=shop)
    assert claim(StoreToken, row.pk, database_now())
    seconds = iter(range(1000))
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(seconds), sleep=lambda _: None))
    assert refusal(shop).kind == "token_busy" and shopify.given == []


# --- never told ---------------------------------------------------------------------------------------------------------------


def test_keys_and_tokens_stand_in_no_error_and_no_line(shopify, tenant, caplog):
    caplog.set_level(logging.DEBUG)
    shop = connected(tenant)
    client = fresh(shop)
    client.execute(QUERY)
    token = shopify.given[0]
    echo = f"token {token}, secret {SECRET}"
    told = []
    for said in (failed(error(echo, "ACCESS_DENIED")), Said(403, {"errors": echo}), Said(500, f"<title>{echo}</title>".encode()),
                 good({"x": 1}, search=[{"warnings": [{"message": echo}]}])):  # fmt: skip
        shopify.said = [said]
        with pytest.raises(Exception, match=".") as caught:
            client.execute(QUERY)
        told.append(caught.value)
    shopify.no_token = Said(400, HTML.format(f"invalid_client: {echo}").encode())
    told.append(refusal(unsaved()))
    for one in told:
        seen = f"{one!r} {one.data} {one.__cause__} {one.__context__} {client!r}"
        assert not any(secret in seen for secret in (token, SECRET, token[6:], SECRET[6:]))
    assert token not in caplog.text and SECRET not in caplog.text
