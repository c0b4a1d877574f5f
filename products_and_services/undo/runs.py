"""What a run did on the whole, and how to take it back without touching what others did since. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from products_and_services.steps.step import FIXED, Key, State, Step, Values, in_order, made, removed, same
from products_and_services.undo.problems import Problem


@dataclass
class Net:
    """The sum of a run's notes about one row. before and after: of a changed row its touched columns, else the whole row."""

    product_id: int
    action: str
    first_id: int
    last_id: int
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)


def net_effects(notes: Iterable[Any]) -> dict[Key, Net]:
    """Sums up a run's notes (oldest first) row by row. What the run both made and deleted leaves nothing.

    Where somebody else wrote a column in between, only what the run wrote after that counts: the older value is no longer its to restore.
    """
    nets: dict[Key, Net] = {}
    for note in notes:
        key = (note.entity, note.entity_id)
        net = nets.get(key)
        if net is None:
            net = nets[key] = Net(note.product_id, note.action, note.id, note.id)
        net.product_id, net.last_id = note.product_id, note.id
        _TAKE_IN[note.action](net, note.changes)
        if net.action == "nothing":
            del nets[key]
    return nets


def _created(net: Net, changes: dict[str, list[Any]]) -> None:
    values = {name: pair[1] for name, pair in changes.items()}
    if net.action == "deleted":
        net.action = "changed"
        net.before = {name: net.before.get(name) for name in net.before.keys() | values.keys()}
        values = {name: values.get(name) for name in net.before}
    net.after = values


def _changed(net: Net, changes: dict[str, list[Any]]) -> None:
    for name, (old, new) in changes.items():
        if net.action == "changed" and not (name in net.after and same(net.after[name], old)):
            net.before[name] = old
        net.after[name] = new


def _deleted(net: Net, changes: dict[str, list[Any]]) -> None:
    if net.action == "created":
        net.action = "nothing"
        return
    last = {name: pair[0] for name, pair in changes.items()}
    mine = {name: net.before[name] for name, value in net.after.items() if same(value, last.get(name))}
    net.action, net.before, net.after = "deleted", {**last, **mine}, {}


_TAKE_IN: dict[str, Callable[[Net, dict[str, list[Any]]], None]] = {"created": _created, "changed": _changed, "deleted": _deleted}


@dataclass
class Plan:
    """Steps to take, and what is left alone. conflicts: (key, column or "", code); their words need the history."""

    steps: list[Step] = field(default_factory=list)
    conflicts: list[tuple[Key, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def plan_back(nets: dict[Key, Net], current: State, edited: Collection[Key] = (), *, overwrite: bool = False) -> Plan:
    """The way back from `current`, which holds the named columns (of rows to be deleted: all) of those rows that still exist.

    edited: rows the run created that others changed since. They stay, with everything the run gave them, unless `overwrite`; so does
    every column that no longer has the value the run wrote.
    """
    plan = Plan()
    kept = {key[1] for key in edited if key[0] == "product" and key in current} if not overwrite else set()
    for key, net in nets.items():
        if net.action == "changed":
            _back_to_old_values(plan, key, net, current.get(key), overwrite)
        elif net.action == "created":
            if key not in current:
                continue
            if key[0] != "product" and net.product_id in kept:
                continue
            if key in edited and not overwrite:
                plan.conflicts.append((key, "", "edited"))
            else:
                plan.steps.append(removed(net.product_id, key, current[key]))
        elif key not in current:
            plan.steps.append(made(net.product_id, key, net.before))
    plan.steps = in_order(plan.steps)
    return plan


def _back_to_old_values(plan: Plan, key: Key, net: Net, current: Values | None, overwrite: bool) -> None:
    if current is None:
        plan.conflicts.append((key, "", "gone"))
        return
    changes = {}
    for name in sorted(net.before.keys() - FIXED):
        now, old = current.get(name), net.before[name]
        if same(now, old):
            continue
        if overwrite or same(now, net.after.get(name)):
            changes[name] = [now, old]
        else:
            plan.conflicts.append((key, name, "changed_since"))
    if changes:
        plan.steps.append(Step(net.product_id, *key, "changed", changes))
