"""Pausing and resuming a catalog: throttled for minutes, or stopped until a person acts. Also the short rest in an outage."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from common.clock import database_now
from common.doorbell import ring
from common.errors import NeedsConfigurationError, RemoteError
from meta_integration.catalog.decide import is_due
from meta_integration.models import Catalog, CatalogWatch, MetaAppConfig
from operations.services import close_alert, raise_alert

LONGEST_PAUSE = timedelta(minutes=60)
TOKEN_CODES = frozenset({102, 104, 190})
FIRST_PUSH = "Waiting for your first push"
PAUSED_REMEDY = (
    "Check the token, its permissions and the catalog id in the Meta App Config, then press “Resume”. Saving a new token resumes by "
    "itself. No change is lost meanwhile."
)
FAILURES_BEFORE_REST, REST = 5, timedelta(seconds=60)


def is_callable(catalog: Catalog, now: datetime) -> bool:
    """May this catalog be called at all now?"""
    return catalog.is_current and not _is_switched_off(catalog) and not is_paused(catalog, now)


def _is_switched_off(catalog: Catalog) -> bool:
    """By a person: the business's own pause, or no active configuration."""
    config = catalog.config
    return config is None or not config.is_active or not catalog.tenant.is_active or config.paused_at is not None


def may_be_read(catalog: Catalog, now: datetime) -> bool:
    """May this catalog be compared now? Also before the first push: a person may look at what is there before sending anything."""
    config = catalog.config
    if config is not None and config.paused_at and config.paused_reason == FIRST_PUSH:
        return catalog.is_current and config.is_active and catalog.tenant.is_active and not is_paused(catalog, now)
    return is_callable(catalog, now)


def is_paused(catalog: Catalog, now: datetime) -> bool:
    """True while the engine's own pause holds; one that lies further ahead than an hour was set by a clock that jumped."""
    if catalog.paused_at is None:
        return False
    return catalog.paused_until is None or not is_due(catalog.paused_until, now, LONGEST_PAUSE)


def is_throttled(catalog: Catalog, now: datetime) -> bool:
    """True for a pause that ends by itself, of a catalog that could be called otherwise."""
    return catalog.is_current and is_paused(catalog, now) and catalog.paused_until is not None and not _is_switched_off(catalog)


def is_resting(catalog: Catalog, now: datetime) -> bool:
    """True for a minute after several failures in a row."""
    return catalog.resting_until is not None and not is_due(catalog.resting_until, now, REST)


def pause_for(catalog: Catalog, error: RemoteError, now: datetime) -> None:
    """Stops the catalog: for the minutes Meta named (throttle), or until a person acts (configuration; one alert)."""
    if isinstance(error, NeedsConfigurationError):
        stop_catalog(catalog, error.message, error.code, now)
        return
    _pause(catalog, error.message, error.code, now, now + min(timedelta(seconds=error.retry_after or 300), LONGEST_PAUSE))


def stop_catalog(catalog: Catalog, reason: str, code: int | None, now: datetime) -> None:
    """No call until a person resumes or the token changes; one alert, in the same transaction."""
    with transaction.atomic():
        _pause(catalog, reason, code, now, None)
        raise_alert(
            catalog.tenant,
            kind="catalog_paused",
            key=paused_alert_key(catalog.pk),
            title=f"Catalog {catalog.catalog_id} is paused: {reason}",
            remedy=PAUSED_REMEDY,
            link=reverse("admin:meta_integration_metaappconfig_changelist"),
        )


def _pause(catalog: Catalog, reason: str, code: int | None, now: datetime, until: datetime | None) -> None:
    values = {
        "paused_at": now,
        "paused_until": until,
        "pause_code": code,
        "pause_reason": reason[:500],
        "pause_fingerprint": catalog.config.credentials_fingerprint if catalog.config else "",
    }
    catalog.__dict__.update(values)
    Catalog.objects.filter(pk=catalog.pk).update(**values)
    if code in TOKEN_CODES:  # The token is every catalog's: one failed call is enough.
        Catalog.objects.filter(config=catalog.config_id, is_current=True).update(**values)


def resume(catalog: Catalog) -> None:
    """Ends the pause (a person's word, or a new token) and lets waiting items go at once."""
    with transaction.atomic():
        Catalog.objects.filter(pk=catalog.pk).update(
            paused_at=None, paused_until=None, pause_code=None, pause_reason="", pause_fingerprint="", failures_in_row=0, resting_until=None
        )
        close_alert(catalog.tenant, paused_alert_key(catalog.pk))
        # What failed before is forgiven: otherwise sending would pause again at the next look.
        CatalogWatch.objects.filter(catalog=catalog).update(counted_from=database_now(), warned_at=None, pause_at=None)
        ring("meta_integration.tasks.drain_catalog", catalog.pk)
    catalog.refresh_from_db()


def end_if_over(catalog: Catalog, now: datetime) -> None:
    """Clears a throttle pause whose time is up."""
    if catalog.paused_at and not is_paused(catalog, now):
        Catalog.objects.filter(pk=catalog.pk).update(paused_at=None, paused_until=None, pause_code=None, pause_reason="")
        catalog.paused_at = catalog.paused_until = None


def pause_by_person(config: MetaAppConfig, reason: str, now: datetime) -> None:
    """The business's own switch: no call to Meta until it is resumed. Changes are kept."""
    config.paused_at, config.paused_reason = now, reason[:300]
    MetaAppConfig.objects.filter(pk=config.pk).update(paused_at=now, paused_reason=config.paused_reason)


def resume_by_person(config: MetaAppConfig) -> None:
    """Ends the business's own pause and every pause of its catalogs."""
    with transaction.atomic():
        config.paused_at, config.paused_reason = None, ""
        MetaAppConfig.objects.filter(pk=config.pk).update(paused_at=None, paused_reason="")
        for catalog in config.catalogs.filter(is_current=True).select_related("tenant", "config"):
            resume(catalog)


def note_outcome(catalog: Catalog, *, failed: bool, now: datetime) -> None:
    """Counts transient failures in a row; after five the catalog rests a minute, so that an outage costs few calls."""
    if not failed:
        if catalog.failures_in_row:
            Catalog.objects.filter(pk=catalog.pk).update(failures_in_row=0, resting_until=None)
        catalog.failures_in_row, catalog.resting_until = 0, None
        return
    Catalog.objects.filter(pk=catalog.pk).update(failures_in_row=F("failures_in_row") + 1)
    catalog.failures_in_row += 1
    if catalog.failures_in_row >= FAILURES_BEFORE_REST:
        catalog.resting_until = now + REST
        Catalog.objects.filter(pk=catalog.pk).update(resting_until=catalog.resting_until, failures_in_row=0)


def paused_alert_key(catalog_pk: int) -> str:
    """Key of the alert about a pause; watching/rules.py closes it when the pause is over."""
    return f"catalog-paused-{catalog_pk}"
