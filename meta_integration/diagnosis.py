"""Why is this product not live, or not as it should be? Everything that is known about it, in words and in order. Reads only."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.clock import database_now
from common.redaction import redact
from common.retry import CATALOG_MAX_ATTEMPTS
from meta_integration.catalog.advice import advice_on
from meta_integration.catalog.eligibility import (
    INACTIVE,
    NO_IMAGE,
    NO_NAME,
    NO_PRICE,
    NO_SKU,
    SYNC_OFF,
    excluded,
    no_picture,
    reasons_against,
)
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.pause import is_paused
from meta_integration.catalog.pictures import is_unchecked
from meta_integration.catalog.record import Surroundings, price_of, usable_images
from meta_integration.catalog.summary import status_of
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.models import CatalogItem, ItemState, MetaAppConfig
from meta_integration.pausing import Pause, pause_of
from meta_integration.remedies import remedy_for_code
from meta_integration.said import NOTHING, Said, items_of, said_about
from meta_integration.standing import worst_of
from meta_integration.status import NOT_CONNECTED, live_status
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product, SyncStatus
from products_and_services.snapshot import ProductSnapshot

BEING_CHECKED = "Its pictures are being checked; that takes seconds. It is sent as soon as they have been seen."
NOT_CHECKED = "Its pictures have not been checked yet. They are before the next version is sent."


@dataclass(frozen=True)
class Check:
    """One thing that must be right. remedy: shown when it is not."""

    ok: bool
    title: str
    remedy: str = ""


@dataclass(frozen=True)
class ItemView:
    """One item at Meta. meaning and to_do: what our side means for a person; said: Meta's side; times UTC."""

    item: CatalogItem
    status: SyncStatus
    meaning: str
    to_do: str
    request: dict[str, Any]
    answer: dict[str, Any]
    said: Said = NOTHING

    @property
    def has_error(self) -> bool:
        """True when the last call did not go well."""
        return self.status in (SyncStatus.RETRY, SyncStatus.FAILED, SyncStatus.REJECTED) or self.item.error_code is not None


@dataclass
class Diagnosis:
    """status: as shown now; reasons: texts of everything that keeps (parts of) the product away; empty when all of it may go.

    notes: what keeps nothing away but could be better, and what is going on.
    """

    product: Product
    status: SyncStatus
    pause: Pause | None
    connected: bool
    checks: list[Check] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    reason_codes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    items: list[ItemView] = field(default_factory=list)

    @property
    def said(self) -> Said:
        """Meta's side: the worst of the items."""
        return said_about(worst_of([view.item for view in self.items]))


def diagnose(product: Product) -> Diagnosis:
    """About a dozen queries, whatever the number of items."""
    config = MetaAppConfig.objects.get_active_config(product.tenant)
    around = surroundings_of(product.tenant, config)
    items = item_views(product)
    pause = pause_of(product.tenant)
    if pause and not pause.is_whole and not any(view.item.catalog.catalog_id in pause.catalogs for view in items):
        pause = None  # Another catalog's trouble.
    found = Diagnosis(product, live_status(product), pause, connected=config is not None, items=items)
    found.checks = [
        Check(product.tenant.is_active, "The business is switched on", "Switch the business on."),
        Check(config is not None, "The business is connected to Meta", NOT_CONNECTED),
        Check(pause is None, "Sending to Meta is not paused", f"{pause.cause} {pause.to_do}" if pause else ""),
    ]
    snapshot = load_snapshots(product.tenant, [product.pk]).get(product.pk)
    if snapshot is not None:
        found.checks += local_checks(snapshot, around)
        reasons = reasons_against(snapshot, around)
        found.reasons, found.reason_codes = [reason.text for reason in reasons], [reason.code for reason in reasons]
        found.notes = [note.text for note in advice_on(snapshot, around)]
        if any(is_unchecked(carrier, around.pictures) for carrier in carriers_of(snapshot)):
            found.notes.insert(0, BEING_CHECKED if any(view.item.is_waiting for view in items) else NOT_CHECKED)
    if config is None:
        found.reasons.append(NOT_CONNECTED)
        found.reason_codes.append("not_connected")
    return found


def local_checks(product: ProductSnapshot, around: Surroundings) -> list[Check]:
    """What must be right on our side, each looked at by itself."""
    carriers = carriers_of(product)
    priced = bool(carriers) and all(price_of(carrier) > 0 for carrier in carriers)
    bare = [carrier for carrier in carriers if not usable_images(carrier, around)]
    any_picture = bool(product.images) or any(variant.images for variant in product.variants)
    image_remedy = no_picture(bare[0], around).text if bare else NO_IMAGE.text
    checks = [
        Check(bool(carriers), "It has a SKU", NO_SKU.text),
        Check(product.sync_to_meta, "“Sync to Meta” is on", SYNC_OFF.text),
        Check(not product.excluded_by_category, "Its categories may be shown at Meta", excluded(product.excluded_by_category).text),
        Check(product.is_active, "It is active", INACTIVE.text),
        Check(bool(product.name.strip()), "It has a name", NO_NAME.text),
        Check(priced or (not carriers and bool(product.price)), "It has a price above 0", NO_PRICE.text),
        Check(not bare if carriers else any_picture, "It has an image that Meta can fetch", image_remedy),
    ]
    sleeping = [carrier.variant.name or carrier.retailer_id for carrier in carriers if carrier.variant and not carrier.variant.is_active]
    if sleeping:
        checks.append(Check(False, "All of its variants are active", f"Inactive, and therefore not on sale: {', '.join(sleeping)}."))
    return checks


def item_views(product: Product) -> list[ItemView]:
    """The product's items in current catalogs, worst first as the summary judges them, those deleted for good left out."""
    items = [item for item in items_of(product) if item.state != ItemState.GONE or item.is_waiting]
    now = database_now()
    catalogs = {item.catalog_id: item.catalog for item in items}
    paused = {pk for pk, one in catalogs.items() if is_paused(one, now) or (one.config and one.config.paused_at)}
    return [_view(item, paused) for item in items]


def _view(item: CatalogItem, paused: set[int]) -> ItemView:
    columns = {"state": item.state, "mark": item.mark, "done": item.done, "catalog_id": item.catalog_id}
    status = status_of(columns, paused)
    meaning, to_do = _words(item, status)
    return ItemView(item, status, meaning, to_do, redact(item.last_request), redact(item.last_answer), said_about(item))


def _words(item: CatalogItem, status: SyncStatus) -> tuple[str, str]:
    if status == SyncStatus.SYNCED:
        return "Meta has exactly what is wanted.", ""
    if status == SyncStatus.SYNCING:
        return "On its way to Meta.", "Nothing to do: this takes seconds, for a large batch a few minutes."
    if status == SyncStatus.PAUSED:
        return "Waits: sending to Meta is paused.", "See the pause above: it says what ends it."
    if status in (SyncStatus.HIDDEN, SyncStatus.NOT_SYNCED):
        shown = "Meta has it, but does not show it." if status == SyncStatus.HIDDEN else "Not sent to Meta."
        return shown, item.last_error
    remedy = remedy_for_code(item.error_code)
    if status == SyncStatus.REJECTED and item.error_code is None:
        return "Meta refuses one of the values.", "Correct what Meta's words name, and save: the new version is sent at once."
    if status == SyncStatus.FAILED:
        return f"{remedy.meaning} {CATALOG_MAX_ATTEMPTS} attempts failed.", "When the cause is mended, press “Reset Meta sync attempts”."
    return remedy.meaning, remedy.to_do


def next_attempt_of(found: Diagnosis) -> datetime | None:
    """The nearest next attempt (UTC) of what is still to be tried."""
    return min((view.item.next_attempt_at for view in found.items if view.item.is_waiting and view.item.next_attempt_at), default=None)
