"""Moving SKUs: an owner may take what another gives up in the same plan, in any order or ring."""

from uuid import UUID

from common.bulk import chunks, insert_rows
from products_and_services.models import Sku
from products_and_services.steps.step import Step


def release(steps: list[Step]) -> None:
    """Takes the SKUs of all changed owners off the table of SKUs, so that they can be handed out anew in any order."""
    for entity in ("product", "variant"):
        owners = [step.entity_id for step in steps if step.entity == entity and "sku" in step.changes and step.action == "changed"]
        for ids in chunks(owners):
            Sku.objects.filter(**{f"{entity}__in": ids}).delete()


def claim(tenant_id: UUID, steps: list[Step]) -> None:
    """Enters the new SKUs. Raises IntegrityError when somebody took one meanwhile."""
    rows = []
    for step in steps:
        if step.action != "deleted" and (sku := step.wanted_sku) is not None:
            owner = {"product_id": None, "variant_id": None, f"{step.entity}_id": step.entity_id}
            rows.append({"tenant_id": tenant_id, "value": sku, **owner})
    insert_rows(Sku, rows, returning=())
