"""One step of an import: network first, then one transaction that ends with `job.save`. The cursor says all that the next step must know.

{"phase", "done", "total"} and, from the products on, "seen": intervals of our product ids that the shop has shown (seen.py). "at": the
page (the adapter's cursor, or how many of `only_ids` are done); "stage" and "gone": see missing.py; "after": the last row of the step
before; "out": see pictures.py.
"""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from common.clock import database_now
from integrations.connecting.describing import keep_facts
from integrations.importing import missing, pictures
from integrations.importing.categories import take_in_categories
from integrations.importing.edits import look_again_at_edited
from integrations.importing.job import Cursor, ImportJob, Stopped
from integrations.importing.looking import Sight, look
from integrations.importing.outcome import Outcome
from integrations.importing.pages import AT_ONCE
from integrations.importing.products import take_in
from integrations.importing.seen import Seen
from integrations.models import Answer, LinkQuestion
from integrations.records import FieldProblem

TRIES, END = 3, "end"
NOT_THERE = "The shop no longer has this product."


def import_step(job: ImportJob, cursor: Cursor | None) -> Cursor | None:
    """Does the step that the cursor names (None: the first) and returns the next cursor, None when everything is done.

    Raises the four errors of common/errors.py (then nothing has happened), Stopped, and NeedsConfirmation.
    """
    state = cursor or {"phase": "start", "done": 0, "total": 0}
    return None if state["phase"] == END else _STEPS[state["phase"]](job, state)


def _start(job: ImportJob, cursor: Cursor) -> Cursor | None:
    """Who is there? And what was changed here since the last time?"""
    known = job.connection.facts and job.connection.stale_since is None
    facts = job.adapter.describe() if job.only_ids is None or not known else None
    following = {**cursor, "phase": "categories" if job.only_ids is None else "products", "seen": []}
    following["total"] = len(set(job.only_ids)) if job.only_ids is not None else (facts and facts.products) or 0

    def write() -> Outcome:
        outcome = Outcome()
        if facts is not None:
            keep_facts(job.connection, facts, database_now())
            for words in facts.notes:
                outcome.note(FieldProblem("", "shop", words), name=str(job.connection))
        if not job.dry_run:
            look_again_at_edited(job.connection, database_now())
        return outcome

    return _save(job, "start", write, following)


def _categories(job: ImportJob, cursor: Cursor) -> Cursor | None:
    shelves = job.reader.categories()

    def write() -> Outcome:
        return Outcome() if job.dry_run else take_in_categories(job, shelves, database_now())

    return _save(job, "categories", write, {**cursor, "phase": "products"})


def _products(job: ImportJob, cursor: Cursor) -> Cursor | None:
    if job.only_ids is not None:
        return _named_products(job, cursor, job.only_ids)
    page = job.reader.page(cursor.get("at"))
    sight = look(job, page.raws, compare_all=job.dry_run)
    done = cursor["done"] + len(page.raws)
    if page.total is not None:  # A list that moved is read once more: it does not become longer by that.
        done = min(done, max(page.total, cursor["done"]))
    following = {**cursor, "at": page.next_cursor, "done": done, "total": max(page.total or cursor["total"], done)}
    if page.next_cursor is None:
        following |= {"phase": "missing", "stage": "look"}
    return _save_products(job, "products", sight, following)


def _named_products(job: ImportJob, cursor: Cursor, only_ids: list[str]) -> Cursor | None:
    at = cursor.get("at", 0)
    wanted = list(dict.fromkeys(only_ids))
    ids = job.reader.fitting(wanted[at : at + AT_ONCE])
    raws = job.reader.by_ids(ids)
    there = {job.adapter.external_id(raw) for raw in raws}
    sight = look(job, raws, compare_all=True)
    for external_id in ids:
        if external_id not in there:
            sight.outcome.fail(external_id, "", "not_there", NOT_THERE)
    at += len(ids)
    following = {**cursor, "at": at, "done": at, "total": max(cursor["total"], at)}
    if at >= len(wanted):
        following["phase"] = "pictures"

    def forget() -> None:
        asked = LinkQuestion.objects.filter(connection=job.connection, answer=Answer.OPEN, external_id__among=set(ids) - there)
        if not job.dry_run:
            asked.delete()

    return _save_products(job, "products", sight, following, forget)


def _save_products(
    job: ImportJob, phase: str, sight: Sight, following: Cursor, also: Callable[[], None] | None = None
) -> Cursor | None:
    seen = Seen(following["seen"])

    def write() -> Outcome:
        outcome = take_in(job, sight, seen)
        if also is not None:
            also()
        following["seen"] = Seen.joined(seen, outcome.seen).dump()
        return outcome

    return _save(job, phase, write, following, wrote=also is not None or not sight.is_quiet)


def _missing(job: ImportJob, cursor: Cursor) -> Cursor | None:
    stage = cursor["stage"]
    if stage == "look":
        return _save_products(job, "missing", *missing.look_for_missing(job, cursor))
    if stage == "ask":
        return _save(job, "missing", Outcome, missing.check_brake(job, cursor))
    if stage == "write":
        return _save_products(job, "missing", *missing.look_at_gone(job, cursor))
    ids, following = missing.forget_questions(job, cursor)

    def write() -> Outcome:
        LinkQuestion.objects.filter(pk__in=ids, answer=Answer.OPEN).delete()
        return Outcome()

    return _save(job, "missing", write, following or {**cursor, "phase": "pictures", "after": 0})


def _pictures(job: ImportJob, cursor: Cursor) -> Cursor | None:
    wanted = job.connection.download_images and not job.dry_run
    now, place = database_now(), {"after": 0, **cursor}
    wave, following = pictures.fetch_wave(job, place, now) if wanted else (pictures.Wave(), None)
    out = [host for host in (following or {}).get("out", ()) if host not in place.get("out", ())]
    return _save(job, "pictures", lambda: pictures.enter(job, wave, out, now), following or {**cursor, "phase": END})


def _save(job: ImportJob, phase: str, write: Callable[[], Outcome], following: Cursor, *, wrote: bool = True) -> Cursor | None:
    """One transaction; again from its beginning when somebody else was faster in between. wrote: whether there is more than progress."""
    place = following if following["phase"] != END else None
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                counts = write().tell(job)
                progress = {"done": following["done"], "total": following["total"], "counts": counts}
                if not job.save(**progress, phase=phase, cursor=place, wrote=wrote):
                    raise Stopped
            break
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    job.counts = counts
    return place


_STEPS: dict[str, Any] = {
    "start": _start, "categories": _categories, "products": _products, "missing": _missing, "pictures": _pictures,
}  # fmt: skip
