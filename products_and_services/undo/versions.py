"""Versions of one product, computed backwards from its present state: history need not reach back to the beginning. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from products_and_services.steps.step import FIXED, State, Step, in_order, made, removed, same

ONE_EDIT = timedelta(seconds=2)


def state_before(current: State, notes: Iterable[Any]) -> State:
    """The state before these notes (Revisions of one product, newest first), which lead up to `current`."""
    state = {key: dict(values) for key, values in current.items()}
    for note in notes:
        key = (note.entity, note.entity_id)
        old = {name: pair[0] for name, pair in note.changes.items()}
        if note.action == "created":
            state.pop(key, None)
        elif note.action == "deleted":
            state[key] = old
        elif key in state:
            state[key].update(old)
    return state


def steps_between(product_id: int, current: State, wanted: State, keep: frozenset[str] = frozenset()) -> list[Step]:
    """What turns `current` into `wanted`. keep: columns of the product that stay as they are."""
    steps = [removed(product_id, key, current[key]) for key in current.keys() - wanted.keys()]
    steps += [made(product_id, key, wanted[key]) for key in wanted.keys() - current.keys()]
    for key in current.keys() & wanted.keys():
        now, then = current[key], wanted[key]
        names = [name for name in now.keys() | then.keys() if name not in FIXED and not (key[0] == "product" and name in keep)]
        changes = {name: [now.get(name), then.get(name)] for name in sorted(names) if not same(now.get(name), then.get(name))}
        if changes:
            steps.append(Step(product_id, *key, "changed", changes))
    return in_order(steps)


def is_one_edit(newer: Any, older: Any) -> bool:
    """True when two neighbouring notes belong to one save or delete: same author, same run, moments apart."""
    return (newer.actor, newer.run_id) == (older.actor, older.run_id) and newer.created_at - older.created_at <= ONE_EDIT


def ends_of_edits(notes: Sequence[Any], newer: Any = None) -> set[int]:
    """Ids of the notes (newest first) that are the last of their edit: only there a version is whole. newer: the note before the first."""
    ends = set()
    for note in notes:
        if newer is None or not is_one_edit(newer, note):
            ends.add(note.id)
        newer = note
    return ends


def notes_of_removal(notes: Iterable[Any]) -> list[Any]:
    """The newest notes that together tell of a product's deletion with its parts (newest first); empty when it was not deleted."""
    group: list[Any] = []
    for note in notes:
        if note.action != "deleted" or (group and not is_one_edit(group[-1], note)):
            break
        group.append(note)
    return group if any(note.entity == "product" for note in group) else []
