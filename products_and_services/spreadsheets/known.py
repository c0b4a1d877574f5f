"""What a chunk of rows is about, read with a handful of queries: products, their variants, and whom each row names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from products_and_services.models import Product, ProductVariant
from products_and_services.rows import KnownProducts, is_id
from products_and_services.spreadsheets.stored import PARTS
from tenants.models import Tenant

BY_ID = re.compile(r"#(\d{1,18})\Z")


class KnownRows:
    """rows: the values of a chunk, by column name. Locks the products, so that nobody changes them until the chunk is written."""

    def __init__(self, tenant: Tenant, rows: Sequence[Mapping[str, Any]]) -> None:
        ids = {row["id"] for row in rows if is_id(row.get("id")) and "product" in row}
        skus = {row["sku"] for row in rows if row.get("sku")}
        own = ProductVariant.objects.for_tenant(tenant).filter(Q(pk__in=ids) | Q(sku__in=skus))
        owners = [{"id": pk} for pk in own.values_list("product_id", flat=True)]
        named = [self._named(row) for row in rows] + owners
        self.products = KnownProducts(tenant, named, *(part for part in PARTS if part != "categories"))
        self.products.lock(named)
        self.promised: dict[str, Product] = {}
        self.variants: dict[int, list[ProductVariant]] = {}

    @staticmethod
    def _named(row: Mapping[str, Any]) -> dict[str, Any]:
        """The product that a row is about."""
        if "product" not in row:
            return {"id": row.get("id"), "sku": row.get("sku")}
        by_id = BY_ID.match(row["product"])
        return {"id": int(by_id[1])} if by_id else {"sku": row["product"]}

    def parent(self, reference: str) -> Product | None:
        """The product that "Variant of" names: by SKU (also one of this file's own products, in a preview), or by "#12"."""
        by_id = BY_ID.match(reference)
        found = self.products.by_sku.get(reference) or self.promised.get(reference)
        return found or (self.products.by_id.get(int(by_id[1])) if by_id else None)

    def variants_of(self, product: Product) -> list[ProductVariant]:
        """Stored ones and those made by earlier rows of the chunk."""
        if product.pk is None:
            return []
        if product.pk not in self.variants:
            self.variants[product.pk] = list(product.variants.all())
            for variant in self.variants[product.pk]:
                variant.product = product
        return self.variants[product.pk]

    def variant_with(self, **wanted: Any) -> ProductVariant | None:
        """A variant by pk= or sku=, of any known product."""
        ((name, value),) = wanted.items()
        every = (variant for product in self.products.by_id.values() for variant in self.variants_of(product))
        return next((variant for variant in every if getattr(variant, name) == value), None)

    def learn(self, entity: Product | ProductVariant) -> None:
        """A saved row is known to those after it."""
        if isinstance(entity, Product):
            self.products.by_id.pop(entity.pk, None)
            self.variants.pop(entity.pk, None)
            self.products.add(entity)
            return
        others = [variant for variant in self.variants_of(entity.product) if variant.pk != entity.pk]
        self.variants[entity.product_id] = [*others, entity]
