"""The two ways out: the mail server and the operator's webhook. Decides nothing about when or whether."""

import smtplib
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from common import http

WEBHOOK_DEADLINE = 15.0  # seconds; Standard Webhooks advises 15 to 30
GONE = 410


class NotDelivered(Exception):
    """Why, in words that hold neither address nor secret. final: trying again is pointless; is_down: so it is for everybody else now."""

    def __init__(self, reason: str, *, final: bool = False, is_down: bool = False) -> None:
        super().__init__(reason)
        self.final, self.is_down = final, is_down


def send_mail(recipient: str, subject: str, text: str, html: str, message_id: str) -> None:
    """One mail. Raises NotDelivered. message_id: the same over all attempts, so that mail programs can drop a repeat."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {"Message-ID": f"<{message_id}@{host}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [recipient], headers=headers)
    mail.attach_alternative(html, "text/html")
    try:
        mail.send(fail_silently=False)
    except smtplib.SMTPResponseException as error:
        # The server's own words may repeat what was sent to it; its code is enough.
        raise NotDelivered(f"The mail server refused it ({type(error).__name__} {error.smtp_code}).") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        about_one = isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError, ValueError))
        raise NotDelivered(f"The mail server took no mail ({type(error).__name__}).", is_down=not about_one) from None


def post_webhook(body: bytes, headers: Mapping[str, str]) -> None:
    """One POST to ALERT_WEBHOOK_URL; any 2xx is a success, a redirect is not. Raises NotDelivered."""
    if not settings.ALERT_WEBHOOK_URL:
        raise NotDelivered("ALERT_WEBHOOK_URL is not set any more.", final=True)
    headers = {"Content-Type": "application/json", "User-Agent": "whatsappcrm", **headers}
    try:
        answer = http.call("POST", settings.ALERT_WEBHOOK_URL, headers=headers, body=body, deadline=WEBHOOK_DEADLINE)
    except http.NeverSent as error:
        raise NotDelivered(f"The webhook could not be reached ({error}).") from None
    except http.AnswerLost as error:
        raise NotDelivered(f"The webhook's answer did not arrive ({error}).") from None
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"The webhook answered HTTP {answer.status}.", final=answer.status == GONE)
