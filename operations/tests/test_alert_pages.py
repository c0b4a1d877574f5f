"""The pages and the API of alerts and their messages: who sees what, testing, trying again, closing."""

import pytest

from operations import heartbeats
from operations.models import Alert, AlertDelivery
from operations.services import raise_alert
from tenants.tests.factories import key_headers, logged_in, make_member, make_superuser, make_tenant

ALERTS, DELIVERIES = "/admin/operations/alert/", "/admin/operations/alertdelivery/"


@pytest.fixture
def solar(post):
    solar = make_tenant("Solar")
    make_member(solar, email="ada@solar.example")
    return solar


@pytest.fixture
def owner(solar):
    return logged_in(make_member(solar))


@pytest.fixture
def alert(solar, post):
    raise_alert(make_tenant("Pizza"), kind="k", key="k", title="Foreign alert")
    raise_alert(solar, kind="k", key="k", title="Ours", remedy="Mend it.")
    post.deliver()
    return Alert.objects.get(tenant=solar)


def test_the_alerts_page_shows_who_was_told_but_not_the_operators_address(owner, alert):
    for page in (f"{ALERTS}{alert.pk}/change/", DELIVERIES):
        text = owner.get(page).content.decode()
        assert "ada@solar.example" in text and "The operator of this installation" in text and "✓ Delivered" in text
        assert "operator@example.com" not in text and "Foreign" not in text
    rows = AlertDelivery.objects.filter(alert=alert, recipient="operator@example.com")
    assert "operator@example.com" not in owner.get(f"{DELIVERIES}{rows.get().pk}/change/").content.decode()
    assert owner.get(DELIVERIES, {"q": "operator@example.com"}).content.decode().count("Ours") == 0
    assert "operator@example.com" in logged_in(make_superuser()).get(DELIVERIES).content.decode()


def test_what_did_not_arrive_is_found_and_tried_again(owner, solar, alert, post):
    AlertDelivery.objects.filter(alert=alert, channel="webhook").update(
        delivered_at=None, attempts=5, next_attempt_at=None, last_error="The webhook answered HTTP 503."
    )
    found = owner.get(DELIVERIES, {"state": "given_up"}).content.decode()
    assert "HTTP 503" in found and "✗ Given up" in found and "ada@solar.example" not in found
    chosen = [str(pk) for pk in AlertDelivery.objects.filter(alert=alert).values_list("pk", flat=True)]
    answer = owner.post(DELIVERIES, {"action": "again", "_selected_action": chosen}, follow=True).content.decode()
    assert "1 will be sent now, 2 had been delivered already" in answer
    post.deliver()
    assert AlertDelivery.objects.filter(alert=alert, delivered_at__isnull=True).count() == 0


def test_the_test_button(owner, solar, post):
    assert "Send a test alert" in owner.get(ALERTS).content.decode()
    assert owner.get(f"{ALERTS}test/").status_code == 404
    answer = owner.post(f"{ALERTS}test/", follow=True)
    assert "Below you see to whom" in answer.content.decode()
    assert "less than a minute ago" in owner.post(f"{ALERTS}test/", follow=True).content.decode()
    post.deliver()
    assert post.mails("ada@solar.example") == ["[whatsappcrm] Solar: This is a test"]
    staff = logged_in(make_member(solar, "staff"))
    assert staff.post(f"{ALERTS}test/").status_code == 404 and "Send a test alert" not in staff.get(ALERTS).content.decode()
    assert staff.get(DELIVERIES).status_code == 403


def test_nobody_to_tell_is_said_on_the_page(post, settings):
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [], ""
    owner = logged_in(make_member(make_tenant("Pizza")))
    assert "Nobody would be told" in owner.post(f"{ALERTS}test/", follow=True).content.decode()


def test_the_installations_alerts_are_the_superusers(owner, solar, post):
    raise_alert(None, kind="disk_full", key="disk", title="The disk is almost full", severity="critical")
    root = logged_in(make_superuser())
    assert "The whole installation" in root.get(ALERTS).content.decode()
    assert "The disk is almost full" in root.get("/admin/").content.decode()
    assert "The disk is almost full" in logged_in(make_superuser(), solar).get("/admin/").content.decode()
    assert "The disk is almost full" not in owner.get("/admin/").content.decode() + owner.get(ALERTS).content.decode()


def test_the_start_page_says_what_to_do_and_that_nothing_runs(owner, alert, post):
    text = owner.get("/admin/").content.decode()
    assert "Mend it." in text and "Nothing is being worked on" not in text
    heartbeats.beat(heartbeats.WATCH, post.now)
    post.pass_time(minutes=6)
    assert "Nothing is being worked on" in owner.get("/admin/").content.decode()


def test_the_api_tells_open_alerts_of_its_business(client, solar, alert):
    headers = key_headers(solar, "catalog:view")
    answer = client.get("/v1/alerts/?open=true", headers=headers).json()
    assert [(one["title"], one["closed_at"]) for one in answer["results"]] == [("Ours", None)]
    assert client.get("/v1/alerts/?open=false", headers=headers).json()["count"] == 0
    assert client.get(f"/v1/alerts/{alert.pk}/", headers=headers).json()["remedy"] == "Mend it."
    foreign = Alert.objects.exclude(pk=alert.pk).get()
    assert client.get(f"/v1/alerts/{foreign.pk}/", headers=headers).status_code == 404
