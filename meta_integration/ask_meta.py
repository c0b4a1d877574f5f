"""A person asks Meta what it thinks of certain products. The rows are the letter: due at once, before everything that is merely due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from common.bulk import chunks
from common.clock import database_now
from common.doorbell import ring
from meta_integration.catalog.verdicts import plan_asking
from meta_integration.models import CatalogItem, MetaAppConfig
from meta_integration.pausing import pause_of
from meta_integration.standing import shown_items
from meta_integration.status import NOT_CONNECTED
from products_and_services.models import Product
from tenants.models import Tenant

AHEAD_OF_ALL = timedelta(days=1)


@dataclass
class Asked:
    """items: that Meta is asked about; nothing_there: products of which Meta has nothing to judge; waits: why it is not asked at once."""

    items: int = 0
    nothing_there: int = 0
    waits: str = ""

    def __iadd__(self, other: "Asked") -> "Asked":
        self.items += other.items
        self.nothing_there += other.nothing_there
        self.waits = self.waits or other.waits
        return self

    def sentence(self) -> str:
        """ "Meta is asked about 3 items; its answer appears in a moment. 1 skipped: nothing of it is at Meta." """
        number = f"{self.items} item{'s' if self.items != 1 else ''}"
        parts = []
        if self.items and self.waits:
            parts.append(f"Meta will be asked about {number}. {self.waits}")
        elif self.items:
            parts.append(f"Meta is asked about {number}; its answer appears in a moment.")
        if self.nothing_there:
            parts.append(f"{self.nothing_there} skipped: nothing of {'them' if self.nothing_there != 1 else 'it'} is at Meta.")
        if self.waits and not self.items:
            parts.append(self.waits)
        return " ".join(parts) or "Nothing chosen."


def ask_about(tenant: Tenant, product_ids: Iterable[int]) -> Asked:
    """Has Meta asked about the products' items in a moment (broker up), or within a minute."""
    ids = sorted(set(product_ids))
    if MetaAppConfig.objects.get_active_config(tenant) is None:
        return Asked(nothing_there=len(ids), waits=NOT_CONNECTED)
    result, catalogs = Asked(), set()
    with transaction.atomic():
        for some in chunks(ids):
            items = shown_items(CatalogItem.objects.filter(catalog__tenant=tenant, product_id__in=some)).exclude(meta_state=None)
            found = list(items.values_list("pk", "product_id", "catalog_id"))
            result.items += plan_asking(CatalogItem.objects.filter(pk__in=[pk for pk, _, _ in found]), database_now() - AHEAD_OF_ALL)
            result.nothing_there += len(some) - len({product_id for _, product_id, _ in found})
            catalogs |= {catalog_id for _, _, catalog_id in found}
        for pk in sorted(catalogs):
            ring("meta_integration.tasks.ask_now", pk)
    pause = pause_of(tenant)
    if pause is not None:
        result.waits = "Sending to Meta is paused: the question waits until it is resumed."
    return result


def ask_about_selected(products: Iterable[Product]) -> Asked:
    """The same for products of several businesses (a superuser's selection)."""
    by_tenant: dict[Tenant, list[int]] = defaultdict(list)
    for product in products:
        by_tenant[product.tenant].append(product.pk)
    result = Asked()
    for tenant, ids in by_tenant.items():
        result += ask_about(tenant, ids)
    return result
