"""A page before its transaction: what is unchanged, what the rest looks like in our words, and whoever must come along because of a SKU.

Network happens here. Nothing is written.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from integrations.importing import fitting
from integrations.importing.hashes import content_hash
from integrations.importing.identity import load_holders, load_refs
from integrations.importing.items import Item, Ref
from integrations.importing.job import ImportJob
from integrations.importing.locking import is_asked_besides
from integrations.importing.outcome import FAILS_AT, Outcome
from integrations.importing.pages import AT_ONCE
from integrations.importing.refs import is_usable
from integrations.providers.base import Raw

logger = logging.getLogger("importer")
ROUNDS = 10  # Exchanges that reach over more products than that may need another page, or the next import.


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shop says of one product. text: its fingerprint; glance: the cheap text of it."""

    raw: Raw
    text: str
    glance: str


@dataclass
class Sight:
    """items: to be looked at; unchanged: {id at the shop: (ref, what it says)} of those that are not; gone: {id at the shop: ref} of those
    that it no longer has.

    asked_at: when the questions began (None: now); is_alone: nobody else was asking the shop before what is stored was read; is_settled: it
    was compared with what is stored, under lock (newer.py); with_time: that moment is to be noted even where nothing is new.
    """

    items: list[Item] = field(default_factory=list)
    unchanged: dict[str, tuple[Ref, Answer]] = field(default_factory=dict)
    gone: dict[str, Ref] = field(default_factory=dict)
    asked_at: datetime | None = None
    is_alone: bool = False
    is_settled: bool = False
    with_time: bool = False
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def is_quiet(self) -> bool:
        """Nothing is to be written, and nothing to be told but that all is as it was."""
        return not (self.items or self.gone or self.outcome.issues or self.outcome.reports)


def salt_of(job: ImportJob) -> str:
    """What decides, beside the shop's answer, what a product becomes."""
    return f"{job.adapter.transform_version}:{fitting.VERSION}:{int(job.connection.fill_blank_skus)}:{job.adapter.outlook}"


def look(job: ImportJob, raws: Iterable[Raw], *, compare_all: bool = False) -> Sight:
    """What there is to do about these answers of the shop. Raises the four errors of common/errors.py."""
    sight = Sight(asked_at=job.reader.asked_at, is_alone=not is_asked_besides(job.connection.pk))
    if job.dry_run:
        job.reader.categories()  # Asked before the transaction; a dry run has no rows for new ones.
    answers = _by_id(job, raws, sight.outcome)
    _sort(job, answers, sight, compare_all=compare_all or job.full)
    if sight.items:
        _bring_along(job, answers, sight)
    return sight


def _by_id(job: ImportJob, raws: Iterable[Raw], outcome: Outcome) -> dict[str, Raw]:
    """A shop that moves its pages may show a product twice; the later answer counts."""
    found: dict[str, Raw] = {}
    for raw in raws:
        external_id = job.adapter.external_id(raw)
        if not is_usable(external_id):
            outcome.fail(external_id, "", "no_id", "The shop names no usable number for this product, so it cannot be told from others.")
            continue
        found.pop(external_id, None)
        found[external_id] = raw
    return found


def _sort(job: ImportJob, answers: dict[str, Raw], sight: Sight, *, compare_all: bool) -> None:
    refs, salt = load_refs(job.connection, answers), salt_of(job)
    for external_id, raw in answers.items():
        ref, answer = refs.get(external_id), _answer(job, raw, salt)
        if ref is not None:
            sight.outcome.seen.add(ref.product_id)
        if ref is not None and ref.content_hash == answer.text and not ref.is_gone and not compare_all:
            sight.unchanged[external_id] = (ref, answer)
            continue
        item = read_answer(job, external_id, answer, sight.outcome)
        if item is not None:
            item.ref = ref
            sight.items.append(item)


def _answer(job: ImportJob, raw: Raw, salt: str) -> Answer:
    unheeded = job.adapter.unheeded
    heeded = {key: value for key, value in raw.items() if key not in unheeded} if unheeded else raw
    return Answer(raw, content_hash(heeded, salt), job.adapter.glance(raw))


def read_answer(job: ImportJob, external_id: str, answer: Answer, outcome: Outcome) -> Item | None:
    """One answer in our words; None, and an issue, where that fails: one product must not cost the others of its page."""
    raw = answer.raw
    if words := job.adapter.withheld(raw):
        outcome.fail(external_id, "", FAILS_AT, words)
        return None
    try:
        record = job.adapter.transform(raw)
        fitted = fitting.fit(record)
    except Exception:
        logger.exception("The product %s of connection %s could not be read.", external_id, job.connection.pk)
        words = "It could not be read; the log of this time tells more. The other products are not affected."
        outcome.fail(external_id, str(raw.get("name") or ""), "not_read", words)
        return None
    return Item(external_id, answer.text, record, fitted, answer.glance, is_open=not record.variants_are_complete)


def _bring_along(job: ImportJob, answers: dict[str, Raw], sight: Sight) -> None:
    """A SKU that another product of this shop has here: what does the shop say of that one now? So swaps and hand-overs end in one step."""
    asked: set[str] = set()
    for _ in range(ROUNDS):
        wanted = _holders_elsewhere(job, sight, asked)
        if not wanted or len(asked) + len(wanted) > AT_ONCE:
            return
        known = next(iter(answers), "")
        missing = [external_id for external_id in wanted if external_id not in answers]
        fits = job.reader.fitting(missing)
        wanted = [external_id for external_id in wanted if external_id in answers or external_id in fits]
        asked |= set(wanted)
        found = {job.adapter.external_id(raw): raw for raw in job.reader.by_ids(fits, known)}
        found |= {external_id: answers[external_id] for external_id in wanted if external_id in answers}
        refs, salt = load_refs(job.connection, wanted), salt_of(job)
        sight.gone |= {external_id: ref for external_id, ref in refs.items() if external_id not in found and not ref.is_gone}
        sight.unchanged = {external_id: same for external_id, same in sight.unchanged.items() if external_id not in refs}
        for external_id, raw in found.items():
            item = read_answer(job, external_id, _answer(job, raw, salt), sight.outcome)
            if item is not None:
                item.ref = refs.get(external_id)
                sight.items.append(item)
        if len(fits) < len(missing):  # So many variants in all that the rest is for another page, or for the next import.
            return


def _holders_elsewhere(job: ImportJob, sight: Sight, asked: set[str]) -> list[str]:
    """Ids at the shop of products that are not among the items but have a SKU that one of them wants."""
    here = {item.external_id for item in sight.items} | sight.gone.keys() | asked
    holders = load_holders(job.connection, wanted_skus(sight.items))
    others = (holder for holder in holders.values() if holder.connection_id == job.connection.pk and not holder.is_gone)
    return sorted({holder.external_id for holder in others} - here)


def wanted_skus(items: Sequence[Item]) -> set[str]:
    """All SKUs that the shop names for them."""
    return {sku for item in items for sku in item.wanted_skus}
