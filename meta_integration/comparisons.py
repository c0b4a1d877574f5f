"""A person, a schedule or a program asks for a comparison with Meta, or for findings to be mended: a queued Run each.

The comparing itself: catalog/readback.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from common.clock import database_now
from meta_integration.catalog.pause import is_callable
from meta_integration.catalog.readback import work_on
from meta_integration.catalog.reading.ledger import KEEPS_IGNORED
from meta_integration.catalog.reading.session import BY_ITSELF
from meta_integration.models import Catalog, CatalogFinding, CatalogItem, FindingKind, FindingState, MetaAppConfig
from operations.background import queue_run, take_up
from operations.models import OPEN_STATUSES, Run, RunKind, RunStatus
from products_and_services.models import Sku
from tenants.services import record_audit

TASK = "meta_integration.tasks.compare"


def start_comparison(
    catalog: Catalog, *, dry_run: bool = False, allow_removals: bool = False, mend: Iterable[str] = BY_ITSELF, adopt: bool = False
) -> Run:
    """A Run that compares one catalog with us and, unless dry_run, mends the kinds of findings in `mend`.

    allow_removals: lifts the brake this once; adopt: also takes over what other tools made under our SKUs. An open run that was asked
    for with the same words is returned instead of a second one.
    """
    kinds = sorted({*mend, *([FindingKind.ADOPTABLE] if adopt else [])})
    params: dict[str, Any] = {"catalog": catalog.catalog_id, "catalog_pk": catalog.pk, "dry_run": dry_run, "allow_removals": allow_removals}
    params["mend"] = [] if dry_run else [str(kind) for kind in kinds]
    with transaction.atomic():
        Catalog.objects.select_for_update().get(pk=catalog.pk)  # Two clicks must not both find nothing open.
        known = Run.objects.for_tenant(catalog.tenant_id).filter(kind=RunKind.RECONCILE, status__in=OPEN_STATUSES, task=TASK, params=params)
        if running := known.first():
            return running
        expected = CatalogItem.objects.filter(catalog=catalog, was_sent=True).exclude(live_hash="").count()
        run = queue_run(catalog.tenant, RunKind.RECONCILE, TASK, total=expected, params=params, cursor={})
        if allow_removals:
            Catalog.objects.filter(pk=catalog.pk).update(removals_allowed_at=database_now())
        action = "catalog_removals_allowed" if allow_removals else "catalog_comparison_started"
        metadata = {"run_id": str(run.pk), "dry_run": dry_run, "mend": params["mend"]}
        record_audit(action, catalog.tenant, subject=str(catalog), metadata=metadata)
    return run


def mend_findings(findings: QuerySet[CatalogFinding], *, allow_removals: bool = False) -> list[Run]:
    """A Run per catalog that mends the open ones of these, whatever their kind: a person has chosen them. Empty when none is open."""
    runs = []
    waiting = findings.filter(state=FindingState.OPEN).order_by()
    for catalog in Catalog.objects.filter(pk__in=waiting.values("catalog"), is_current=True).select_related("tenant"):
        with transaction.atomic():
            ids = list(waiting.filter(catalog=catalog).values_list("pk", flat=True))
            params = {"catalog": catalog.catalog_id, "catalog_pk": catalog.pk, "chosen": True, "allow_removals": allow_removals}
            run = queue_run(catalog.tenant, RunKind.RECONCILE, TASK, total=len(ids), params=params, cursor={})
            CatalogFinding.objects.filter(pk__in=ids).update(chosen=run, asked=False)
            metadata = {"run_id": str(run.pk), "findings": len(ids), "allow_removals": allow_removals}
            record_audit("catalog_findings_mended", catalog.tenant, subject=str(catalog), metadata=metadata)
        runs.append(run)
    return runs


def ignore_findings(findings: QuerySet[CatalogFinding]) -> int:
    """Open findings about items that others made are left alone, in later comparisons too. Returns how many.

    What we send ourselves cannot be ignored: every comparison mends it.
    """
    return findings.filter(state=FindingState.OPEN, kind__in=KEEPS_IGNORED).order_by().update(state=FindingState.IGNORED)


def use_their_id(finding: CatalogFinding) -> None:
    """The other way out of a duplicate: our product takes the other item's id as its SKU, so that Meta's item stays, history and all.

    Our own item under the old SKU is removed by the engine, as after any change of a SKU. Raises ValidationError in words when the
    finding is no open duplicate, its product is gone, or somebody else has that SKU.
    """
    if finding.kind != FindingKind.DUPLICATE or finding.state != FindingState.OPEN or finding.like == finding.retailer_id:
        raise ValidationError(f"{finding.retailer_id}: only an open duplicate under another id can be used.")
    tenant = finding.catalog.tenant_id
    owner = Sku.objects.select_related("product", "variant").filter(tenant=tenant, value=finding.like).first()
    if owner is None:
        raise ValidationError(f"{finding.retailer_id}: nothing has the SKU {finding.like} any more. Compare with Meta once more.")
    thing: Any = owner.product or owner.variant
    with transaction.atomic():
        thing.sku = finding.retailer_id
        thing.save(update_fields=["sku"])
        CatalogFinding.objects.filter(pk=finding.pk).update(state=FindingState.MENDED, note=f"Our SKU was {finding.like} before.")
        record_audit("catalog_id_adopted", finding.catalog.tenant, subject=finding.retailer_id, metadata={"old_sku": finding.like})


def reopen_findings(findings: QuerySet[CatalogFinding]) -> int:
    """Ignored findings count again. Returns how many."""
    return findings.filter(state=FindingState.IGNORED).order_by().update(state=FindingState.OPEN)


@dataclass(frozen=True)
class Look:
    """What the newest finished comparison saw in a business's catalogs. items: all that Meta listed."""

    run: Run
    items: int
    adoptable: int
    duplicates: int
    not_ours: int

    def sentence(self) -> str:
        """ "212 items match by SKU, 14 look like products of yours under another id, 9 are not yours" """
        matching = f"{self.adoptable} {'item matches' if self.adoptable == 1 else 'items match'} by SKU"
        alike = f"{self.duplicates} {'looks like a product' if self.duplicates == 1 else 'look like products'} of yours under another id"
        return f"{matching}, {alike}, {self.not_ours} {'is' if self.not_ours == 1 else 'are'} not yours"


def look_of(config: MetaAppConfig) -> Look | None:
    """The newest finished comparison of the configuration's catalog; None before the first one."""
    found = Run.objects.for_tenant(config.tenant_id).filter(kind=RunKind.RECONCILE, status=RunStatus.COMPLETED)
    run = found.filter(params__catalog=config.catalog_id).exclude(params__has_key="chosen").first()
    if run is None:
        return None
    return Look(run, *(run.counts.get(name, 0) for name in ("listed", "adoptable", "duplicate", "not_ours")))


def compare_all() -> int:
    """Nightly: every current catalog is compared and mended. Returns how many runs were queued."""
    now = database_now()
    current = Catalog.objects.filter(is_current=True).select_related("tenant", "config")
    return len([start_comparison(catalog) for catalog in current if is_callable(catalog, now)])


def compare_here(catalog: Catalog, on_progress: Callable[[Run], None], **options: Any) -> Run | None:
    """Compares in this process, for commands; if it dies, a worker goes on. options: those of start_comparison.

    Returns the run as it ended, or None when the same comparison is already under way elsewhere.
    """
    with transaction.atomic():  # Taken up before the doorbell rings: no worker comes between.
        run = start_comparison(catalog, **options)
        taken = take_up(str(run.pk))
    if taken is None:
        return None
    work_on(taken, may_rest=False, on_progress=on_progress)
    taken.refresh_from_db()
    return taken
