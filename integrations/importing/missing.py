"""Products that no page showed: each is asked for by its number, and only what the shop then does not have becomes inactive.

Three stages: look (everything not seen is asked for; what is there after all comes in), ask (would too much become inactive?), write.
"""

from datetime import datetime
from typing import Any

from common.clock import database_now
from integrations.importing.items import Ref
from integrations.importing.job import Cursor, ImportJob, NeedsConfirmation
from integrations.importing.looking import Sight, look
from integrations.importing.pages import AT_ONCE
from integrations.importing.seen import Seen
from integrations.models import Answer, ExternalRef, LinkQuestion, RefKind

ROWS = 2_000
LEFT_TO_THE_DATABASE = 20  # of the largest intervals of what was seen: mostly there are one or two, and nothing is left
MOST, SHARE = 20, 0.2  # More than both is for a person to decide.


def look_for_missing(job: ImportJob, cursor: Cursor) -> tuple[Sight, Cursor]:
    """Asks for the next hundred, or as many as fit, that were not seen. Returns what to take in, and the cursor behind them."""
    seen, gone = Seen(cursor["seen"]), Seen(cursor.get("gone", ()))
    found, after = unseen(job, seen, cursor.get("after", 0))
    if not found:
        return Sight(), {**cursor, "stage": "ask" if gone else "questions", "after": 0}
    fits = job.reader.fitting(list(found))
    if len(fits) < len(found):
        after = found[fits[-1]].id
    there = {job.adapter.external_id(raw): raw for raw in job.reader.by_ids(fits, _surely_there(job, seen))}
    sight = look(job, there.values())
    gone.add(found[external_id].product_id for external_id in fits if external_id not in there)
    asked = cursor.get("asked") or (sight.asked_at or database_now()).isoformat()  # Of the first hundred: that is on the safe side.
    return sight, {**cursor, "after": after, "gone": gone.dump(), "asked": asked}


def unseen(job: ImportJob, seen: Seen, after: int) -> tuple[dict[str, Ref], int]:
    """{id at the shop: ref} of the next living products that no page has shown, and how far we have come."""
    found: dict[str, Ref] = {}
    living = _refs(job).filter(gone_at__isnull=True)
    for first, last in sorted(seen.dump(), key=lambda pair: pair[0] - pair[1])[:LEFT_TO_THE_DATABASE]:
        living = living.exclude(product__gte=first, product__lte=last)
    while rows := list(living.filter(pk__gt=after).values_list("pk", "external_id", "product_id")[:ROWS]):
        for pk, external_id, product_id in rows:
            after = pk
            if product_id not in seen:
                found[external_id] = Ref(pk, product_id, "", False)
                if len(found) == AT_ONCE:
                    return found, after
    return found, after


def _refs(job: ImportJob) -> Any:
    return ExternalRef.objects.filter(connection=job.connection, kind=RefKind.PRODUCT).order_by("pk")


def _surely_there(job: ImportJob, seen: Seen) -> str:
    """A product that this import has seen."""
    last = seen.last()
    return _refs(job).filter(product_id=last).values_list("external_id", flat=True).first() or "" if last is not None else ""


def check_brake(job: ImportJob, cursor: Cursor) -> Cursor:
    """Raises NeedsConfirmation when more than 20, and more than 20 %, would become inactive, or when the shop showed nothing at all."""
    gone, living = len(Seen(cursor.get("gone", ()))), _refs(job).filter(gone_at__isnull=True).count()
    much = is_much(gone, living, sees_some=bool(cursor["seen"]))
    if much and not job.allow_removals and not job.dry_run:
        raise NeedsConfirmation(gone=gone, of=living)
    # Whoever confirms may do so days later: then each is asked for once more.
    return {**cursor, "stage": "write", "after": 0, "again": much and not job.dry_run}


def is_much(gone: int, living: int, *, sees_some: bool) -> bool:
    """Whether a person decides before `gone` of `living` products become inactive. sees_some: the shop showed any product at all."""
    return (gone > MOST and gone > SHARE * living) or (gone > 0 and not sees_some)


def look_at_gone(job: ImportJob, cursor: Cursor) -> tuple[Sight, Cursor]:
    """The next hundred that become inactive."""
    gone = Seen(cursor.get("gone", ()))
    ids = gone.after(cursor["after"], AT_ONCE)
    if not ids:
        return Sight(), {**cursor, "stage": "questions", "after": 0, "gone": []}
    rows = _refs(job).filter(gone_at__isnull=True, product__among=set(ids)).values_list("pk", "external_id", "product_id")
    refs = {external_id: Ref(pk, product_id, "", False) for pk, external_id, product_id in sorted(rows, key=lambda row: row[2])}
    after, sight = ids[-1], Sight(asked_at=datetime.fromisoformat(cursor["asked"]) if "asked" in cursor else None)
    if cursor["again"]:
        fits = job.reader.fitting(list(refs))
        if len(fits) < len(refs):
            after, refs = refs[fits[-1]].product_id, {external_id: refs[external_id] for external_id in fits}
        raws = job.reader.by_ids(fits, _surely_there(job, Seen(cursor["seen"])))
        sight = look(job, raws)
        for raw in raws:
            refs.pop(job.adapter.external_id(raw), None)
    sight.gone |= refs
    return sight, {**cursor, "after": after}


def forget_questions(job: ImportJob, cursor: Cursor) -> tuple[list[int], Cursor | None]:
    """Ids of open questions about products that the shop no longer has, out of the next hundred; the cursor is None behind the last."""
    rows = LinkQuestion.objects.filter(connection=job.connection, answer=Answer.OPEN, pk__gt=cursor["after"]).order_by("pk")
    asked = dict(rows.values_list("external_id", "pk")[:AT_ONCE])
    if not asked or job.dry_run:
        return [], None
    fits = job.reader.fitting(list(asked))
    there = {job.adapter.external_id(raw) for raw in job.reader.by_ids(fits, _surely_there(job, Seen(cursor["seen"])))}
    return [asked[external_id] for external_id in fits if external_id not in there], {**cursor, "after": asked[fits[-1]]}
