"""The convergence machine: everything that may happen to a shop, its workers and Meta, in any order; and what must hold all the time."""

import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from common.lease import LEASE_LENGTH
from meta_integration.catalog.pause import is_callable, resume_by_person
from meta_integration.catalog.readback import read_back
from meta_integration.catalog.sweep import sweep
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem, CategoryCatalog
from meta_integration.tests.convergence.engine_rules import EngineRules
from meta_integration.tests.convergence.meta_rules import MetaRules
from meta_integration.tests.convergence.oracle import HIDDEN, differences, truth
from meta_integration.tests.convergence.shop_rules import ShopRules
from meta_integration.tests.convergence.stage import GOOD, Stage
from meta_integration.tests.world import World
from operations.models import RunStatus
from products_and_services.models import Product
from products_and_services.services import reset_meta_sync
from tenants.models import Tenant


class ConvergenceMachine(ShopRules, MetaRules, EngineRules, RuleBasedStateMachine):
    """One example in one transaction that is rolled back; so bells are never answered, as if the broker were flushed all the time."""

    make_world: Callable[[pytest.MonkeyPatch], World]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.patches = pytest.MonkeyPatch()
        self.foreign: dict[str, dict[str, Any]] = {}
        self.unheard = False  # Something happened of which only the next reading back can know.
        self.last_call = 0

    @initialize(at_most=st.sampled_from([0, 1, 5]), delay=st.sampled_from([0, 5, 300]), products=st.integers(0, 4))
    def open_shops(self, at_most: int, delay: float, products: int) -> None:
        self.stage = Stage(type(self).make_world(self.patches), self.patches, singles_at_most=at_most, batch_delay=delay)
        self.world, self.standin = self.stage.world, self.stage.standin
        for number in range(products):
            for tenant in self.stage.tenants:
                self.world.product(tenant, f"{self.stage.prefix(tenant)}-{number}", name=f"First {number}", price=Decimal(10 + number))
        if products:
            self.quieten(limit=30)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and hasattr(self, "stage"):
                self.end_well()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.patches.undo()

    # --- what must hold after every step ---------------------------------------------------------------------------------

    @invariant()
    def each_token_carries_only_its_own_items(self) -> None:
        if not hasattr(self, "stage"):
            return
        for call in self.standin.calls(since=self.last_call):
            prefix = self.stage.owners.get(call.business_id or call.catalog_id or "")
            if prefix is None:  # Stopped by a fault before anybody knew whose item it was about; a gone item's id names nobody.
                assert call.outcome.startswith(("fault", "error")), call
                continue
            assert call.catalog_id is None or self.stage.owners[call.catalog_id] == prefix, call
            assert all(sku.startswith((prefix, "FOREIGN")) for sku in call.retailer_ids), call
        self.last_call = self.standin.last_call

    @invariant()
    def attempts_equal_the_calls_that_count(self) -> None:
        if not hasattr(self, "stage"):
            return
        counted = self.stage.attempts
        for item in CatalogItem.objects.select_related("catalog"):
            key = item.catalog.catalog_id, item.retailer_id
            if item.state in GOOD and item.mark == item.done:
                assert item.attempts == 0, (key, item.state, item.attempts)
                counted.anew(*key)
            elif item.tried_hash and counted.payload.get(key) == item.tried_hash:
                assert item.attempts == counted.count[key], (key, item.state, item.attempts, counted.count[key])
            assert item.attempts <= 5

    @invariant()
    def nothing_of_others_is_touched(self) -> None:
        for sku, item in self.foreign.items():
            assert self.standin.item(item["catalog"], sku) == item["fields"]

    @invariant()
    def every_difference_is_covered(self) -> None:
        if not hasattr(self, "stage") or self.unheard or self.something_may_land():
            return
        now = self.world.now
        for tenant in self.stage.tenants:
            if not self.is_served(tenant) or CatalogChange.objects.filter(tenant=tenant).exists():
                continue
            wanted = self.wanted(tenant)
            for catalog in self.stage.catalogs(tenant):
                held = catalog.lease_token and now < catalog.lease_expires_at <= now + LEASE_LENGTH
                if held or not is_callable(catalog, now):
                    continue
                odd = differences(wanted.get(catalog.catalog_id, {}), self.world.at_meta(catalog), set(self.foreign))
                for sku, text in odd.items():
                    item = CatalogItem.objects.filter(catalog=catalog, retailer_id=sku).first()
                    assert item is not None, f"{sku} in {catalog}: {text}, and no item row"
                    assert self.is_covered(item), f"{sku} in {catalog}: {text}; {vars(item)}"

    def is_covered(self, item: CatalogItem) -> bool:
        """Work is noted for the item, or its error; or the next sweep will see that its sale has opened or closed."""
        at_work = item.is_waiting or item.batch_id or item.ask_at or item.in_flight or item.state in ("rejected", "failed")
        polled = CatalogBatch.objects.filter(catalog=item.catalog, poll_at__isnull=False).values_list("rows", flat=True)
        in_open_handle = any(entry[0] == item.pk for rows in polled for entry in rows)
        return bool(at_work or in_open_handle or (item.boundary_at and item.boundary_at <= self.world.now))

    def something_may_land(self) -> bool:
        """Meta still holds calls, or handles nobody polls any more, that will be applied some time."""
        polled = set(CatalogBatch.objects.filter(poll_at__isnull=False).values_list("handle", flat=True))
        return bool(self.standin.store.late) or bool(set(self.standin.handles()) - polled)

    # --- the truth ---------------------------------------------------------------------------------------------------

    def is_served(self, tenant: Tenant) -> bool:
        return Tenant.objects.get(pk=tenant.pk).is_active and self.stage.config(tenant).is_active

    def wanted(self, tenant: Tenant) -> dict[str, dict[str, Any]]:
        mapped = dict(CategoryCatalog.objects.filter(tenant=tenant).values_list("category_id", "catalog__catalog_id"))
        return truth(Tenant.objects.get(pk=tenant.pk), self.world.now, self.stage.config(tenant).catalog_id, mapped)

    # --- the end --------------------------------------------------------------------------------------------------------

    def quieten(self, limit: int = 400) -> None:
        """Sweeps, rounds and readings until nothing waits; time jumps to whatever is due next."""
        for turn in range(limit):
            for pk in sweep(self.world.now):
                for _ in range(12):
                    outcome = self.stage.work(Catalog.objects.get(pk=pk))
                    if not outcome.more and (outcome.nap is None or outcome.nap > 5):
                        break
            if not self.unfinished():
                return
            self.world.pass_time(seconds=self.until_next_due() if turn % 4 == 3 else 60)
        raise AssertionError(f"never quiet: {[vars(thing) for thing in self.unfinished()][:3]}")

    def unfinished(self) -> list[Any]:
        served = [catalog.pk for catalog in self.stage.catalogs() if is_callable(catalog, self.world.now)]
        items = CatalogItem.objects.filter(catalog__in=served)
        waiting = [item for item in items if item.is_waiting or item.ask_at or item.in_flight]
        handles = CatalogBatch.objects.filter(poll_at__isnull=False, catalog__in=served)
        return [*CatalogChange.objects.filter(tenant__is_active=True), *waiting, *handles]

    def until_next_due(self) -> float:
        now = self.world.now
        moments = [item.next_attempt_at for item in CatalogItem.objects.filter(next_attempt_at__gt=now)]
        moments += [batch.poll_at for batch in CatalogBatch.objects.filter(poll_at__gt=now)]
        return max((min(moments, default=now) - now) / timedelta(seconds=1), 60)

    def end_well(self) -> None:
        """Faults off, everybody back at work, what a person must decide is decided: then Meta equals the shop, field by field."""
        self.standin.faults.clear()
        self.standin.land_late()
        self.standin.settle_all()
        for tenant in self.stage.tenants:
            fresh = Tenant.objects.get(pk=tenant.pk)
            if not fresh.is_active:
                fresh.is_active = True
                fresh.save()
            self.revive_token(tenant)
            resume_by_person(self.stage.config(tenant))
        self.world.pass_time(hours=2)
        for _ in range(4):
            self.quieten()
            reset = [self.reset_what_is_stuck(tenant) for tenant in self.stage.tenants]
            found = [self.read_back_honestly(catalog) for catalog in self.stage.catalogs()]
            if not any(reset) and not any(found) and not self.unfinished():
                break
        self.compare_everything()
        self.nothing_goes_when_nothing_changes()

    def reset_what_is_stuck(self, tenant: Tenant) -> int:
        stuck = Product.objects.filter(tenant=tenant, meta_sync_status__in=["failed", "rejected"])
        return reset_meta_sync(tenant.pk, stuck.values_list("pk", flat=True))

    def read_back_honestly(self, catalog: Catalog) -> int:
        run = read_back(catalog.pk)
        assert run is not None, vars(catalog)
        assert run.status == RunStatus.COMPLETED, run.message
        return sum(run.counts[name] for name in ("missing", "different", "extra", "unannounced"))

    def compare_everything(self) -> None:
        for tenant in self.stage.tenants:
            wanted = self.wanted(tenant)
            for catalog in self.stage.catalogs(tenant):
                odd = differences(wanted.get(catalog.catalog_id, {}), self.world.at_meta(catalog), set(self.foreign))
                rows = {item.retailer_id: vars(item) for item in CatalogItem.objects.filter(catalog=catalog, retailer_id__in=odd)}
                assert not odd, f"{catalog}: {odd}\n{rows}"
            self.summaries_tell_the_truth(tenant, wanted)
        self.nothing_of_others_is_touched()

    def summaries_tell_the_truth(self, tenant: Tenant, wanted: dict[str, dict[str, Any]]) -> None:
        on_sale = {sku for items in wanted.values() for sku, fields in items.items() if fields != HIDDEN}
        for product in Product.objects.filter(tenant=tenant):
            skus = {product.sku, *product.variants.values_list("sku", flat=True)} & on_sale
            allowed = ("synced", "hidden") if skus else ("hidden", "not_synced")
            assert product.meta_sync_status in allowed, (product.sku, product.meta_sync_status, product.meta_sync_last_error)

    def nothing_goes_when_nothing_changes(self) -> None:
        before = self.standin.last_call
        for product in Product.objects.all():
            product.save()
        self.quieten()
        assert self.standin.calls(kind="write", since=before) == []
