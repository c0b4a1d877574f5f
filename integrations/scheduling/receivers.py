"""What integrations listens to: a shop's entry of celery beat follows the shop and its business's time zone; a shop has its watches."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from common.clock import database_now
from integrations.in_step.watches import keep_watches
from integrations.models import StoreConnection
from integrations.scheduling.schedules import drop_entry, keep_entry
from tenants.models import Tenant


def connection_saved(instance: StoreConnection, raw: bool = False, **_: Any) -> None:
    if not raw:
        keep_entry(instance)
        keep_watches(instance, database_now())


def connection_gone(instance: StoreConnection, **_: Any) -> None:
    drop_entry(instance.pk)


def tenant_saved(instance: Tenant, created: bool = False, raw: bool = False, **_: Any) -> None:
    if not (raw or created):
        for connection in StoreConnection.objects.for_tenant(instance).select_related("tenant").defer("credentials"):
            keep_entry(connection)


def connect_receivers() -> None:
    """Called once, when the app is ready."""
    post_save.connect(connection_saved, sender=StoreConnection, dispatch_uid="integrations.connection_saved")
    post_delete.connect(connection_gone, sender=StoreConnection, dispatch_uid="integrations.connection_gone")
    post_save.connect(tenant_saved, sender=Tenant, dispatch_uid="integrations.tenant_saved")
