"""`manage.py connect_meta --tenant solar --catalog-id 123..`: secrets come from the environment or a prompt, never from argv."""

import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import RemoteError
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.models import MetaAppConfig
from meta_integration.tenant_argument import add_tenant_argument, named_tenant
from tenants.actor import Actor, acting_as
from tenants.models import Tenant
from tenants.services import record_audit

IDS = {"catalog_id": "--catalog-id", "business_id": "--business-id", "waba_id": "--waba-id", "phone_number_id": "--phone-number-id"}


class Command(BaseCommand):
    help = "Connects a business to its Meta catalog. Secrets: META_ACCESS_TOKEN and META_APP_SECRET from the environment, or a prompt."

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("--catalog-id", required=True, help="from Commerce Manager")
        parser.add_argument("--business-id", default="")
        parser.add_argument("--waba-id", default="", help="WhatsApp Business Account id")
        parser.add_argument("--phone-number-id", default="")
        parser.add_argument("--api-version", default="", help="Graph API version, default META_API_VERSION")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["tenant"])
        config = self._config(tenant, options)
        with acting_as(Actor("command connect_meta")):
            config.save()
            record_audit("meta_connected", tenant, subject=f"catalog {config.catalog_id}")
        self.stdout.write(self.style.SUCCESS(f"{tenant.name} is connected to catalog {config.catalog_id}; every product is queued."))
        self._test(config)

    def _config(self, tenant: Tenant, options: dict[str, Any]) -> MetaAppConfig:
        """The business's active configuration with the new values, or a new one. Raises CommandError naming the option."""
        config = MetaAppConfig.objects.get_active_config(tenant) or MetaAppConfig(tenant=tenant)
        config.access_token = _secret("META_ACCESS_TOKEN", "Access token", required=not config.access_token) or config.access_token
        config.app_secret = _secret("META_APP_SECRET", "App secret (empty: none)", required=False) or config.app_secret
        for name in IDS:
            setattr(config, name, options[name] or getattr(config, name))
        config.api_version = options["api_version"] or config.api_version
        try:
            config.full_clean()
        except ValidationError as error:
            lines = [f"{IDS.get(field, field)}: {' '.join(problems)}" for field, problems in error.message_dict.items()]
            raise CommandError("\n".join(lines), returncode=2) from None
        return config

    def _test(self, config: MetaAppConfig) -> None:
        try:
            catalog = MetaCatalogService(config).describe_catalog()
        except RemoteError as error:
            self.stderr.write(self.style.WARNING(f"Saved, but Meta does not accept it yet: {error.message} (code {error.code})."))
            return
        self.stdout.write(f"Meta answers: catalog “{catalog.get('name', '?')}” with {catalog.get('product_count', '?')} items.")


def _secret(variable: str, prompt: str, *, required: bool) -> str:
    value = os.environ.get(variable, "").strip()
    if not value and sys.stdin.isatty():
        value = getpass.getpass(f"{prompt}: ").strip()
    if required and not value:
        raise CommandError(f"{variable}: set it in the environment (it is never read from the command line).", returncode=2)
    return value
