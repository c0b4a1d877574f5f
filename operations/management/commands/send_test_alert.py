"""`manage.py send_test_alert [--tenant solar]`"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.clock import database_now
from operations.alerting.deliver import deliver_due
from operations.models import Alert
from operations.services import send_test_alert
from tenants.actor import Actor, acting_as
from tenants.models import Tenant


class Command(BaseCommand):
    help = (
        "Sends a test message to everybody who gets the alerts of a business (without --tenant: of the installation), here and now. "
        "Exit code: 0 all delivered, 1 some were not, 2 nobody to tell, or no such business."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SUB_DOMAIN", help="the business's sub-domain, for example solar")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(Actor("command send_test_alert")):
            alert = send_test_alert(self._tenant(options["tenant"]))
        if alert is None:
            raise CommandError("A test was sent less than a minute ago. Please wait a moment.", returncode=1)
        deliver_due(database_now(), only=alert)
        if not self._report(alert):
            sys.exit(1)

    @staticmethod
    def _tenant(sub_domain: str | None) -> Tenant | None:
        if not sub_domain:
            return None
        tenant = Tenant.objects.filter(sub_domain=sub_domain).first()
        if tenant is None:
            raise CommandError(f"--tenant: there is no business “{sub_domain}”.", returncode=2)
        return tenant

    def _report(self, alert: Alert) -> bool:
        """Prints one line per message; True when all arrived."""
        rows = list(alert.deliveries.order_by("channel", "recipient"))
        if not rows:
            raise CommandError(
                "Nobody would be told: set ALERT_EMAILS or ALERT_WEBHOOK_URL, or give an owner of the business an e-mail address.",
                returncode=2,
            )
        for row in rows:
            outcome = "delivered" if row.delivered_at else f"NOT delivered: {row.last_error}"
            self.stdout.write(f"{row.get_channel_display():<8} {row.recipient or 'ALERT_WEBHOOK_URL':<40} {outcome}")
        return all(row.delivered_at for row in rows)
