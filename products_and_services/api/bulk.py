"""Many products in one call: every row gets its own answer, and one bad row never costs a good one."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import transaction
from rest_framework.exceptions import ValidationError

from common.bulk import chunks
from products_and_services.api.serializers import ProductSerializer
from products_and_services.models import Product
from products_and_services.rows import KnownProducts, RowRefused, is_id, save_row
from tenants.models import Tenant

MOST_ROWS = 500
ROWS_PER_TRANSACTION = 50


def save_rows(tenant: Tenant, data: Any, context: dict[str, Any]) -> dict[str, Any]:
    """The answer of `/v1/products/bulk/`. data: {"items": [row]} or a bare list. Raises ValidationError only for a wrong shape.

    Fifty rows share a transaction, so that others can write in between; a savepoint per row, so that a refused row takes only itself
    along.
    """
    rows = data.get("items") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise ValidationError({"items": ["Send a list of products."]})
    if len(rows) > MOST_ROWS:
        raise ValidationError({"items": [f"At most {MOST_ROWS} rows in one call; these are {len(rows)}. Send them in parts."]})
    known = KnownProducts(tenant, rows)
    results: list[dict[str, Any]] = []
    for part in chunks(enumerate(rows), ROWS_PER_TRANSACTION):
        with transaction.atomic():
            known.lock(row for _, row in part)
            results += _save_each(tenant, part, known, context)
    counts = Counter(result["status"] for result in results)
    return {"created": counts["created"], "updated": counts["updated"], "failed": counts["failed"], "results": results}


def _save_each(tenant: Tenant, rows: list[tuple[int, Any]], known: KnownProducts, context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for index, row in rows:
        try:
            product, status = _save_row(tenant, row, known, context)
        except RowRefused as refused:
            named = row if isinstance(row, dict) else {}
            number, sku = named.get("id"), named.get("sku")
            yield {
                "index": index,
                "id": number if is_id(number) else None,
                "sku": sku if isinstance(sku, str) else None,
                "status": "failed",
                "errors": refused.errors,
            }
        else:
            known.add(product)
            yield {"index": index, "id": product.pk, "sku": product.sku, "status": status, "errors": {}}


def _save_row(tenant: Tenant, row: Any, known: KnownProducts, context: dict[str, Any]) -> tuple[Product, str]:
    if not isinstance(row, dict):
        raise RowRefused({"non_field_errors": ["Send each product as an object."]})
    product = known.find(row)
    serializer = ProductSerializer(product, data=row, partial=product is not None, context=context)
    if not serializer.is_valid():
        raise RowRefused(serializer.errors)
    try:
        return save_row(partial(serializer.save, tenant=tenant)), "created" if product is None else "updated"
    except RowRefused:
        known.reload(product)
        raise
