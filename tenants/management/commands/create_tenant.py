"""`manage.py create_tenant solar --name "Solar Shop" --currency USD --timezone Africa/Harare --api-key-scopes catalog:view,catalog:edit`"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from tenants.actor import Actor, acting_as
from tenants.scopes import SCOPES
from tenants.services import create_api_key, create_tenant

OPTIONS = {"sub_domain": "SUB_DOMAIN", "name": "--name", "currency": "--currency", "timezone": "--timezone", "scopes": "--api-key-scopes"}


class Command(BaseCommand):
    help = "Creates a business and, with --api-key-scopes, a key for the API that is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sub_domain", metavar="SUB_DOMAIN", help="short name: letters, digits, hyphens")
        parser.add_argument("--name", required=True, help="the name people read")
        parser.add_argument("--currency", default="USD", help="ISO 4217 code, for example USD")
        parser.add_argument("--timezone", default="UTC", help="IANA zone, for example Africa/Harare")
        parser.add_argument("--api-key-scopes", default="", help=f"comma list of {', '.join(SCOPES)}")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [scope.strip() for scope in options["api_key_scopes"].split(",") if scope.strip()]
        with acting_as(Actor("command create_tenant")):
            try:
                with transaction.atomic():
                    tenant = create_tenant(
                        options["sub_domain"], options["name"], currency=options["currency"].upper(), timezone=options["timezone"]
                    )
                    plain = create_api_key(tenant, "created by create_tenant", scopes)[1] if scopes else ""
            except ValidationError as error:
                raise CommandError(_words(error), returncode=2) from None
        self.stdout.write(f"Business {tenant.name} created.\nX-TENANT-ID: {tenant.pk}")
        if plain:
            self.stdout.write(f"X-TENANT-API-KEY: {plain}")
            self.stderr.write("Keep the key now: it is not shown again.")


def _words(error: ValidationError) -> str:
    """One line per problem, led by the option it is about."""
    lines = []
    for field, problems in error.message_dict.items():
        lines += [f"{OPTIONS.get(field, field)}: {problem}" for problem in problems]
    return "\n".join(lines)
