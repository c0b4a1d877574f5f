"""The start page's section about Meta: how the catalog stands, what waits, and which products need a person."""

from datetime import timedelta

from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin import Card, Row, Section, dashboard_section, render_moment, site
from common.admin.access import active_tenant, allows, scoped
from meta_integration.admin.pause_banner import pause_banners
from meta_integration.admin.words import BADGES, META_BADGES, badge_of
from meta_integration.first_push import words_for
from meta_integration.links import products_url
from meta_integration.models import Catalog, CatalogChange, CatalogItem, MetaAppConfig, MetaState
from meta_integration.needs import reason_text, with_need
from meta_integration.standing import count_meta_states
from products_and_services.models import Product, SyncStatus

LATE = timedelta(minutes=2)  # The sweep comes every minute: what waits longer is not being worked on.
SHOWN = (
    SyncStatus.SYNCED, SyncStatus.SYNCING, SyncStatus.RETRY, SyncStatus.PAUSED, SyncStatus.REJECTED, SyncStatus.FAILED, SyncStatus.HIDDEN,
    SyncStatus.NOT_SYNCED,
)  # fmt: skip

STUCK = {
    SyncStatus.REJECTED: ("refused by Meta", "Correct what Meta's words name, and save: the new version goes at once."),
    SyncStatus.FAILED: ("failed five times", "When the cause is mended, use “Reset Meta sync attempts”."),
}
OBJECTIONS = {
    MetaState.REJECTED: ("rejected by Meta's review", "Customers do not see them. Each product's page says why, and what to do."),
    MetaState.WARNING: ("with a warning from Meta", "Shown, but worse than they could be. Each product's page says what to do."),
}


@dashboard_section(order=20)
def meta_catalog(request: HttpRequest) -> Section | None:
    """Products by status, the oldest waiting change, catalogs and when they were last compared."""
    if not allows(request, "catalog:view"):
        return None
    products = scoped(request, Product.objects.all(), "tenant").order_by()
    counts = dict(products.values_list("meta_sync_status").annotate(number=Count("pk")))
    cards = [_card(status, counts[status]) for status in SHOWN if counts.get(status)]
    empty = "No products yet. Add some, and they go to Meta by themselves."
    return Section("Meta catalog", cards=cards, rows=_rows(request), banners=pause_banners(request), empty="" if cards else empty,
                   more_url=products_url(), more_label="Show products")  # fmt: skip


def _card(status: SyncStatus, number: int) -> Card:
    badge = BADGES.get(status) or badge_of(SyncStatus.RETRY, 0)
    label = badge.text if status != SyncStatus.RETRY else "⚠ Retry pending"
    return Card(label, number, products_url(status=status), badge.tone)


def _rows(request: HttpRequest) -> list[Row]:
    rows = []
    oldest = scoped(request, CatalogChange.objects.all(), "tenant").aggregate(first=Min("marked_at"))["first"]
    if oldest is not None:
        late = timezone.now() - oldest > LATE
        text = "Longer than usual: are the workers running?" if late else "Being worked on."
        rows.append(Row("Oldest waiting change", text, since=render_moment(oldest)))
    if allows(request, "integrations:view"):
        rows += _catalog_rows(request)
    return rows


def _catalog_rows(request: HttpRequest) -> list[Row]:
    page = site._registry[MetaAppConfig]
    catalogs: QuerySet[Catalog] = scoped(request, Catalog.objects.filter(is_current=True, config__isnull=False), "tenant")
    rows = []
    for catalog in catalogs.select_related("tenant")[:10]:
        url = f"{page.list_url()}{catalog.config_id}/change/"
        held = f" · {catalog.held_removals} removals wait for your word" if catalog.held_removals else ""
        since = render_moment(catalog.readback_finished_at, "not yet")
        rows.append(Row(f"Catalog {catalog.catalog_id}", f"Compared with Meta{held}:", url, since))
    if not rows and active_tenant(request) is not None:
        rows.append(Row("Connect your Meta catalog", "No Meta App Config is active yet.", page.list_url()))
    return rows


@dashboard_section(order=25)
def what_meta_says(request: HttpRequest) -> Section | None:
    """Meta's side, apart from ours: products by what Meta's review says of them."""
    if not allows(request, "catalog:view"):
        return None
    counts = count_meta_states(scoped(request, CatalogItem.objects.all(), "catalog__tenant"))
    cards = [Card(META_BADGES[state].text, counts[state], products_url(verdict=state), META_BADGES[state].tone) for state in MetaState
             if counts.get(state)]  # fmt: skip
    return Section("What Meta says", cards=cards) if cards else None


def _objections(request: HttpRequest) -> list[Row]:
    counts = count_meta_states(scoped(request, CatalogItem.objects.all(), "catalog__tenant"))
    return [Row(f"{counts[state]} {OBJECTIONS[state][0]}", OBJECTIONS[state][1], products_url(verdict=state)) for state in OBJECTIONS
            if counts.get(state)]  # fmt: skip


@dashboard_section(order=30)
def products_that_need_you(request: HttpRequest) -> Section | None:
    """What only a person can mend, with the list behind each number."""
    if not allows(request, "catalog:view"):
        return None
    products = scoped(request, Product.objects.all(), "tenant").order_by()
    counts = dict(products.filter(meta_sync_status__in=STUCK).values_list("meta_sync_status").annotate(number=Count("pk")))
    rows = [Row(f"{number} {STUCK[status][0]}", STUCK[status][1], products_url(status=status)) for status, number in counts.items()]
    tenant = active_tenant(request)
    away = products.filter(is_active=True, sync_to_meta=True, meta_sync_status__in=(SyncStatus.NOT_SYNCED, SyncStatus.HIDDEN))
    rows += _objections(request)
    needs = with_need(away, tenant.pk if tenant else None).exclude(meta_need="")
    for code, number in needs.values_list("meta_need").annotate(number=Count("pk")).order_by("-number"):
        rows.append(Row(f"{number} {words_for(code, number)}", reason_text(code), products_url(need=code)))
    return Section("Products that need you", rows=rows, empty="Nothing: every product that may go to Meta can go.")

