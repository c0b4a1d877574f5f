"""Time in the test's hands, a webhook receiver, a mail server, and one worker that answers when the test says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from common import clock
from operations.alerting.deliver import deliver_due
from operations.tests.receivers import MoodyMail, Receiver, listening


class Post:
    """The world outside: the clock, the mail box and the webhook's receiver."""

    def __init__(self, receiver: Receiver) -> None:
        self.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
        self.receiver = receiver

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def deliver(self, **delta: float) -> int:
        """A worker, some time later."""
        self.pass_time(**delta)
        return deliver_due(self.now)

    def mails(self, address: str) -> list[str]:
        """Subjects of what arrived at an address."""
        return [message.subject for message in mail.outbox if message.to == [address]]


@pytest.fixture
def post(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with listening() as (receiver, address):
        world = Post(receiver)
        settings.ALERT_WEBHOOK_URL = address
        settings.ALERT_WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        settings.ALERT_EMAILS = ["operator@example.com"]
        settings.PUBLIC_BASE_URL = "https://shop.example.com"
        settings.EMAIL_BACKEND = "operations.tests.receivers.MoodyMail"
        MoodyMail.down = False
        monkeypatch.setattr(clock, "server_time", lambda: world.now)
        yield world
        MoodyMail.down = False
