"""Badges and times as the Meta pages show them."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import Badge, relative_words, render_badge
from common.retry import CATALOG_MAX_ATTEMPTS
from meta_integration.models import MetaState
from meta_integration.said import Said
from products_and_services.models import SyncStatus

BADGES = {
    SyncStatus.SYNCED: Badge("green", "✓ Synced"),
    SyncStatus.FAILED: Badge("red", "✗ Failed (max attempts)"),
    SyncStatus.NOT_SYNCED: Badge("grey", "○ Not synced"),
    SyncStatus.SYNCING: Badge("blue", "↻ Syncing"),
    SyncStatus.REJECTED: Badge("red", "✗ Rejected"),
    SyncStatus.PAUSED: Badge("orange", "⏸ Paused"),
    SyncStatus.HIDDEN: Badge("grey", "○ Hidden"),
}


META_BADGES = {
    MetaState.REJECTED: Badge("red", "✗ Rejected by Meta", hint="Customers do not see it."),
    MetaState.WARNING: Badge("orange", "⚠ Warning", hint="Meta has it and objects to something."),
    MetaState.PROCESSING: Badge("blue", "↻ Processing", hint="Meta has not finished looking at it."),
    MetaState.NOT_ASKED: Badge("grey", "○ Not asked yet", hint="“Ask Meta” asks at once; otherwise the nightly comparison does."),
    MetaState.LIVE: Badge("green", "✓ Live", hint="Meta shows it and objects to nothing."),
}


def show_meta_state(state: MetaState | None) -> SafeString:
    """The badge of Meta's side; a dash while Meta has nothing that customers could see."""
    return render_badge(META_BADGES[state]) if state is not None else format_html("{}", "—")


def show_advice(said: Said) -> SafeString:
    """Meta's words and what to do, one line each."""
    lines = ((one.meaning, f" Meta says: “{one.quote}”" if one.quote else "", one.to_do) for one in said.advice)
    return format_html_join("", '<span class="meta-advice">{}{} <b>What to do:</b> {}</span>', lines)


def badge_of(status: str, attempts: int) -> Badge:
    """The badge of a status; retry tells how many of the five attempts are used."""
    if status == SyncStatus.RETRY:
        return Badge("orange", f"⚠ Retry pending ({attempts}/{CATALOG_MAX_ATTEMPTS})")
    return BADGES[SyncStatus(status)]


def show_badge(status: str, attempts: int = 0) -> SafeString:
    """The badge as HTML."""
    return render_badge(badge_of(status, attempts))


def moment_words(moment: datetime, tenant: Any) -> str:
    """ "in 5 minutes (14:05 CET)", with the date when it is not today; in the business's time zone."""
    now = timezone.now()
    relative = relative_words(moment, now)
    zone = tenant.zone
    local = moment.astimezone(zone)
    form = "%H:%M %Z" if local.date() == now.astimezone(zone).date() else "%Y-%m-%d %H:%M %Z"
    return f"{relative} ({local.strftime(form)})".replace("\xa0", " ")


def show_moment(moment: datetime | None, tenant: Any, empty: str = "—") -> SafeString:
    """The moment in words, machine-readable as well."""
    if moment is None:
        return format_html("{}", empty)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), moment_words(moment, tenant))
