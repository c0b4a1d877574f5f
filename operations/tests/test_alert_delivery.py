"""An alert reaches people: once per receiver, with a link, again when it is resolved, and not at all when it only flickers."""

import io

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from operations.alerting.deliver import _claim, deliver_due
from operations.models import Alert, AlertDelivery
from operations.services import close_alert, dismiss_alert, raise_alert, send_test_alert
from operations.tests.receivers import MoodyMail
from tenants.models import Membership
from tenants.tests.factories import make_member, make_tenant

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def solar(post):
    solar = make_tenant("Solar", timezone="Africa/Harare")
    make_member(solar, "owner", email="Owner@solar.example")
    make_member(solar, "staff", email="staff@solar.example")
    return solar


@pytest.fixture
def pizza(post):
    pizza = make_tenant("Pizza")
    make_member(pizza, "manager", email="boss@pizza.example")
    return pizza


def open_one(tenant, key="token", **values):
    return raise_alert(tenant, kind="catalog_paused", key=key, title=f"Catalog <{key}> is paused", remedy="Save a new token.",
                       **{"link": "/admin/meta_integration/metaappconfig/"} | values)  # fmt: skip


def test_it_is_told_once_to_those_it_concerns(post, solar, pizza):
    assert open_one(solar)
    assert not open_one(solar)
    for _ in range(5):
        post.deliver(minutes=2)
    assert post.mails("operator@example.com") == post.mails("owner@solar.example") == ["[whatsappcrm] Solar: Catalog <token> is paused"]
    assert post.mails("boss@pizza.example") == post.mails("staff@solar.example") == []
    assert post.receiver.types() == ["alert.opened catalog_paused"]


def test_the_mail_says_what_since_when_and_where(post, solar):
    open_one(solar)
    post.deliver()
    message = next(one for one in mail.outbox if one.to == ["owner@solar.example"])
    page = f"https://shop.example.com/admin/operations/alert/{Alert.objects.get().pk}/change/"
    for text in (message.body, message.alternatives[0][0]):
        assert "2026-11-20 14:00 CAT" in text and "Save a new token." in text and page in text
        assert "https://shop.example.com/admin/meta_integration/metaappconfig/" in text
    assert "Catalog &lt;token&gt; is paused" in message.alternatives[0][0] and "<token>" not in message.alternatives[0][0]


def test_the_webhook_is_signed_and_tells_the_same(post, solar):
    open_one(solar)
    post.deliver()
    headers, _body = post.receiver.calls[0]
    assert post.receiver.all_signed(SECRET, post.now) and not post.receiver.all_signed("another", post.now)
    payload = post.receiver.accepted[headers["webhook-id"]]
    assert payload["type"] == "alert.opened" and payload["timestamp"].startswith("2026-11-20T14:00:00+02:00")
    assert payload["data"]["tenant"] == solar.sub_domain and payload["data"]["url"].startswith("https://shop.example.com/admin/operations/alert/")
    assert payload["data"]["closed_at"] is None


def test_its_end_is_told_once_too(post, solar):
    open_one(solar)
    post.deliver()
    post.pass_time(hours=1)
    assert close_alert(solar, "token") and not close_alert(solar, "token")
    assert post.deliver(minutes=9) == 0  # It might come back.
    post.deliver(minutes=2)
    post.deliver(minutes=2)
    assert post.mails("owner@solar.example")[1:] == ["[whatsappcrm] Resolved: Solar: Catalog <token> is paused"]
    assert post.receiver.types() == ["alert.opened catalog_paused", "alert.closed catalog_paused"]
    assert "Open from 2026-11-20 14:00 CAT to 2026-11-20 15:00 CAT" in mail.outbox[-1].body


def test_a_cause_that_comes_and_goes_is_told_once(post, solar):
    for _ in range(8):
        assert open_one(solar)
        post.deliver(minutes=2)
        assert close_alert(solar, "token")
        post.deliver(minutes=3)
    assert len(post.mails("owner@solar.example")) == 1
    post.deliver(minutes=11)
    assert [subject.startswith("[whatsappcrm] Resolved") for subject in post.mails("owner@solar.example")] == [False, True]
    post.pass_time(minutes=1)
    assert open_one(solar)  # Told as resolved, so this is news.
    post.deliver(minutes=1)
    assert len(post.mails("owner@solar.example")) == 3 and Alert.objects.count() == 2


def test_many_at_once_are_one_mail_and_the_next_comes_a_minute_later(post, solar, pizza):
    for number in range(20):
        open_one(solar, f"a{number}")
    open_one(pizza)
    post.deliver()
    assert post.mails("operator@example.com") == ["[whatsappcrm] 21 alerts for 2 businesses"]
    assert post.mails("owner@solar.example") == ["[whatsappcrm] 20 alerts for Solar"]
    open_one(solar, "late")
    post.deliver(seconds=5)
    assert len(post.mails("owner@solar.example")) == 1
    post.deliver(seconds=60)
    assert len(post.mails("owner@solar.example")) == 2
    assert len(post.receiver.accepted) == 22


def test_who_has_switched_it_off_gets_none(post, solar):
    Membership.objects.filter(tenant=solar).update(alert_emails=False)
    open_one(solar)
    post.deliver()
    assert [message.to for message in mail.outbox] == [["operator@example.com"]]


def test_a_failing_webhook_is_tried_five_times_with_one_id(post, solar, settings):
    settings.ALERT_EMAILS = []
    Membership.objects.all().delete()
    post.receiver.status = 500
    open_one(solar)
    post.deliver()
    for calls, wait in enumerate((5, 15, 45, 135), start=1):
        post.deliver(minutes=wait - 1)
        assert len(post.receiver.calls) == calls
        post.deliver(minutes=1)
        assert len(post.receiver.calls) == calls + 1
    post.deliver(days=2)
    row = AlertDelivery.objects.get()
    assert len(post.receiver.calls) == 5 and len({headers["webhook-id"] for headers, _ in post.receiver.calls}) == 1
    assert (row.attempts, row.next_attempt_at, row.last_error) == (5, None, "The webhook answered HTTP 500.")


def test_a_redirect_is_a_failure_and_gone_ends_it(post, solar):
    post.receiver.status, post.receiver.location = 302, "http://127.0.0.1:1/elsewhere"
    open_one(solar)
    post.deliver()
    assert AlertDelivery.objects.get(channel="webhook").last_error == "The webhook answered HTTP 302."
    post.receiver.status, post.receiver.location = 410, ""
    post.deliver(minutes=6)
    assert AlertDelivery.objects.get(channel="webhook").next_attempt_at is None
    assert len(post.receiver.calls) == 2


def test_a_mail_server_that_is_down_costs_a_wait_and_no_secret(post, solar, caplog):
    MoodyMail.down = True
    open_one(solar)
    post.deliver()
    tried, untried = AlertDelivery.objects.filter(channel="email").order_by("-attempts")
    assert (tried.attempts, untried.attempts) == (1, 0)  # One wait for a hanging server in a round, not one per address.
    assert tried.last_error == "The mail server took no mail (ConnectionRefusedError)." and "canary" not in caplog.text
    MoodyMail.down = False
    post.deliver(minutes=4)
    assert [len(post.mails(row.recipient)) for row in (tried, untried)] == [0, 1]
    post.deliver(minutes=2)
    assert [len(post.mails(row.recipient)) for row in (tried, untried)] == [1, 1]
    assert AlertDelivery.objects.filter(delivered_at__isnull=True).count() == 0


def test_of_two_workers_one_sends(post, solar):
    open_one(solar)
    stale = list(AlertDelivery.objects.all())
    assert [_claim(row, post.now) for row in stale] == [True] * len(stale)
    assert [_claim(row, post.now) for row in AlertDelivery.objects.filter(next_attempt_at__lte=post.now)] == []
    again = list(AlertDelivery.objects.all())
    for row in again:
        row.attempts, row.next_attempt_at = 0, post.now  # as the other worker had read it
    assert [_claim(row, post.now) for row in again] == [False] * len(again)
    assert deliver_due(post.now) == 0


def test_a_worker_that_dies_while_sending_leaves_a_date(post, solar):
    open_one(solar)
    for row in AlertDelivery.objects.all():
        _claim(row, post.now)
    assert post.deliver(minutes=4) == 0
    assert post.deliver(minutes=2) == AlertDelivery.objects.count()


def test_what_a_person_closes_is_not_mailed_but_the_pager_learns_of_it(post, solar):
    open_one(solar)
    post.deliver()
    assert dismiss_alert(Alert.objects.get()) and not dismiss_alert(Alert.objects.get())
    post.deliver(minutes=11)
    assert len(post.mails("owner@solar.example")) == 1
    assert post.receiver.types() == ["alert.opened catalog_paused", "alert.closed catalog_paused"]


def test_what_was_over_before_anybody_was_told_is_not_told(post, solar):
    open_one(solar)
    close_alert(solar, "token")
    post.deliver(minutes=15)
    assert mail.outbox == [] and post.receiver.calls == []
    assert open_one(solar)
    post.deliver()
    assert len(post.mails("owner@solar.example")) == 1


def test_a_link_out_of_the_house_is_not_sent(post, solar):
    open_one(solar, link="https://evil.example/")
    open_one(solar, "two", link="//evil.example/")
    post.deliver()
    assert not [message for message in mail.outbox if "evil" in message.body + message.alternatives[0][0]]
    assert not [body for _, body in post.receiver.calls if b"evil" in body]


def test_a_title_over_several_lines_is_one_subject(post, solar):
    raise_alert(solar, kind="k", key="k", title="one\nBcc: victim@example.com\r\ntwo")
    post.deliver()
    assert post.mails("owner@solar.example") == ["[whatsappcrm] Solar: one Bcc: victim@example.com two"]


# --- the test alert ------------------------------------------------------------------------------------------------------------
def command(*words):
    out = io.StringIO()
    try:
        call_command("send_test_alert", *words, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_the_command_tells_whom_it_reached(post, solar):
    code, printed = command("--tenant", solar.sub_domain)
    assert code == 0 and printed.count("delivered") == 3 and "owner@solar.example" in printed
    assert command("--tenant", solar.sub_domain)[0] == 1  # one a minute
    post.pass_time(minutes=2)
    post.receiver.status = 503
    code, printed = command()
    assert code == 1 and "NOT delivered: The webhook answered HTTP 503." in printed
    assert command("--tenant", "nobody")[0] == 2


def test_nobody_to_tell_is_said(post, settings):
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [], ""
    code, printed = command()
    assert code == 2 and "ALERT_EMAILS" in printed


def test_a_test_is_no_open_alert(post, solar):
    alert = send_test_alert(solar)
    assert alert.closed_at is not None and alert.deliveries.count() == 3
    assert send_test_alert(solar) is None and send_test_alert(None) is not None
    post.pass_time(minutes=2)
    assert send_test_alert(solar) is not None
