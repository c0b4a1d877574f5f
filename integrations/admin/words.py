"""Badges, times and sums as the pages about shops show them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Badge, relative_words, render_badge, render_progress
from integrations.models import StoreConnection
from integrations.runs import progress_of
from operations.models import Run, RunStatus
from tenants.models import Tenant

BADGES = {
    RunStatus.QUEUED: Badge("grey", "○ Queued"),
    RunStatus.RUNNING: Badge("blue", "↻ Importing"),
    RunStatus.NEEDS_CONFIRMATION: Badge("orange", "? Needs your answer", hint="The import waits until you confirm or cancel it."),
    RunStatus.COMPLETED: Badge("green", "✓ Completed"),
    RunStatus.FAILED: Badge("red", "✗ Failed"),
    RunStatus.CANCELLED: Badge("grey", "○ Cancelled"),
}
WAITING = Badge("orange", "⏳ Waiting for the shop", hint="The shop did not answer; the import goes on by itself.")
COUNTED = (
    ("created", "new"), ("updated", "changed"), ("linked", "linked"), ("inactive", "made inactive"), ("asked", "to decide"),
    ("failed", "with problems"), ("skipped", "left out"), ("unchanged", "unchanged"),
)  # fmt: skip


def run_badge(run: Run) -> Badge:
    """The state of an import."""
    if run.status == RunStatus.QUEUED and run.tries:
        return WAITING
    return BADGES[RunStatus(run.status)]


def state_badge(connection: StoreConnection) -> Badge:
    """The one state of a shop that matters most now. Reads current_run."""
    if not connection.is_active:
        return Badge("orange", "⏸ Paused", hint="Nothing is read from the shop until you switch it on.")
    if connection.blocked_at is not None:
        return Badge("red", "✗ Key refused", hint=connection.blocked_reason)
    run = connection.current_run
    if run is not None and run.is_open:
        return run_badge(run)
    if connection.imported_at is None:
        return Badge("grey", "○ Not imported yet", hint="“See what would come” shows what an import would do.")
    return Badge("green", "✓ Active")


def show_state(connection: StoreConnection) -> SafeString:
    """The badge, and below it how far a running import is."""
    badge, run = render_badge(state_badge(connection)), connection.current_run
    if run is None or run.status not in (RunStatus.QUEUED, RunStatus.RUNNING) or not connection.is_active:
        return badge
    return format_html('{} <span class="shop-note">{}</span>', badge, progress_bar(run))


def progress_bar(run: Run) -> SafeString:
    """ "300 of 1,154 · reading products" with its bar."""
    progress = progress_of(run)
    amount = f"{progress.done:,} of {progress.total:,}" if progress.total else f"{progress.done:,}" if progress.done else ""
    label = " · ".join(filter(None, (amount, progress.words))) or "starting"
    return render_progress(progress.done, progress.total or progress.done, label)


def sums(counts: Mapping[str, Any]) -> str:
    """ "12 new, 3 changed, 40 unchanged"; what is nought is left out."""
    found = [f"{int(counts[name]):,} {words}" for name, words in COUNTED if counts.get(name)]
    return ", ".join(found) or "nothing to change"


def seconds_words(seconds: float) -> str:
    """ "0.4 s", "42 s", "3 min 20 s", "1 h 5 min" """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def clock_words(moment: datetime, tenant: Tenant) -> str:
    """ "14:05", with the date when it is not today; on the business's clock."""
    local, today = moment.astimezone(tenant.zone), timezone.now().astimezone(tenant.zone).date()
    return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")


def show_moment(moment: datetime | None, tenant: Tenant, empty: str = "—") -> SafeString:
    """ "in 5 minutes (14:05)", machine-readable as well."""
    if moment is None:
        return format_html("{}", empty)
    words = f"{relative_words(moment, timezone.now())} ({clock_words(moment, tenant)})".replace("\xa0", " ")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)
