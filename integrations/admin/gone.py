"""Which products an import that waits for an answer did not find in the shop any more."""

from typing import Any

from django.urls import reverse

from integrations.importing.seen import Seen
from operations.models import Run
from products_and_services.models import Product


def gone_products(run: Run, most: int) -> tuple[list[dict[str, Any]], int]:
    """The first of them with their pages, and how many there are."""
    cursor: Any = run.cursor or {}
    gone = Seen(cursor.get("gone", ()))
    ids = gone.after(0, most)
    rows = Product.objects.for_tenant(run.tenant_id).filter(pk__in=ids).order_by("pk").values_list("pk", "name", "sku")
    page = "admin:products_and_services_product_change"
    return [{"url": reverse(page, args=[pk]), "name": name, "sku": sku} for pk, name, sku in rows], len(gone)
