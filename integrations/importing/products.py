"""A page of products becomes rows: in the step's transaction, set-based, and product by product where the database refuses the page."""

import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, transaction

from common.clock import database_now
from integrations.importing.categories import place
from integrations.importing.identity import identify, load_holders, load_refs
from integrations.importing.items import LINKED, NEW, Item, Ref
from integrations.importing.job import ImportJob
from integrations.importing.looking import Sight, wanted_skus
from integrations.importing.matching import Numbers, load_stored, match_pictures, match_variants
from integrations.importing.newer import settle
from integrations.importing.outcome import Outcome
from integrations.importing.planning import build_steps, deactivation, joined
from integrations.importing.previews import report
from integrations.importing.refs import mark_gone, write_refs
from integrations.importing.seen import Seen
from integrations.importing.sharing import made_up, robbable, share_skus
from products_and_services.steps.writing import write_steps

logger = logging.getLogger("importer")
TRIES = 2
NOT_SAVED = "The database refused it; the log of this time tells more. The other products are not affected."


def take_in(job: ImportJob, sight: Sight, seen: Seen) -> Outcome:
    """Writes what `look` has found, in the caller's transaction. Returns what there is to tell. seen: products counted already."""
    settle(job, sight)
    outcome = Outcome()
    outcome.merge(sight.outcome)
    outcome.counts["unchanged"] += sum(ref.product_id not in seen for ref, _ in sight.unchanged.values())
    if sight.items or sight.gone:
        page = Page(job, seen, sight)
        outcome.merge(page.together(sight.items, sight.gone) or page.one_by_one(sight.items, sight.gone))
    return outcome


class Page:
    """Products that are written at once, or, where the database does not let them, each for itself."""

    def __init__(self, job: ImportJob, seen: Seen, sight: Sight) -> None:
        self.job, self.seen, self.sight = job, seen, sight

    def together(self, items: Sequence[Item], gone: dict[str, Ref]) -> Outcome | None:
        """None when that fails twice: once may be chance, when somebody takes a SKU or deletes a product between the look and the write."""
        items = [item.again(ref=item.ref) for item in items]
        for _ in range(TRIES):
            try:
                with transaction.atomic():
                    return _write(self.job, items, gone, self.seen, self.sight)
            except (OperationalError, InterfaceError):  # An outage is nobody's product.
                raise
            except Exception:
                logger.warning("A page of connection %s could not be written together.", self.job.connection.pk, exc_info=True)
            items = self._afresh(items)
        return None

    def one_by_one(self, items: Sequence[Item], gone: dict[str, Ref]) -> Outcome:
        """One product that cannot be written costs no other."""
        outcome = Outcome()
        for item in self._afresh(items):
            try:
                with transaction.atomic():
                    outcome.merge(_write(self.job, [item], {}, self.seen, self.sight))
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("The product %s of connection %s could not be written.", item.external_id, self.job.connection.pk)
                outcome.fail(item.external_id, item.name, "not_saved", NOT_SAVED)
        with transaction.atomic():
            outcome.merge(_write(self.job, [], gone, self.seen, self.sight))
        return outcome

    def _afresh(self, items: Sequence[Item]) -> list[Item]:
        refs = load_refs(self.job.connection, [item.external_id for item in items])
        return [item.again(ref=refs.get(item.external_id)) for item in items]


def _write(job: ImportJob, items: Sequence[Item], gone: dict[str, Ref], seen: Seen, sight: Sight) -> Outcome:
    outcome, numbers, now = Outcome(), Numbers(job), database_now()
    numbers_of_ours = {number for item in items for number in made_up(job, item)}
    holders = load_holders(job.connection, wanted_skus(items) | numbers_of_ours)
    identify(job, items, holders, outcome)
    coming = [item for item in items if item.fate]
    going = {ref.product_id: ref for ref in gone.values()}
    others = load_stored(job, coming, going.keys() | robbable(holders))
    place(job, coming)
    numbers.products(coming)
    match_variants(job, coming)
    numbers.variants(coming)
    match_pictures(coming)
    numbers.pictures(coming)
    robbed = share_skus(job, coming, holders, others, set(going))
    steps = {item.external_id: build_steps(item, job.connection.provider) for item in coming}
    going = {pk: ref for pk, ref in going.items() if pk in others}
    ended = [step for pk in going if (step := deactivation(pk, others[pk])) is not None]
    if job.dry_run:
        report(job, [item for item in coming if item.product_id not in seen], steps, [others[pk] for pk in going], outcome)
    else:
        every = joined([step for found in steps.values() for step in found] + ended + robbed)
        write_steps(job.connection.tenant_id, every)
        asked_at = sight.asked_at or now
        write_refs(job, coming, now, asked_at, with_time=sight.with_time)
        mark_gone(going.values(), now, asked_at)
    outcome.counts["inactive"] += len(going)
    for item in coming:
        has_news = bool(steps[item.external_id]) and not job.dry_run  # A dry run leaves the news to be found again.
        _settle(item, bool(steps[item.external_id]), has_news or item.product_id not in seen, outcome)
    return outcome


def _settle(item: Item, has_changed: bool, counts: bool, outcome: Outcome) -> None:
    if item.product_id > 0:  # Not a dry run's stand-in.
        outcome.seen.add(item.product_id)
    if counts:
        outcome.counts[{NEW: "created", LINKED: "linked"}.get(item.fate) or ("updated" if has_changed else "unchanged")] += 1
    for problem in [*item.fitted.problems, *item.problems]:
        outcome.note(problem, name=item.name, reference=item.external_id, product_id=item.product_id)
