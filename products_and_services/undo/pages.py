"""A page of a run's products: what the run did to them, what is there now, and the checked steps back."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from operations.models import Run, RunKind
from products_and_services.models import Product, Revision
from products_and_services.steps.step import Key, State, Step, removed
from products_and_services.steps.stored import FIELDS, MODELS, load_categories, load_rows, load_whole
from products_and_services.undo.checks import check, missing_files
from products_and_services.undo.problems import Problem
from products_and_services.undo.runs import Net, Plan, net_effects, plan_back

PAGE = 500
PHASES = ("remove", "skus", "rest")
Nets = dict[Key, Net]


def page_of_products(tenant_id: UUID, run_id: UUID, after: int, most: int, **which: Any) -> list[int]:
    """The next products that the run touched, by number. which: a filter of its revisions."""
    rows = Revision.objects.for_tenant(tenant_id).filter(run_id=run_id, product_id__gt=after, **which)
    return list(rows.order_by("product_id").values_list("product_id", flat=True).distinct()[:most])


def nets_of(tenant_id: UUID, run_id: UUID, product_ids: Collection[int], phase: str = "") -> Nets:
    """What the run did to these products on the whole; of one phase (see rollback.py) or of all."""
    notes = Revision.objects.for_tenant(tenant_id).filter(run_id=run_id, product_id__in=product_ids).order_by("pk")
    nets = net_effects(notes.iterator(chunk_size=2_000))
    if phase == "remove":
        return {key: net for key, net in nets.items() if net.action == "created"}
    if phase == "skus":
        changed = {key: net for key, net in nets.items() if net.action == "changed" and "sku" in net.before}
        return {key: replace(net, before={"sku": net.before["sku"]}) for key, net in changed.items()}
    if phase == "rest":
        return {key: _without_sku(net) for key, net in nets.items() if net.action != "created"}
    return nets


def _without_sku(net: Net) -> Net:
    if net.action != "changed":
        return net
    return replace(net, before={name: value for name, value in net.before.items() if name != "sku"})


def plan_page(
    tenant_id: UUID, run_id: UUID, product_ids: Collection[int], *, overwrite: bool, pending: Collection[Key] = ()
) -> tuple[list[Step], list[Problem]]:
    """All phases for these products together, as a preview."""
    nets = nets_of(tenant_id, run_id, product_ids)
    plan = plan_nets(tenant_id, nets, family_of(tenant_id, run_id), overwrite=overwrite)
    return check_plan(tenant_id, plan, missing_files(plan.steps), pending)


def check_plan(
    tenant_id: UUID, plan: Plan, missing: Collection[str], pending: Collection[Key] = ()
) -> tuple[list[Step], list[Problem]]:
    """The steps that can be taken, and everything that is left alone."""
    mixed = {key for key, _name, _code in plan.conflicts}
    steps, problems = check(tenant_id, plan.steps, missing=missing, mixed=mixed, pending=pending)
    return steps, plan.problems + problems


def family_of(tenant_id: UUID, run_id: UUID) -> set[UUID]:
    """The run, its rollbacks, theirs, and so on: what they note among themselves is nobody's later edit."""
    family, wave = {run_id}, [run_id]
    while wave:
        rollbacks = Run.objects.for_tenant(tenant_id).filter(kind=RunKind.ROLLBACK, params__rolls_back__in=[str(pk) for pk in wave])
        wave = [pk for pk in rollbacks.order_by().values_list("pk", flat=True) if pk not in family]
        family.update(wave)
    return family


def plan_nets(tenant_id: UUID, nets: Nets, runs: Collection[UUID], *, overwrite: bool) -> Plan:
    """The plan from what is stored now, its conflicts in words. runs: as from family_of."""
    current = load_current(tenant_id, nets)
    later = _later_notes(tenant_id, nets, runs) if any(net.action == "created" for net in nets.values()) else []
    plan = plan_back(nets, current, _edited(nets, later), overwrite=overwrite)
    _remove_whole_products(plan, current)
    if plan.conflicts:
        _tell(plan, tenant_id, nets, current, runs)
    return plan


def load_current(tenant_id: UUID, nets: Nets) -> State:
    """The stored state of what the nets are about: of products to be removed everything, else the columns they name."""
    made = [pk for (entity, pk), net in nets.items() if entity == "product" and net.action == "created"]
    state = load_whole(tenant_id, made) if made else {}
    for entity in MODELS:
        mine = {pk: net for (kind, pk), net in nets.items() if kind == entity and (entity, pk) not in state}
        if not mine:
            continue
        names = set(FIELDS[entity]) if any(net.action == "created" for net in mine.values()) else set()
        names |= {name for net in mine.values() if net.action == "changed" for name in net.before}
        state.update({(entity, pk): values for pk, values in load_rows(tenant_id, entity, sorted(names), pk__in=list(mine)).items()})
    moved = [pk for (entity, pk), net in nets.items() if entity == "product" and net.action == "changed" and "categories" in net.before]
    inside = load_categories(moved) if moved else {}
    for pk in moved:
        if ("product", pk) in state:
            state["product", pk]["categories"] = inside.get(pk, [])
    return state


def _later_notes(tenant_id: UUID, nets: Nets, runs: Collection[Any]) -> list[Any]:
    """What others noted about these products since the run began, newest first."""
    ids, since = {net.product_id for net in nets.values()}, min((net.first_id for net in nets.values()), default=0)
    rows = Revision.objects.for_tenant(tenant_id).filter(product_id__in=ids, pk__gt=since)
    others = rows.filter(~Q(run_id__in=runs) | Q(run_id__isnull=True)).order_by("-pk")
    return list(others.only("id", "product_id", "entity", "entity_id", "action", "actor", "changes"))


def _edited(nets: Nets, later: list[Any]) -> set[Key]:
    """Rows the run made that others changed since; a product also through its parts."""
    edited: set[Key] = set()
    for note in later:
        for key in (("product", note.product_id), (note.entity, note.entity_id)):
            net = nets.get(key)
            if net is not None and net.action == "created" and note.id > net.first_id:
                edited.add(key)
    return edited


def _remove_whole_products(plan: Plan, current: State) -> None:
    """What others added to a product that goes, goes with it and is noted."""
    going = {step.entity_id for step in plan.steps if step.entity == "product" and step.action == "deleted"}
    known = {step.key for step in plan.steps}
    for key, values in current.items():
        if key[0] != "product" and key not in known and values.get("product_id") in going:
            plan.steps.append(removed(values["product_id"], key, values))


def _tell(plan: Plan, tenant_id: UUID, nets: Nets, current: State, runs: Collection[Any]) -> None:
    """Turns conflicts into problems: who changed it since."""
    keys = {key for key, _name, _code in plan.conflicts}
    later = _later_notes(tenant_id, {key: nets[key] for key in keys}, runs)
    gone = {nets[key].product_id for key, _name, code in plan.conflicts if code == "gone"}
    gone -= set(Product.objects.for_tenant(tenant_id).filter(pk__in=gone).values_list("pk", flat=True))
    told: set[int] = set()
    for key, name, code in plan.conflicts:
        product_id = nets[key].product_id
        if code == "gone" and product_id in gone:
            if product_id not in told:
                told.add(product_id)
                plan.problems.append(_problem(product_id, ("product", product_id), "", code, later, nets[key]))
            continue
        plan.problems.append(_problem(product_id, key, name, code, later, nets[key]))


WORDS = {
    "gone": "Deleted since{}, so there is nothing to change back.",
    "edited": "Changed since{}, so it was not removed.",
    "changed_since": "Changed since{}, left as it is.",
}


def _problem(product_id: int, key: Key, name: str, code: str, later: list[Any], net: Net) -> Problem:
    def fits(note: Any) -> bool:
        if note.product_id != product_id or note.id <= net.first_id:
            return False
        if code == "edited" and key[0] == "product":
            return True
        about_it = (note.entity, note.entity_id) == key
        return about_it and (note.action == "deleted" if code == "gone" else not name or name in note.changes)

    who = next((note.actor for note in later if fits(note)), "")
    return Problem(product_id, *key, name, code, WORDS[code].format(f" by {who}" if who else ""))
