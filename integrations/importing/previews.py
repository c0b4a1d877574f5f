"""Dry runs: what steps would do, as a merchant reads it."""

from collections.abc import Iterable, Mapping, Sequence

from integrations.importing.items import LINKED, NEW, Item
from integrations.importing.job import Change, ImportJob
from integrations.importing.outcome import Outcome
from products_and_services.steps.step import Step, Values
from products_and_services.undo.words import category_names, in_words

TOLD_OF_NEW = ("sku", "price", "sale_price", "stock_quantity", "category_id")
NOTHING, GONE = "—", "a variation that is gone"
DULL = frozenset({"external_id", "external_source", "product_id", "sort_order", "variant_id", "is_default"})


def report(job: ImportJob, items: Sequence[Item], steps: Mapping[str, list[Step]], going: Iterable[Values], outcome: Outcome) -> None:
    """Notes for each item, and for each product that would become inactive, what would change."""
    names = _shelf_names(job, [step for found in steps.values() for step in found])
    for item in items:
        found = steps[item.external_id]
        kind = {NEW: "new", LINKED: "linked"}.get(item.fate) or ("changed" if found else "unchanged")
        outcome.reports.append((kind, item.external_id, item.name, _changes(item, found, names)))
    report_gone(going, outcome)


def report_gone(going: Iterable[Values], outcome: Outcome) -> None:
    """Notes products that would become inactive. going: {"name", "external_id", "is_active"} of each."""
    for values in going:
        changes: list[Change] = [("is_active", "yes", "no")] if values["is_active"] else []
        outcome.reports.append(("inactive", values["external_id"], values["name"], changes))


def _shelf_names(job: ImportJob, steps: Sequence[Step]) -> dict[int, str]:
    stand_ins = {-place - 1: shelf.name for place, shelf in enumerate(job.reader.categories())}
    return stand_ins | category_names(step.changes for step in steps)


def _changes(item: Item, steps: Sequence[Step], names: dict[int, str]) -> list[Change]:
    """Column by column; of a variation with its name before the values. Pictures are only counted."""
    labels = {slot.variant_id: slot.fitted.label for slot in item.slots if slot.fitted is not None}
    changes: list[Change] = []
    for step in steps:
        if step.entity == "variant" and step.action == "created":
            changes += [("variants", NOTHING, labels[step.entity_id])] if step.entity_id in labels else []
        elif step.entity != "image":
            subject = f"{labels.get(step.entity_id, GONE)}: " if step.entity == "variant" else ""
            told = [name for name in step.changes if name not in DULL and (item.fate != NEW or name in TOLD_OF_NEW)]
            for name in told:
                old, new = (subject + in_words(name, value, names) for value in step.changes[name])
                changes.append((name.removesuffix("_id"), old, new))
    return changes + _pictures(item, steps)


def _pictures(item: Item, steps: Sequence[Step]) -> list[Change]:
    touched = [step for step in steps if step.entity == "image"]
    if not touched:
        return []
    after = len(item.pictures)
    before = after + sum(step.action == "deleted" for step in touched) - sum(step.action == "created" for step in touched)
    return [("images", str(before), str(after))]
