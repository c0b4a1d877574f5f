"""Many products in one call: every row gets its own answer, and one bad row never costs a good one."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, IntegrityError, transaction
from rest_framework.exceptions import ValidationError

from common.bulk import chunks
from products_and_services.api.serializers import ProductSerializer
from products_and_services.models import Product
from products_and_services.models.skus import clean_sku
from tenants.models import Tenant

MOST_ROWS = 500
ROWS_PER_TRANSACTION = 50


class RowRefused(Exception):
    """A row that cannot be saved. errors: {field: [words]}."""

    def __init__(self, errors: dict[str, list[Any]]) -> None:
        super().__init__()
        self.errors = errors


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
    known = _Known(tenant, rows)
    results: list[dict[str, Any]] = []
    for part in chunks(enumerate(rows), ROWS_PER_TRANSACTION):
        with transaction.atomic():
            known.lock(part)
            results += _save_each(tenant, part, known, context)
    counts = Counter(result["status"] for result in results)
    return {"created": counts["created"], "updated": counts["updated"], "failed": counts["failed"], "results": results}


def _save_each(tenant: Tenant, rows: list[tuple[int, Any]], known: "_Known", context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for index, row in rows:
        try:
            product, status = _save_row(tenant, row, known, context)
        except RowRefused as refused:
            named = row if isinstance(row, dict) else {}
            number, sku = named.get("id"), named.get("sku")
            yield {
                "index": index,
                "id": number if _is_id(number) else None,
                "sku": sku if isinstance(sku, str) else None,
                "status": "failed",
                "errors": refused.errors,
            }
        else:
            known.add(product)
            yield {"index": index, "id": product.pk, "sku": product.sku, "status": status, "errors": {}}


class _Known:
    """The products that the rows name, read in two queries; those made by earlier rows are added."""

    def __init__(self, tenant: Tenant, rows: list[Any]) -> None:
        named = [row for row in rows if isinstance(row, dict)]
        ids = [row["id"] for row in named if _is_id(row.get("id"))]
        skus = [sku for row in named if (sku := _sku_of(row)) is not None and "\0" not in sku]
        own = Product.objects.for_tenant(tenant).select_related("category", "tenant").prefetch_related("categories")
        self.by_id: dict[int, Product] = {}
        self.by_sku: dict[str, Product] = {}
        for product in [*own.filter(pk__in=ids), *own.filter(sku__in=skus)]:
            self.add(product)

    def add(self, product: Product) -> None:
        """Newest knowledge wins; a former SKU no longer names the product."""
        product = self.by_id.setdefault(product.pk, product)
        self.by_sku = {sku: known for sku, known in self.by_sku.items() if known is not product}
        if product.sku:
            self.by_sku[product.sku] = product

    def lock(self, rows: list[tuple[int, Any]]) -> None:
        """Locks the products that these rows name, in one order: two bulk calls wait for each other instead of deadlocking."""
        named = [row for _, row in rows if isinstance(row, dict)]
        found = [self.by_id.get(row["id"]) if _is_id(row.get("id")) else self.by_sku.get(_sku_of(row) or "") for row in named]
        ids = [product.pk for product in found if product is not None]
        list(Product.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def reload(self, product: Product | None) -> None:
        """After a failed save the instance carries values that are not stored; a later row must not save them along."""
        if product is not None:
            self.by_id.pop(product.pk, None)
            self.by_sku = {sku: known for sku, known in self.by_sku.items() if known is not product}
            for fresh in Product.objects.select_related("category", "tenant").filter(pk=product.pk):
                self.add(fresh)

    def find(self, row: dict[str, Any]) -> Product | None:
        """The product a row names, None for a new one. Raises RowRefused for an id that is not this business's."""
        number = row.get("id")
        if number is None:
            return self.by_sku.get(_sku_of(row) or "")
        if not _is_id(number) or number not in self.by_id:
            raise RowRefused({"id": ["There is no product with this id."]})
        return self.by_id[number]


def _save_row(tenant: Tenant, row: Any, known: _Known, context: dict[str, Any]) -> tuple[Product, str]:
    if not isinstance(row, dict):
        raise RowRefused({"non_field_errors": ["Send each product as an object."]})
    product = known.find(row)
    serializer = ProductSerializer(product, data=row, partial=product is not None, context=context)
    if not serializer.is_valid():
        raise RowRefused(serializer.errors)
    errors = {}
    try:
        with transaction.atomic():
            return serializer.save(tenant=tenant), "created" if product is None else "updated"
    except DjangoValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
    except IntegrityError:
        errors = {"non_field_errors": ["Something this row refers to was changed or taken meanwhile."]}
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # An outage is nobody's row; the bare class says that no row was updated.
            raise
        errors = {"id": ["This product was deleted meanwhile."]}
    known.reload(product)
    raise RowRefused(errors)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _sku_of(row: dict[str, Any]) -> str | None:
    return clean_sku(row["sku"]) if isinstance(row.get("sku"), str) else None
