"""Rolling a run back in the background: killed workers, races, one at a time, one announcement, bounded queries."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.background import hand_on
from operations.models import Run, RunKind, RunStatus
from operations.services import cancel_run, start_run
from products_and_services.models import Product, Sku
from products_and_services.services import change_products, rename_skus
from products_and_services.tests.factories import ProductFactory, VariantFactory
from products_and_services.tests.rollback_shop import ended_run, everything, issues, roll_back
from products_and_services.undo import rollback_work
from products_and_services.undo.rollback import NotRollable, start_rollback
from products_and_services.undo.rollback_work import work_on_rollback
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_a_worker_killed_in_the_middle_is_followed_by_another(shop, monkeypatch):
    monkeypatch.setattr(rollback_work, "PAGE", 1)
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    rollback = start_rollback(run)
    for _ in range(40):  # Each worker lives for one page and dies inside the next one, after its writes.
        pages = []
        real = rollback_work.advance_run

        def dying(*args, real=real, pages=pages, **values):
            moved = real(*args, **values)
            pages.append(1)
            if len(pages) == 2:
                raise KeyboardInterrupt
            return moved

        monkeypatch.setattr(rollback_work, "advance_run", dying)
        try:
            work_on_rollback(str(rollback.pk))
        except KeyboardInterrupt:
            pass
        monkeypatch.setattr(rollback_work, "advance_run", real)
        rollback.refresh_from_db()
        if not rollback.is_open:
            break
        assert hand_on(rollback)  # What the sweep does ten minutes later.
    assert (rollback.status, rollback.done) == (RunStatus.COMPLETED, 7)
    assert issues(rollback) == []
    assert everything() == before


def test_time_up_hands_the_rest_to_the_next_worker(shop, monkeypatch):
    monkeypatch.setattr(rollback_work, "PAGE", 1)
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    rollback = start_rollback(run)
    rounds = 0
    while Run.objects.get(pk=rollback.pk).is_open:
        work_on_rollback(str(rollback.pk), seconds=0)
        rounds += 1
    assert rounds > 7
    assert everything() == before


def test_a_worker_that_lost_the_run_writes_nothing(shop, monkeypatch):
    run = ended_run(shop.tenant, shop.busy_day)
    after = everything()
    rollback = start_rollback(run)

    def cancelled_meanwhile(steps):
        cancel_run(Run.objects.get(pk=rollback.pk))
        return set()

    monkeypatch.setattr(rollback_work, "missing_files", cancelled_meanwhile)
    work_on_rollback(str(rollback.pk))
    rollback.refresh_from_db()
    assert rollback.status == RunStatus.CANCELLED
    assert everything() == after
    monkeypatch.undo()
    assert issues(roll_back(run)) == []


def test_only_one_rollback_at_a_time_and_only_of_what_can_be(shop, tenant, other_tenant):
    run = ended_run(tenant, lambda: change_products(tenant.pk, [shop.products[0].pk], {"price": Decimal(1)}))
    rollback = start_rollback(run)
    assert (rollback.status, rollback.kind, rollback.total) == (RunStatus.QUEUED, RunKind.ROLLBACK, 1)
    with pytest.raises(NotRollable, match="right now"):
        start_rollback(run)
    work_on_rollback(str(rollback.pk))
    with pytest.raises(NotRollable, match="already"):
        start_rollback(run)
    with pytest.raises(NotRollable, match="still at work"):
        start_rollback(start_run(tenant, RunKind.EDIT))
    with pytest.raises(NotRollable, match="no product"):
        start_rollback(ended_run(tenant, lambda: None))
    with pytest.raises(NotRollable, match="Only runs"):
        start_rollback(ended_run(tenant, lambda: None, kind=RunKind.PUSH))
    assert AuditEvent.objects.filter(action="run_rolled_back", tenant=tenant).count() == 1


def test_a_page_is_announced_once_and_only_with_what_changed(shop, tenant, announced):
    run = ended_run(tenant, lambda: change_products(tenant.pk, [product.pk for product in shop.products], {"price": Decimal(3)}))
    change_products(tenant.pk, [shop.products[4].pk], {"price": Decimal("9.99")})
    announced.clear()
    roll_back(run)
    assert announced == [(tenant.pk, [product.pk for product in shop.products[:4]], False)]


def queries_of(tenant, number):
    """Queries of rolling back a run that edits `number` products, deletes as many and creates as many; one page per phase."""
    edited = Product.objects.bulk_create(Product(tenant=tenant, name=f"E{n}", sku=f"E{number}-{n}") for n in range(number))
    dropped = [ProductFactory(tenant=tenant) for _ in range(number)]
    for product in dropped:
        VariantFactory(product=product)

    def work():
        change_products(tenant.pk, [product.pk for product in edited], {"price": Decimal(3)})
        rename_skus({product: f"R{number}-{n}" for n, product in enumerate(edited)})
        Product.objects.filter(pk__in=[product.pk for product in dropped]).delete()
        for _ in range(number):
            VariantFactory(product=ProductFactory(tenant=tenant))

    Sku.objects.bulk_create(Sku(tenant=tenant, product=product, value=product.sku) for product in edited)
    run = ended_run(tenant, work)
    rollback = start_rollback(run)
    with CaptureQueriesContext(connection) as caught:
        work_on_rollback(str(rollback.pk))
    rollback.refresh_from_db()
    assert (rollback.counts, issues(rollback)) == ({"restored": number, "removed": number, "recreated": number}, [])
    return len(caught)


def test_queries_do_not_grow_with_the_products(tenant):
    assert queries_of(tenant, 15) <= queries_of(tenant, 3) + 2
