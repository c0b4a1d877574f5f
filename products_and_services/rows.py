"""Products saved row by row, by the bulk API and by file imports: every row stands alone, and one bad row never costs a good one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, transaction

from products_and_services.models import Product
from products_and_services.models.skus import clean_sku
from tenants.models import Tenant

Saved = TypeVar("Saved")
NO_SUCH_ID = "There is no product with this id."


class RowRefused(Exception):
    """A row that cannot be saved. errors: {field: [words]}."""

    def __init__(self, errors: dict[str, list[Any]]) -> None:
        super().__init__()
        self.errors = errors


class KnownProducts:
    """The products that the rows name by `id` or `sku`, read in two queries; those made by earlier rows are added."""

    def __init__(self, tenant: Tenant, rows: Iterable[Any], *prefetch: str) -> None:
        named = [row for row in rows if isinstance(row, Mapping)]
        ids = [row["id"] for row in named if is_id(row.get("id"))]
        skus = [sku for row in named if (sku := sku_of(row)) is not None and "\0" not in sku]
        self.rows = Product.objects.for_tenant(tenant).select_related("category", "tenant").prefetch_related("categories", *prefetch)
        self.by_id: dict[int, Product] = {}
        self.by_sku: dict[str, Product] = {}
        for product in [*self.rows.filter(pk__in=ids), *self.rows.filter(sku__in=skus)]:
            self.add(product)

    def add(self, product: Product) -> None:
        """Newest knowledge wins; a former SKU no longer names the product."""
        product = self.by_id.setdefault(product.pk, product)
        self.by_sku = {sku: known for sku, known in self.by_sku.items() if known is not product}
        if product.sku:
            self.by_sku[product.sku] = product

    def lock(self, rows: Iterable[Any]) -> None:
        """Locks the products that these rows name, in one order: two bulk writers wait for each other instead of deadlocking."""
        named = [row for row in rows if isinstance(row, Mapping)]
        found = [self.by_id.get(row["id"]) if is_id(row.get("id")) else self.by_sku.get(sku_of(row) or "") for row in named]
        ids = [product.pk for product in found if product is not None]
        list(Product.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def reload(self, product: Product | None) -> None:
        """After a failed save the instance carries values that are not stored; a later row must not save them along."""
        if product is not None:
            self.by_id.pop(product.pk, None)
            self.by_sku = {sku: known for sku, known in self.by_sku.items() if known is not product}
            for fresh in self.rows.filter(pk=product.pk):
                self.add(fresh)

    def find(self, row: Mapping[str, Any]) -> Product | None:
        """The product a row names, None for a new one. Raises RowRefused for an id that is not this business's."""
        number = row.get("id")
        if number is None:
            return self.by_sku.get(sku_of(row) or "")
        if not is_id(number) or number not in self.by_id:
            raise RowRefused({"id": [NO_SUCH_ID]})
        return self.by_id[number]


def save_row(save: Callable[[], Saved]) -> Saved:
    """Saves one row in a savepoint of its own. Raises RowRefused for whatever is the row's fault; an outage passes through."""
    try:
        with transaction.atomic():
            return save()
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
    except IntegrityError:
        errors = {"non_field_errors": ["Something this row refers to was changed or taken meanwhile."]}
    except DataError:
        errors = {"non_field_errors": ["The database cannot hold a value of this row."]}
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # An outage is nobody's row; the bare class says that no row was updated.
            raise
        errors = {"id": ["This product was deleted meanwhile."]}
    raise RowRefused(errors)


def is_id(value: Any) -> bool:
    """True for what can be a primary key."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def sku_of(row: Mapping[str, Any]) -> str | None:
    """The row's SKU as it would be stored."""
    return clean_sku(row["sku"]) if isinstance(row.get("sku"), str) else None
