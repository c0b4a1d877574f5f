"""What of a plan cannot be restored now, and why: it is taken out of the steps and told as a Problem; the rest can be written.

Reads only. Called once more under the lock that the writing holds.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant
from products_and_services.steps.step import Key, Step
from products_and_services.steps.stored import MODELS, PICTURES
from products_and_services.undo.problems import Problem
from products_and_services.undo.sales import check_sales
from products_and_services.undo.skus import check_skus


def missing_files(steps: Collection[Step]) -> set[str]:
    """Paths of pictures that the steps bring back and the storage no longer has. May ask a remote storage: never inside a transaction."""
    wanted = {step.changes[PICTURES[step.entity]][1] for step in steps if _brings_a_file(step)}
    return {path for path in wanted if not default_storage.exists(path)}


def _brings_a_file(step: Step) -> bool:
    column = PICTURES.get(step.entity, "")
    return step.action != "deleted" and column in step.changes and bool(step.changes[column][1])


def check(
    tenant_id: UUID, steps: list[Step], *, missing: Collection[str] = (), mixed: Collection[Key] = (), pending: Collection[Key] = ()
) -> tuple[list[Step], list[Problem]]:
    """The steps that can be taken (changed in place where a column is left out), and what is left as it is.

    missing: as from missing_files. mixed: rows of which other columns are left alone already. pending: owners whose SKUs will be free by
    the time the steps are taken.
    """
    checker = _Checker(tenant_id, steps)
    for look in (checker.rows, checker.references, checker.categories, checker.defaults):
        look()
    checker.files(set(missing))
    check_skus(tenant_id, checker.steps, checker.leave, set(pending))
    check_sales(checker.steps, checker.leave, set(mixed))
    return [step for step in checker.steps if step.changes or step.action != "changed"], checker.problems


class _Checker:
    """One plan under scrutiny."""

    def __init__(self, tenant_id: UUID, steps: list[Step]) -> None:
        self.tenant_id, self.steps = tenant_id, steps
        self.problems: list[Problem] = []
        self.made = {step.key for step in steps if step.action == "created"}
        self.going = {step.key for step in steps if step.action == "deleted"}

    def leave(self, step: Step, name: str, code: str, message: str, instead: Any = None) -> None:
        """Leaves one column out (of a row that comes back: sets it to `instead`), or with name "" the whole step."""
        self.problems.append(Problem(step.product_id, *step.key, name, code, message))
        if not name:
            self.steps = [other for other in self.steps if other is not step]
            self.made.discard(step.key)
        elif step.action == "created" and instead:
            step.changes[name] = [None, instead]
        else:
            step.changes.pop(name, None)

    def rows(self) -> None:
        """A number that is in use again, parts whose product is gone."""
        for entity, model in MODELS.items():
            ids = [pk for kind, pk in self.made if kind == entity]
            taken = set(model.objects.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
            for step in [step for step in self.steps if step.entity == entity and step.action == "created" and step.entity_id in taken]:
                self.leave(step, "", "number_taken", f"The {entity} with the number {step.entity_id} exists already.")
        parts = [step for step in self.steps if step.entity != "product" and "product_id" in step.changes and step.action != "deleted"]
        owners = {step.changes["product_id"][1] for step in parts}
        here = set(Product.objects.for_tenant(self.tenant_id).filter(pk__in=owners).values_list("pk", flat=True)) if owners else set()
        for step in parts:
            owner = step.changes["product_id"][1]
            if ("product", owner) in self.going or (owner not in here and ("product", owner) not in self.made):
                name = "product_id" if step.action == "changed" else ""
                self.leave(step, name, "product_gone", f"Its product (number {owner}) has been deleted.")

    def references(self) -> None:
        """Categories and variants that are gone."""
        named = [step for step in self._writing("product", "category_id") if step.changes["category_id"][1] is not None]
        known = self._categories({step.changes["category_id"][1] for step in named})
        for step in named:
            if step.changes["category_id"][1] not in known:
                self.leave(step, "category_id", "category_gone", "The category has been deleted.")
        pictures = [step for step in self._writing("image", "variant_id") if step.changes["variant_id"][1] is not None]
        ids = {step.changes["variant_id"][1] for step in pictures}
        rows = ProductVariant.objects.for_tenant(self.tenant_id).filter(pk__in=ids).values_list("pk", flat=True) if ids else []
        here = {pk for pk in rows if ("variant", pk) not in self.going}
        for step in pictures:
            variant = step.changes["variant_id"][1]
            if variant not in here and ("variant", variant) not in self.made:
                self.leave(step, "variant_id", "variant_gone", "The variant it belonged to has been deleted.")

    def categories(self) -> None:
        """Further categories: those that are left are set."""
        named = [step for step in self._writing("product", "categories") if step.changes["categories"][1]]
        known = self._categories({pk for step in named for pk in step.changes["categories"][1]})
        for step in named:
            wanted = step.changes["categories"][1]
            left = [pk for pk in wanted if pk in known]
            if left != wanted:
                gone = len(wanted) - len(left)
                words = "One of its categories has" if gone == 1 else f"{gone} of its categories have"
                self.problems.append(Problem(step.product_id, *step.key, "categories", "category_gone", f"{words} been deleted."))
                step.changes["categories"] = [step.changes["categories"][0], left]
                if sorted(step.changes["categories"][0] or []) == left:
                    del step.changes["categories"]

    def defaults(self) -> None:
        """A product has one default variant: another one that holds the mark keeps it."""
        marked = [step for step in self._writing("variant", "is_default") if step.changes["is_default"][1]]
        if not marked:
            return
        losing = {step.entity_id for step in self._writing("variant", "is_default") if not step.changes["is_default"][1]}
        rows = ProductVariant.objects.filter(product__in={step.product_id for step in marked}, is_default=True)
        gone = losing | {pk for entity, pk in self.going if entity == "variant"}
        held = {product_id for pk, product_id in rows.values_list("pk", "product_id") if pk not in gone}
        for step in marked:
            if step.product_id in held:
                self.leave(step, "is_default", "other_default", "Another variant has become the default one; it stays so.")
            held.add(step.product_id)

    def files(self, missing: set[str]) -> None:
        """Pictures whose file is gone, and those that would end up with neither file nor address."""
        for step in [step for step in self.steps if _brings_a_file(step) and step.changes[PICTURES[step.entity]][1] in missing]:
            self.leave(step, PICTURES[step.entity], "file_gone", "The file of the picture no longer exists.")
        for step in self._images("created"):
            if not step.changes.keys() & {"image", "remote_url"}:
                self.steps = [other for other in self.steps if other is not step]
        moved = [step for step in self._images("changed") if step.changes.keys() & {"image", "remote_url"}]
        stored = ProductImage.objects.in_bulk([step.entity_id for step in moved]) if moved else {}
        for step in moved:
            held = stored.get(step.entity_id)
            after = [step.changes[name][1] if name in step.changes else str(getattr(held, name, "")) for name in ("image", "remote_url")]
            if not any(after):
                for name in ("image", "remote_url"):
                    step.changes.pop(name, None)
                words = "The picture would have neither file nor address."
                self.problems.append(Problem(step.product_id, *step.key, "image", "no_picture", words))

    def _images(self, action: str) -> list[Step]:
        return [step for step in self.steps if step.entity == "image" and step.action == action]

    def _writing(self, entity: str, name: str) -> list[Step]:
        return [step for step in self.steps if step.entity == entity and step.action != "deleted" and name in step.changes]

    def _categories(self, ids: set[int]) -> set[int]:
        return set(ProductCategory.objects.for_tenant(self.tenant_id).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
