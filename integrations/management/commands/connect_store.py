"""`manage.py connect_store --tenant solar woocommerce --url https://shop.example`, `… shopify --shop my-shop.myshopify.com`: keys come from
the environment or a prompt, never from argv."""

import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.connecting.addresses import connected_already, kept_address, put_address
from integrations.connecting.connections import ConnectionResult, check_connection, merged_credentials, save_connection
from integrations.models import Provider, StoreConnection
from integrations.providers import adapter_class, credential_variables
from integrations.providers.base import StoreAdapter
from integrations.scheduling.schedules import schedule_words
from tenants.actor import Actor, acting_as
from tenants.models import Tenant
from tenants.tenant_argument import add_tenant_argument, named_tenant

OPTIONS = {"store_url": "--url", "shop_domain": "--shop", "name": "--name", "provider": "provider"}
REFUSED, USAGE = 1, 2


class Command(BaseCommand):
    help = (
        "Connects a business to its shop and says what was found; a shop that is known already gets the new keys. Keys: from the "
        f"environment ({', '.join(credential_variables())}) or a prompt. Exit code: 0 connected, 1 the shop refuses (nothing is kept), "
        "2 usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("provider", choices=[str(provider) for provider in Provider], help="the kind of shop")
        parser.add_argument("--url", "--shop", required=True, help="the shop's address (https://shop.example), or its domain")
        parser.add_argument("--name", default="", help="how you call it (default: its address)")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["tenant"])
        with acting_as(Actor("command connect_store")):
            try:
                connection, keys = self._connection(tenant, options)
                result = check_connection(connection)
                self._refuse(result)
                save_connection(connection, keys)
            except ValidationError as error:
                lines = [f"{OPTIONS.get(name, name)}: {' '.join(problems)}" for name, problems in error.message_dict.items()]
                raise CommandError("\n".join(lines), returncode=USAGE) from None
        self._report(connection, result)

    def _connection(self, tenant: Tenant, options: dict[str, Any]) -> tuple[StoreConnection, dict[str, str]]:
        """The shop with this address, or a new one, with the keys it is tested with; not saved yet."""
        address = kept_address(options["provider"], options["url"])
        named = StoreConnection(tenant=tenant, provider=options["provider"])
        put_address(named, address)
        connection = connected_already(named) or named
        put_address(connection, address)
        connection.name = options["name"] or connection.name
        keys = _keys(adapter_class(connection.provider))
        tested: Any = merged_credentials(connection, keys)
        connection.credentials = tested
        return connection, keys

    def _refuse(self, result: ConnectionResult) -> None:
        if result.tone == "red":
            said = f"\nThe shop said: {result.said}" if result.said else ""
            raise CommandError(f"Not connected: {result.text} {result.to_do}{said}", returncode=REFUSED)

    def _report(self, connection: StoreConnection, result: ConnectionResult) -> None:
        self.stdout.write(self.style.SUCCESS(result.text))
        if result.to_do:
            self.stdout.write(self.style.WARNING(result.to_do))
        look = f"import_store --tenant {connection.tenant.sub_domain} --connection {connection.pk} --dry-run"
        self.stdout.write(f"Shop {connection.pk}. After the first import: {schedule_words(connection)[0].lower()}"
                          f"{schedule_words(connection)[1:]}. See what would come: {look}")  # fmt: skip


def _keys(adapter: type[StoreAdapter]) -> dict[str, str]:
    """From the environment; what is still missing then is asked for. Raises CommandError naming the variables."""
    keys = {field.name: os.environ.get(field.environment, "").strip() for field in adapter.credential_fields}
    for field in adapter.credential_fields:
        if not keys[field.name] and adapter.credential_problems(keys) and sys.stdin.isatty():
            keys[field.name] = getpass.getpass(f"{field.label}: ").strip()
    wrong = adapter.credential_problems(keys)
    lines = [f"{field.environment}: {' '.join(wrong[field.name])}" for field in adapter.credential_fields if field.name in wrong]
    if lines:
        raise CommandError("\n".join((*lines, "Set keys in the environment (never on the command line).")), returncode=USAGE)
    return keys
