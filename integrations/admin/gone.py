"""Which products an import that waits for an answer did not find in the shop any more."""

from typing import Any

from django.urls import reverse

from integrations.models import ExternalRef, RefKind
from integrations.runs.orders import order_of
from operations.models import Run


def gone_products(run: Run, most: int) -> tuple[list[dict[str, Any]], int]:
    """The first of them, and how many there are: living products of the shop that the run has not seen."""
    seen = (run.cursor or {}).get("seen") or []
    refs = ExternalRef.objects.filter(connection=order_of(run).connection, kind=RefKind.PRODUCT, gone_at__isnull=True)
    refs = refs.filter(connection__tenant=run.tenant_id, product__is_active=True).order_by("pk")
    found = [row for row in refs.values_list("pk", "product_id", "product__name", "product__sku") if not _is_in(row[0], seen)]
    page = "admin:products_and_services_product_change"
    return [{"url": reverse(page, args=[pk]), "name": name, "sku": sku} for _, pk, name, sku in found[:most]], len(found)


def _is_in(number: int, intervals: list[list[int]]) -> bool:
    return any(first <= number <= last for first, last in intervals)
