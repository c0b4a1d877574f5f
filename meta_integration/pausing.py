"""Sending to Meta stopped and started by a person, and what stops it now, in words. The engine's own pauses: catalog/pause.py."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from common.clock import database_now
from meta_integration.catalog.pause import FIRST_PUSH, is_paused, pause_by_person, resume, resume_by_person
from meta_integration.catalog.summary import refresh_catalog_summaries
from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.remedies import PAUSED_ITSELF, remedy_for_pause
from tenants.models import Tenant
from tenants.services import record_audit


@dataclass(frozen=True)
class Pause:
    """Why nothing, or not everything, goes to Meta.

    by_person: until somebody resumes; until: None = until somebody acts.

    catalogs: the paused ones' ids at Meta; is_whole: no other catalog of the business goes on.
    """

    config: MetaAppConfig
    cause: str
    to_do: str
    since: datetime
    until: datetime | None
    by_person: bool
    catalogs: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def is_first_push(self) -> bool:
        """True while the business has not yet started its first push."""
        return self.by_person and self.config.paused_reason == FIRST_PUSH


def pause_of(tenant: Tenant) -> Pause | None:
    """The pause of a business: its own switch first, else the first of its catalogs' pauses (two queries)."""
    config = MetaAppConfig.objects.get_active_config(tenant)
    if config is None:
        return None
    if config.paused_at:
        to_do = "Look at what would be sent, then start it." if config.paused_reason == FIRST_PUSH else "Press “Resume” to go on."
        return Pause(config, config.paused_reason or "Paused by a person.", to_do, config.paused_at, None, True)
    now = database_now()
    current = list(config.catalogs.filter(is_current=True))
    catalogs = [catalog for catalog in current if is_paused(catalog, now)]
    if not catalogs:
        return None
    # The one that needs a person is told before one that ends by itself.
    worst = min(catalogs, key=lambda catalog: (catalog.paused_until is not None, catalog.paused_at))
    remedy = remedy_for_pause(worst.pause_code)
    said = "" if worst.pause_code == PAUSED_ITSELF else "Meta says: "
    code = f" (code {worst.pause_code})." if worst.pause_code and worst.pause_code > 0 else "."
    cause = f"{remedy.meaning} {said}“{worst.pause_reason}”{code}"
    ids = tuple(catalog.catalog_id for catalog in catalogs)
    return Pause(config, cause, remedy.to_do, worst.paused_at or now, worst.paused_until, False, ids, len(catalogs) == len(current))


def pause_business(config: MetaAppConfig, reason: str) -> None:
    """Stops every call to Meta for the business; what changes meanwhile is kept and shown as paused."""
    with transaction.atomic():
        pause_by_person(config, reason, database_now())
        record_audit("meta_sync_paused", config.tenant, subject=str(config), metadata={"reason": reason})
        _refresh(config)


def resume_business(config: MetaAppConfig) -> None:
    """Ends the business's own pause and those of all its catalogs; what waited goes at once."""
    with transaction.atomic():
        resume_by_person(config)
        record_audit("meta_sync_resumed", config.tenant, subject=str(config))
        _refresh(config)


def resume_catalog(catalog: Catalog) -> None:
    """Ends one catalog's pause."""
    with transaction.atomic():
        resume(catalog)
        record_audit("meta_sync_resumed", catalog.tenant, subject=str(catalog))
        refresh_catalog_summaries(catalog)


def _refresh(config: MetaAppConfig) -> None:
    for catalog in config.catalogs.filter(is_current=True).select_related("tenant", "config"):
        refresh_catalog_summaries(catalog)
