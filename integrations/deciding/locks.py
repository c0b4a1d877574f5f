"""Locks: fields of products that a shop may not change here. Set by people, on one product or on many, with history."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common.bulk import chunks, update_rows
from integrations.providers import adapter_class
from integrations.records import LOCKABLE
from products_and_services.models import Product
from products_and_services.revisions import product_revision, write_revisions

# Form fields of a product (or of one of its variants) whose lock has another name.
OF_FIELD = {"category": "categories"} | {name: name for name in LOCKABLE}


def lock_fields(tenant_id: UUID, product_ids: Iterable[int], names: Iterable[str], *, locked: bool = True) -> int:
    """Locks fields of many products, or takes the locks away; returns how many products really changed. Set-based, with revisions.

    What is unlocked is the shop's again with the next import, which reads the history (importing/edits.py). Raises ValueError for a name
    that cannot be locked.
    """
    wanted = tuple(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in LOCKABLE]:
        raise ValueError(f"These fields cannot be locked: {', '.join(unknown)}.")
    changed = 0
    for ids in chunks(sorted(set(product_ids))):
        with transaction.atomic():
            changed += _change_chunk(tenant_id, ids, wanted, locked)
    return changed


def _change_chunk(tenant_id: UUID, ids: list[int], names: tuple[str, ...], locked: bool) -> int:
    rows = Product.objects.for_tenant(tenant_id).filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    found = [(pk, old, _following(old, names, locked)) for pk, old in rows.values_list("pk", "locked_fields")]
    news = [(pk, old, new) for pk, old, new in found if new != old]
    if news:
        now = timezone.now()
        update_rows(Product, [{"id": pk, "locked_fields": new, "updated_at": now} for pk, _, new in news], match=("id",))
        write_revisions([product_revision(tenant_id, pk, {"locked_fields": [old, new]}) for pk, old, new in news])
    return len(news)


def _following(old: list[str], names: tuple[str, ...], locked: bool) -> list[str]:
    return [*old, *(name for name in names if name not in old)] if locked else [name for name in old if name not in names]


def fields_of_shop(product: Product, provider: str) -> list[str]:
    """What a shop of this kind sets again with the next import: what it knows, and nobody has locked. In the order of LOCKABLE."""
    ours = {*product.locked_fields, *adapter_class(provider).unspoken}
    return [name for name in LOCKABLE if name not in ours]


def overwritten_fields(product: Product, provider: str, changed: Iterable[str]) -> list[str]:
    """Which of the form fields that a person has changed are the shop's, so that it will set them again."""
    names = {OF_FIELD[name] for name in changed if name in OF_FIELD}
    return [name for name in fields_of_shop(product, provider) if name in names]
