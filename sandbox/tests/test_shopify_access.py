"""Who may call the Shopify stand-in: tokens for a day, tokens without an end, scopes, versions."""

import pytest

from sandbox.tests.shopify_remote import CLIENT_ID, HOME, SECRET, Remote

SHOP = "{ shop { myshopifyDomain currencyCode } currentAppInstallation { accessScopes { handle } } }"


@pytest.fixture
def remote():
    return Remote(currency="EUR")


def test_an_old_custom_app_has_a_token_without_an_end(remote):
    remote.wait(10 * 365 * 86_400)
    assert remote.data(SHOP)["shop"] == {"myshopifyDomain": "tea.myshopify.com", "currencyCode": "EUR"}


@pytest.mark.parametrize("token", ["", "shpat_wrong", SECRET])
def test_other_tokens_are_401_in_words_of_their_own(remote, token):
    remote.token = token
    answer = remote.post(SHOP)
    assert answer.status_code == 401 and answer.json()["errors"].startswith("[API] Invalid API key or access token")


def test_a_granted_token_lives_24_hours(remote):
    remote.shop.add_app(CLIENT_ID, SECRET)
    grant = remote.grant().json()
    assert grant["expires_in"] == 86_399 and "read_products" in grant["scope"]
    remote.token = grant["access_token"]
    remote.wait(86_398)
    assert remote.post(SHOP).status_code == 200
    remote.wait(2)
    assert remote.post(SHOP).status_code == 401
    remote.token = remote.grant().json()["access_token"]
    assert remote.post(SHOP).status_code == 200


def test_who_gets_no_token(remote):
    remote.shop.add_app(CLIENT_ID, SECRET)
    assert remote.grant(client_secret="no").json()["error"] == "invalid_client"
    assert remote.grant(client_id="no").json()["error"] == "invalid_client"
    assert remote.grant(grant_type="password").status_code == 400
    remote.shop.uninstall(CLIENT_ID)
    answer = remote.grant()
    assert answer.status_code == 400 and "app_not_installed" in answer.text and answer.headers["Content-Type"].startswith("text/html")


def test_a_form_is_as_good_as_json(remote):
    remote.shop.add_app(CLIENT_ID, SECRET)
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
    assert remote.session.post(f"{HOME}/admin/oauth/access_token", data=form).status_code == 200


def test_a_missing_scope_is_an_error_inside_a_200(remote):
    remote.shop.add_app(CLIENT_ID, SECRET, token=remote.token, scopes=["read_inventory"])
    body = remote.ask("{ products(first: 1) { nodes { id } } }")
    assert body["data"] is None and body["errors"][0]["extensions"]["requiredAccess"] == "`read_products` access scope."
    assert remote.data(SHOP)["currentAppInstallation"]["accessScopes"] == [{"handle": "read_inventory"}]


@pytest.mark.parametrize(("asked", "served"), [("2026-10", "2026-10"), ("2027-01", "2027-01"), ("2024-04", "2026-01"), ("unstable",) * 2])
def test_an_old_version_falls_forward(remote, asked, served):
    assert remote.post(SHOP, version=asked).headers["X-Shopify-API-Version"] == served


def test_an_unknown_version_and_address_are_404(remote):
    assert remote.post(SHOP, version="latest").status_code == 404
    assert remote.session.get(f"{HOME}/admin/api/2026-10/products.json").status_code == 404


def test_calls_are_told_without_their_tokens(remote):
    remote.post(SHOP)
    remote.token = "shpat_wrong"
    remote.post(SHOP)
    calls = remote.shop.calls("graphql")
    assert [call.outcome for call in calls] == ["ok", "error 401"] and [call.key_tail for call in calls] == ["_old", "rong"]
    assert "shpat" not in repr(calls) and SECRET not in repr(remote.shop.apps)
