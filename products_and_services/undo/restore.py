"""One product back to one of its versions: fields, variants, pictures, further categories and SKUs, in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from products_and_services.models import Revision
from products_and_services.steps.step import Step
from products_and_services.steps.stored import load_whole, lock_products
from products_and_services.steps.writing import write_steps
from products_and_services.undo.checks import check, missing_files
from products_and_services.undo.problems import Problem
from products_and_services.undo.versions import notes_of_removal, state_before, steps_between
from tenants.services import record_audit

TRIES = 3
STOCK = "stock_quantity"


class NotRestorable(Exception):
    """There is no such version to go back to; the text says why."""


@dataclass(frozen=True)
class Restoration:
    """What restoring does, or has done. exists: the product is there now (otherwise it comes back under its old number)."""

    revision: Revision
    product_id: int
    name: str
    exists: bool
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes_stock(self) -> bool:
        """True when the product's stock would change: an old count is rarely what somebody wants back."""
        return any(step.action == "changed" and step.entity == "product" and STOCK in step.changes for step in self.steps)


def preview_restore(revision: Revision, *, keep: Collection[str] = ()) -> Restoration:
    """What restoring the version right after this revision would do; of a deletion: the version before it. Writes nothing.

    keep: columns of the product that stay as they are now. Raises NotRestorable.
    """
    found = _plan(revision, frozenset(keep))
    steps, problems = check(revision.tenant_id, found.steps, missing=missing_files(found.steps))
    return Restoration(found.revision, found.product_id, found.name, found.exists, steps, problems)


def restore_version(revision: Revision, *, keep: Collection[str] = ()) -> Restoration:
    """Restores the version and returns what was done. Its history points to the revision; one announcement, one audit entry.

    Raises NotRestorable; IntegrityError when others take the same SKUs again and again in between.
    """
    missing = missing_files(_plan(revision, frozenset(keep)).steps)  # Asked outside the transaction: the storage may be remote.
    for attempt in range(TRIES):
        try:
            return _restore(revision, frozenset(keep), missing)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _restore(revision: Revision, keep: frozenset[str], missing: set[str]) -> Restoration:
    with transaction.atomic():
        lock_products(revision.tenant_id, [revision.product_id])
        found = _plan(revision, keep)
        steps, problems = check(revision.tenant_id, found.steps, missing=missing)
        write_steps(revision.tenant_id, steps, restores=revision.pk)
        if steps:
            subject = f"{found.name} (number {found.product_id})"
            record_audit("product_restored", revision.tenant, subject=subject, metadata={"revision": revision.pk})
    return Restoration(found.revision, found.product_id, found.name, found.exists, steps, problems)


def _plan(revision: Revision, keep: frozenset[str]) -> Restoration:
    product_id = revision.product_id
    current = load_whole(revision.tenant_id, [product_id])
    wanted = state_before(current, _newer(revision))
    product = wanted.get(("product", product_id))
    if product is None:
        raise NotRestorable("The product did not exist at that time, so there is no version to go back to.")
    # Without the columns it had at its creation (history pruned, or written by nobody) nothing whole can come back.
    if ("product", product_id) not in current and not product.get("name"):
        raise NotRestorable("Its history no longer tells enough to bring the product back.")
    name = str(product.get("name") or current.get(("product", product_id), {}).get("name", ""))
    steps = steps_between(product_id, current, wanted, keep)
    return Restoration(revision, product_id, name, ("product", product_id) in current, steps)


def _newer(revision: Revision) -> list[Any]:
    """The product's revisions after the version, newest first."""
    rows = Revision.objects.for_tenant(revision.tenant_id).filter(product_id=revision.product_id).order_by("-pk")
    if revision.action != "deleted" or revision.entity != "product":
        return list(rows.filter(pk__gt=revision.pk))
    older = rows.filter(pk__lte=_last_of_removal(revision, rows))
    removal = notes_of_removal(older.iterator(chunk_size=200))
    return [*rows.filter(pk__gt=removal[0].pk), *removal]


def _last_of_removal(revision: Revision, rows: Any) -> int:
    """The parts of a deleted product may be noted after it."""
    last = revision
    for note in rows.filter(pk__gt=revision.pk).order_by("pk")[:500]:
        if note.action != "deleted":
            break
        last = note
    return last.pk
