"""The shop's own side of a catalog: what each retailer_id should look like at Meta, read from the product database. Reads only.

What "should look like" means is asked of the product's own rules (eligibility and record), then read through the stand-in's batch parser,
so that both sides are spelled alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.graph.batch import judge_row


@dataclass(frozen=True, slots=True)
class LocalItem:
    """One retailer_id as the shop wants it. `expected` is None where it is not for sale at Meta, and `reason` then says why."""

    retailer_id: str
    name: str
    expected: dict[str, Any] | None
    reason: str = ""
    open_ended_sale: bool = False


@dataclass(slots=True)
class LocalSide:
    """The shop's side of one catalog. `problem` says why there is none; `states` are the sync states by retailer_id."""

    shop: str = ""
    problem: str = ""
    paused: str = ""
    total: int = 0
    items: dict[str, LocalItem] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)


def read_local(catalog_id: str, at_meta: Iterable[str], search: str, limit: int) -> LocalSide:
    """The items that Meta has (`at_meta`, exactly) and the shop's first `limit` others that match the search."""
    try:
        return _read(catalog_id, set(at_meta), search, limit)
    except Exception as error:  # noqa: BLE001 - no database yet, a migration running: the page says so and goes on
        return LocalSide(problem=f"The shop's own products cannot be read at the moment ({type(error).__name__}).")


def _read(catalog_id: str, at_meta: set[str], search: str, limit: int) -> LocalSide:
    from meta_integration.catalog.carriers import load_carriers
    from meta_integration.models import Catalog

    catalog = Catalog.objects.filter(catalog_id=catalog_id, is_current=True).select_related("tenant", "config").first()
    if catalog is None:
        return LocalSide(problem="No shop sends to this catalog. Connect one in the admin under Meta App Configs.")
    side = LocalSide(shop=catalog.tenant.name, paused=catalog.pause_reason if catalog.paused_at else "")
    carriers = load_carriers(catalog, at_meta)
    more, side.total = _shop_carriers(catalog, search, limit)
    carriers = {**more, **carriers}
    judge = _judge(catalog)
    side.items = {retailer_id: judge(carrier) for retailer_id, carrier in carriers.items()}
    known = catalog.items.filter(retailer_id__in=at_meta | set(carriers))
    side.states = {row.retailer_id: row.get_state_display() for row in known.only("retailer_id", "state")}
    return side


def _shop_carriers(catalog: Any, search: str, limit: int) -> tuple[dict[str, Any], int]:
    """The carriers of the shop's first products, by name, and how many products match in all."""
    from django.db.models import Q

    from meta_integration.catalog.items import carriers_of
    from meta_integration.catalog.surroundings import router_of
    from products_and_services.load_snapshots import load_snapshots
    from products_and_services.models import Product

    found = Product.objects.for_tenant(catalog.tenant)
    if search:
        matches = Q(name__icontains=search) | Q(sku__icontains=search) | Q(variants__sku__icontains=search)
        found = found.filter(matches).distinct()
    router = router_of(catalog.tenant)
    ids = list(found.order_by("name", "pk").values_list("pk", flat=True)[:limit])
    snapshots = load_snapshots(catalog.tenant, ids)
    products = [snapshots[pk] for pk in ids if pk in snapshots and router.catalog_for(snapshots[pk]) == catalog.pk]
    return {carrier.retailer_id: carrier for product in products for carrier in carriers_of(product)}, found.count()


def _judge(catalog: Any) -> Any:
    from common.clock import database_now
    from meta_integration.catalog.eligibility import reason_against
    from meta_integration.catalog.payload import build_batch_row
    from meta_integration.catalog.record import build_record
    from meta_integration.catalog.surroundings import surroundings_of

    around, now = surroundings_of(catalog.tenant, catalog.config), database_now()

    def judge(carrier: Any) -> LocalItem:
        reason = reason_against(carrier, around)
        if reason:
            return LocalItem(carrier.retailer_id, carrier.product.name, None, reason.text)
        record = build_record(carrier, around, now)
        expected = judge_row(0, build_batch_row(record))["values"]
        open_ended = (record.sale_starts_at is None) != (record.sale_ends_at is None)
        return LocalItem(carrier.retailer_id, record.name, expected, open_ended_sale=open_ended)

    return judge
