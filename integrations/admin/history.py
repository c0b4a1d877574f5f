"""A shop's past imports: how long each took as bars, with the same in a table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.fields.json import KT
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common.admin import render_badge
from integrations.admin.links import run_page
from integrations.admin.words import run_badge, seconds_words, show_moment, sums
from integrations.models import StoreConnection
from integrations.runs.orders import subject_of
from integrations.runs.results import duration_of
from operations.models import Run, RunKind, RunStatus

SHOWN = 20
HIGHEST = 64  # pixels
WIDTH, GAP = 14, 4
KINDS = {"dry_run": "only looked", "part": "some products", "full": "compared everything"}
FEWEST_BARS = 2  # One bar says nothing.


@dataclass(frozen=True)
class Bar:
    """One import of everything that ended well. x, y, height: pixels; text: what it stands for."""

    x: int
    y: int
    height: int
    text: str


def past_runs(connection: StoreConnection) -> list[Any]:
    """The newest runs of a shop, first the newest, without their long columns; `order_<name>`: "true" where it was asked for."""
    runs = Run.objects.for_tenant(connection.tenant_id).filter(kind=RunKind.IMPORT, subject=subject_of(connection.pk))
    runs = runs.defer("params", "cursor")
    return list(runs.annotate(**{f"order_{name}": KT(f"params__{name}") for name in KINDS})[:SHOWN])


def show_history(connection: StoreConnection) -> SafeString:
    """Bars and table; a sentence where nothing was imported yet."""
    runs = past_runs(connection)
    bars = duration_bars([run for run in reversed(runs) if _is_whole(run)])
    context = {
        "rows": [_row(run, connection) for run in runs], "bars": bars if len(bars) >= FEWEST_BARS else [], "summary": trend_words(runs),
        "width": len(bars) * (WIDTH + GAP), "height": HIGHEST,
    }  # fmt: skip
    return SafeString(render_to_string("integrations/history.html", context))


def duration_bars(runs: list[Run]) -> list[Bar]:
    """One bar per run, oldest first; the longest is the highest, and each can be seen."""
    longest = max((duration_of(run) for run in runs), default=0.0) or 1.0
    bars = []
    for place, run in enumerate(runs):
        height = max(round(HIGHEST * duration_of(run) / longest), 2)
        text = f"{_day(run.created_at)}: {seconds_words(duration_of(run))}"
        bars.append(Bar(place * (WIDTH + GAP), HIGHEST - height, height, text))
    return bars


def trend_words(runs: list[Any]) -> str:
    """ "The last 12 imports of everything took 38 s to 65 s; the newest one 42 s." """
    took = [duration_of(run) for run in runs if _is_whole(run)]
    if not took:
        return ""
    if len(took) == 1:
        return f"The one import of everything took {seconds_words(took[0])}."
    return (
        f"The last {len(took)} imports of everything took {seconds_words(min(took))} to {seconds_words(max(took))}; "
        f"the newest one {seconds_words(took[0])}."
    )


def _is_whole(run: Any) -> bool:
    """An import of everything that ended well: only these can be compared."""
    return run.status == RunStatus.COMPLETED and not any(_asked(run, name) for name in ("dry_run", "part"))


def _asked(run: Any, name: str) -> bool:
    return str(getattr(run, f"order_{name}")).lower() in ("true", "1")  # How a database tells JSON's true as text is its own affair.


def _row(run: Any, connection: StoreConnection) -> dict[str, Any]:
    kinds = [words for name, words in KINDS.items() if _asked(run, name)]
    outcome = f"would come: {sums(run.counts)}" if _asked(run, "dry_run") else sums(run.counts)
    return {
        "url": run_page(run), "when": show_moment(run.created_at, connection.tenant), "badge": render_badge(run_badge(run)),
        "kind": ", ".join(kinds), "by": run.started_by,
        "sums": run.message if run.status in (RunStatus.FAILED, RunStatus.CANCELLED) else outcome,
        "products": f"{run.total:,} product{'' if run.total == 1 else 's'}" if run.total else "",
        "took": seconds_words(duration_of(run)) if run.started_at else "—",
    }  # fmt: skip


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
