"""How an import goes, for its run's page: the steps, the speed, the last sign of life. Words only; what can be done is run_extension.py."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from integrations.admin.words import clock_words, seconds_words
from integrations.models import StoreConnection
from integrations.runs import progress_of
from integrations.runs.orders import Order, order_of
from integrations.runs.progress import END
from operations.models import Run, RunStatus

STEPS = {
    "start": "Look at the shop",
    "categories": "Categories",
    "products": "Products",
    "missing": "What is gone from the shop",
    "pictures": "Copy pictures",
}
MARKS = {"done": "✓", "now": "→", "failed": "✗", "asks": "?", "coming": "○"}
SPOKEN = {"done": "done", "now": "at work", "failed": "stopped here", "asks": "waits for your answer", "coming": "to come"}


@dataclass(frozen=True)
class Step:
    """title: what is done; state: key of MARKS."""

    title: str
    state: str


def steps_of(run: Run, connection: StoreConnection | None) -> list[Step]:
    """The steps of this import and how far it is."""
    names = [name for name in STEPS if _is_part(name, order_of(run), connection)]
    phase = progress_of(run).phase
    if run.status == RunStatus.COMPLETED or phase == END:
        return [Step(STEPS[name], "done") for name in names]
    at = names.index(phase) if phase in names else 0
    here = {RunStatus.RUNNING: "now", RunStatus.NEEDS_CONFIRMATION: "asks", RunStatus.QUEUED: "now" if at else "coming"}
    states = ["done"] * at + [here.get(RunStatus(run.status), "failed")] + ["coming"] * len(names)
    return [Step(STEPS[name], state) for name, state in zip(names, states, strict=False)]


def _is_part(name: str, order: Order, connection: StoreConnection | None) -> bool:
    if name == "missing":
        return not order.part
    return name != "pictures" or (connection is not None and connection.download_images and not order.dry_run)


def show_steps(run: Run, connection: StoreConnection | None) -> SafeString:
    """As a list; the state of each is said, not only drawn."""
    rows = ((step.state, MARKS[step.state], SPOKEN[step.state], step.title) for step in steps_of(run, connection))
    item = '<li class="shop-step-{}"><span aria-hidden="true">{}</span><span class="shop-say">{}: </span>{}</li>'
    return format_html('<ol class="shop-progress">{}</ol>', format_html_join("", item, rows))


def pace_words(run: Run) -> str:
    """ "12 products a second, about 2 min left, last news 3 s ago" """
    progress = progress_of(run)
    parts = []
    if progress.per_second:
        speed = f"{progress.per_second:,.0f}" if progress.per_second >= 10 else f"{progress.per_second:.1f}"
        parts.append(f"{speed} products a second")
    if progress.seconds_left is not None:
        parts.append(f"about {seconds_words(progress.seconds_left)} left")
    parts += [words for words in (news_words(run),) if words]
    return ", ".join(parts) or "—"


def news_words(run: Run) -> str:
    """ "last news 3 s ago" while it runs, "tries again at 14:05" while it waits for the shop."""
    if waits := progress_of(run).waits_until:
        return f"tries again at {clock_words(waits, run.tenant)}"
    if run.status != RunStatus.RUNNING or run.heartbeat_at is None:
        return ""
    ago = max((timezone.now() - run.heartbeat_at).total_seconds(), 0)
    return f"last news {seconds_words(round(ago)) if ago >= 10 else f'{ago:.0f} s'} ago"


def order_words(run: Run) -> str:
    """What was asked for: "Only looks: nothing is written" """
    order = order_of(run)
    parts = ["Only looks: nothing is written"] if order.dry_run else []
    parts.append("Only some products" if order.part else "Compares everything" if order.full else "Takes over what has changed")
    if order.resumes:
        parts.append("goes on where another import stopped")
    return ". ".join(parts) + "."
