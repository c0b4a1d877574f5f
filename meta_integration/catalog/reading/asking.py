"""The exact look-up behind each finding about an item of ours. What it confirms waits to be sent; what it refutes is struck off."""

from django.db.models import QuerySet

from meta_integration.catalog.asks import Asked, ask
from meta_integration.catalog.reading.brake import holds, tell
from meta_integration.catalog.reading.ledger import close
from meta_integration.catalog.reading.session import BY_ITSELF, Reading
from meta_integration.catalog.rows import make_doubt
from meta_integration.catalog.summary import refresh_summaries
from meta_integration.catalog_service import LOOK_UP_AT_ONCE
from meta_integration.models import CatalogFinding, FindingKind, FindingState

LOOKING = "looking items up"
REFUSED = "Meta refused this very content. Edit the product, or press “Send again”."
HELD = "Held: too many removals at once. Allow removals to let it go."


def ask_findings(reading: Reading) -> bool:
    """Looks up every finding that only the listing suggested, fifty a call. False when the time is up before the end.

    Raises the client's errors, ReadingStoppedError and CatalogPausedError.
    """
    kinds = BY_ITSELF & reading.options.mend
    waiting = reading.findings.filter(state=FindingState.OPEN, asked=False, kind__in=kinds).order_by("id")
    while some := list(waiting.values_list("pk", "item_id")[:LOOK_UP_AT_ONCE]):
        ids = [item_id for _, item_id in some if item_id is not None]
        asked = ask(reading.catalog, ids, reading.service, reading.clock)
        _note(reading, [pk for pk, _ in some], asked)
        refresh_summaries(reading.findings.filter(pk__in=[pk for pk, _ in some]).values_list("product_id", flat=True))
        reading.save(LOOKING)
        if reading.must_stop():
            return False
    return True


def _note(reading: Reading, finding_ids: list[int], asked: Asked) -> None:
    some = CatalogFinding.objects.filter(pk__in=finding_ids)
    _regroup(reading, some.filter(item_id__in=asked.unexpected).exclude(kind=FindingKind.EXTRA))
    some.filter(item_id__in=asked.unexpected).update(asked=True)
    some.filter(item_id__in=asked.refused).update(asked=True, note=REFUSED)
    close(reading, some.filter(item_id__in=asked.wrong), FindingState.MENDED, asked=True)
    close(reading, some.filter(state=FindingState.OPEN, asked=False), FindingState.GONE, asked=True)


def _regroup(reading: Reading, findings: QuerySet[CatalogFinding]) -> None:
    """Its product went while we were reading: what looked different turns out to be extra."""
    for finding in findings:
        reading.counts[finding.kind] -= 1
        reading.counts[FindingKind.EXTRA] += 1
    findings.update(kind=FindingKind.EXTRA)


def release_extras(reading: Reading) -> None:
    """What Meta still has although nothing here carries it, each looked up just before: removed by the next round, unless held."""
    extras = reading.findings.filter(state=FindingState.OPEN, asked=True, kind=FindingKind.EXTRA)
    found = list(extras.values_list("item_id", flat=True))
    held = holds(reading, len(found))
    if held or not reading.options.chosen:  # A few chosen ones say nothing about what else is held.
        tell(reading, len(found) if held else 0)
    if held:
        extras.update(note=HELD)
        return
    make_doubt([pk for pk in found if pk is not None], reading.clock())
    reading.counts["removed"] += close(reading, extras, FindingState.MENDED)
