"""Old evidence goes, recent and needed rows stay: each rule with rows on both sides of its line, and the round as a whole."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common import pruning
from common.clock import database_now
from integrations.models import OrderState, OrderWriteBack
from meta_integration.catalog.readback import read_back
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogFinding, CatalogItem, FindingKind, ItemState, MetaState
from meta_integration.models.verdicts import ItemVerdict
from meta_integration.tests.world import World
from operations.models import Alert, Backup, Run, RunIssue, RunKind, RunStatus
from operations.pruning import prune_if_due
from products_and_services.models import PictureFacts, Product, Revision, StockReservation
from products_and_services.pruning import ALWAYS_KEPT
from products_and_services.tests.factories import ImageFactory, ProductFactory
from tenants.models import AuditEvent, IdempotentAnswer

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def days_ago(days):
    return NOW - timedelta(days=days)


def prune(now=NOW):
    return {rule.name: pruning.apply(rule, now) for rule in pruning.rules()}


def dated(model, column, days, **values):
    """A row whose date column says so many days ago, auto_now_add or not."""
    row = model.objects.create(**values)
    model.objects.filter(pk=row.pk).update(**{column: days_ago(days)})
    return row


def left(*rows):
    return [type(row).objects.filter(pk=row.pk).exists() for row in rows]


def test_what_orders_hold_stays_and_what_they_held_goes(tenant):
    product = ProductFactory(tenant=tenant)

    def held(number, **values):
        return StockReservation.objects.create(tenant=tenant, product=product, order_number=number, quantity=1, **values)

    is_open, old = held("1"), held("2", state="closed", closed_at=days_ago(40))
    fresh = held("3", state="closed", closed_at=days_ago(20))
    StockReservation.objects.update(created_at=days_ago(400))
    prune()
    assert left(is_open, old, fresh) == [True, False, True]


def test_orders_go_when_they_are_in_their_shop_and_stay_while_somebody_has_to_act(tenant):
    def order(number, days, state):
        return dated(OrderWriteBack, "updated_at", days, tenant=tenant, order_number=number, state=state, external_id="7")

    old = [order(f"{place}", 100, state) for place, state in enumerate(OrderState.values)]
    fresh = order("fresh", 80, OrderState.WRITTEN)
    prune()
    kept = [state not in (OrderState.WRITTEN, OrderState.CANCELLED) for state in OrderState.values]
    assert left(*old, fresh) == [*kept, True]


def test_what_is_known_of_pictures_goes_when_nobody_shows_them(tenant, django_capture_on_commit_callbacks):
    copy = default_storage.save("products/solar/old.as.jpg", ContentFile(b"a copy"))

    def facts(name, days, **values):
        return dated(PictureFacts, "checked_at", days, tenant=tenant, key=name, source=name, **values)

    shown, gone, fresh = facts("shown", 40), facts("gone", 40, jpeg_name=copy), facts("fresh", 20)
    ImageFactory(product=ProductFactory(tenant=tenant), remote_url="https://a.example/shown.jpg", facts=shown)
    with django_capture_on_commit_callbacks(execute=True):
        prune()
    assert left(shown, gone, fresh) == [True, False, True]
    assert not default_storage.exists(copy)


def test_history_goes_after_a_year_but_each_product_keeps_its_newest(tenant, other_tenant):
    busy, calm = ProductFactory(tenant=tenant), ProductFactory(tenant=other_tenant)
    Revision.objects.all().delete()

    def revisions(product_id, owner, number, days):
        same = {"tenant": owner, "product_id": product_id, "entity_id": product_id, "actor": "a"}
        Revision.objects.bulk_create(Revision(**same, changes={"n": [0, n]}) for n in range(number))
        ids = Revision.objects.filter(product_id=product_id).order_by("-pk").values_list("pk", flat=True)[:number]
        Revision.objects.filter(pk__in=list(ids)).update(created_at=days_ago(days))

    revisions(busy.pk, tenant, 30, 400)
    revisions(busy.pk, tenant, ALWAYS_KEPT - 10, 100)
    revisions(calm.pk, other_tenant, 20, 4_000)
    revisions(987_654, tenant, 5, 400)  # of a product that is gone
    revisions(987_654, tenant, 3, 300)
    assert prune()["history of products"] == 20 + 5
    kept = list(Revision.objects.filter(product_id=busy.pk).order_by("pk").values_list("changes", flat=True))
    assert len(kept) == ALWAYS_KEPT and kept[0] == {"n": [0, 20]}, "the oldest went first"
    assert Revision.objects.filter(product_id=calm.pk).count() == 20
    assert Revision.objects.filter(product_id=987_654).count() == 3


def test_runs_alerts_and_records_go_after_three_months_open_ones_never(tenant):
    def run(status, days):
        made = dated(Run, "created_at", days, tenant=tenant, kind=RunKind.CSV, status=status)
        if status not in (RunStatus.RUNNING, RunStatus.NEEDS_CONFIRMATION):
            Run.objects.filter(pk=made.pk).update(finished_at=days_ago(days))
        RunIssue.objects.create(run=made, message="m")
        return made

    gone = [run(RunStatus.COMPLETED, 91), run(RunStatus.FAILED, 300)]
    stay = [run(RunStatus.COMPLETED, 89), run(RunStatus.RUNNING, 300), run(RunStatus.NEEDS_CONFIRMATION, 300)]
    old, closed, still_open = (
        dated(Alert, "opened_at", 200, tenant=tenant, kind="k", key=key, title="t", closed_at=closed_at)
        for key, closed_at in (("a", days_ago(100)), ("b", days_ago(80)), ("c", None))
    )
    last_backup = Backup.objects.create(file="a", status="completed", started_at=days_ago(200), heartbeat_at=NOW, finished_at=days_ago(200))
    failed = Backup.objects.create(file="b", status="failed", started_at=days_ago(100), heartbeat_at=NOW, finished_at=days_ago(100))
    prune()
    assert left(*gone, *stay) == [False, False, True, True, True]
    assert RunIssue.objects.count() == 3
    assert left(old, closed, still_open) == [False, True, True]
    assert left(last_backup, failed) == [True, False]


def test_audit_answers_and_logins_go_each_in_their_time(tenant):
    events = [dated(AuditEvent, "created_at", days, tenant=tenant, action="a", actor="b") for days in (731, 729)]
    answers = [dated(IdempotentAnswer, "created_at", days, tenant=tenant, key=str(days), fingerprint="f") for days in (1.1, 0.9)]
    logins = [Session.objects.create(session_key=str(days), session_data="", expire_date=days_ago(days)) for days in (1, -1)]
    prune()
    assert left(*events) == left(*answers) == left(*logins) == [False, True]


@pytest.fixture
def world(settings, monkeypatch):
    return World(settings, monkeypatch)


@pytest.fixture
def catalog(world, tenant):
    return world.connect(tenant)


def test_payloads_of_settled_items_are_emptied_and_evidence_of_trouble_stays(world, tenant, catalog):
    for sku in ("RIGHT", "REFUSED", "RECENT", "WAITING"):
        world.product(tenant, sku)
    world.settle(catalog)
    CatalogItem.objects.update(last_request={"a": 1}, last_answer={"b": 2}, last_attempt_at=world.now - timedelta(days=31))
    CatalogItem.objects.filter(retailer_id="REFUSED").update(state=ItemState.REJECTED)
    CatalogItem.objects.filter(retailer_id="RECENT").update(last_attempt_at=world.now - timedelta(days=29))
    CatalogItem.objects.filter(retailer_id="WAITING").update(mark=99)
    assert prune(world.now)["payloads of settled items"] == 1
    filled = {item.retailer_id for item in CatalogItem.objects.all() if item.last_request or item.last_answer}
    assert filled == {"REFUSED", "RECENT", "WAITING"}
    assert prune(world.now)["payloads of settled items"] == 0, "emptied once"
    assert not world.writes(since=world.standin.last_call), "evidence is no change"


def test_ended_batches_go_open_and_awaited_ones_stay(world, catalog):
    def batch(handle, days, **values):
        return CatalogBatch.objects.create(
            catalog=catalog, handle=handle, opened_at=world.now, finished_at=world.now - timedelta(days=days), **values
        )

    old, recent, polled, awaited = batch("a", 31), batch("b", 29), batch("c", 31, poll_at=world.now), batch("d", 31)
    CatalogItem.objects.create(catalog=catalog, retailer_id="X", batch=awaited)
    prune(world.now)
    assert left(old, recent, polled, awaited) == [False, True, True, True]


def gone_item(world, tenant, catalog, sku):
    world.product(tenant, sku).delete()
    product = world.product(tenant, sku)
    world.settle(catalog)
    product.delete()
    world.settle(catalog)
    item = world.item(catalog, sku)
    assert item.state == ItemState.GONE
    return item


def test_a_deleted_item_is_forgotten_when_nothing_of_it_can_turn_up_any_more(world, tenant, catalog):
    item = gone_item(world, tenant, catalog, "GONE-1")
    ItemVerdict.objects.update_or_create(item=item, defaults={"state": MetaState.LIVE})
    world.pass_time(days=366)
    assert prune(world.now)["items deleted at Meta"] == 0, "no reading has looked for it since"
    read_back(catalog.pk)
    CatalogChange.objects.create(tenant=tenant, product_id=item.product_id, marked_at=world.now, due_at=world.now)
    assert prune(world.now)["items deleted at Meta"] == 0, "its product is changing"
    CatalogChange.objects.all().delete()
    run = Run.objects.create(tenant=tenant, kind=RunKind.RECONCILE)
    finding = CatalogFinding.objects.create(run=run, catalog=catalog, item=item, kind=FindingKind.EXTRA, retailer_id="GONE-1")
    CatalogFinding.objects.update(created_at=world.now)
    assert prune(world.now)["items deleted at Meta"] == 1
    assert not CatalogItem.objects.exists()
    finding.refresh_from_db()
    assert finding.item is None, "a finding that names it lets go of it"


@pytest.mark.parametrize("change", [{"mark": 99}, {"live_hash": "?"}, {"in_flight": True}, {"state": ItemState.FAILED}], ids=str)
def test_an_item_that_the_engine_still_works_on_stays(world, tenant, catalog, change):
    item = gone_item(world, tenant, catalog, "GONE-1")
    world.pass_time(days=366)
    read_back(catalog.pk)
    CatalogItem.objects.filter(pk=item.pk).update(**change)
    assert prune(world.now)["items deleted at Meta"] == 0
    Catalog.objects.update(is_current=False)
    CatalogItem.objects.filter(pk=item.pk).update(mark=item.done, live_hash="", in_flight=False, state=ItemState.GONE)
    assert prune(world.now)["items deleted at Meta"] == 0, "a catalog that is not read proves nothing"


def test_a_forgotten_item_that_comes_back_by_hand_is_not_ours_and_a_new_product_of_that_sku_is_sent(world, tenant, catalog):
    gone_item(world, tenant, catalog, "GONE-1")
    world.pass_time(days=366)
    read_back(catalog.pk)
    prune(world.now)
    world.standin.add_item(catalog.catalog_id, "GONE-1")
    run = read_back(catalog.pk)
    world.settle(catalog)
    assert run.counts["not_ours"] == 1 and "GONE-1" in world.at_meta(catalog)
    world.product(tenant, "GONE-1", name="New one", price=Decimal(5))
    world.settle(catalog)
    assert world.at_meta(catalog)["GONE-1"]["name"] == "New one"


def test_zero_days_keep_for_ever(settings, tenant):
    settings.KEEP_AUDIT_DAYS = 0
    event = dated(AuditEvent, "created_at", 9_999, tenant=tenant, action="a", actor="b")
    prune()
    assert left(event) == [True]


def test_rows_go_in_batches_and_each_statement_is_bounded(tenant, monkeypatch):
    AuditEvent.objects.bulk_create(AuditEvent(tenant=tenant, action="a", actor="b") for _ in range(2_500))
    AuditEvent.objects.update(created_at=days_ago(800))
    (rule,) = [rule for rule in pruning.rules() if rule.name == "audit trail"]
    seen = []
    with CaptureQueriesContext(connection) as queries:
        assert pruning.apply(rule, NOW, seen.append) == 2_500
    assert seen == [1_000, 2_000, 2_500]
    assert len([query for query in queries if query["sql"].startswith("DELETE")]) == 3


def test_the_command_counts_first_and_then_prunes(tenant, capsys):
    dated(AuditEvent, "created_at", 800, tenant=tenant, action="a", actor="b")
    call_command("prune", "--dry-run")
    assert "audit trail" in capsys.readouterr().out and AuditEvent.objects.count() == 1
    call_command("prune")
    assert AuditEvent.objects.count() == 0


def test_once_a_day(tenant):
    now = database_now()
    dated(AuditEvent, "created_at", 800, tenant=tenant, action="a", actor="b")
    assert prune_if_due(now)["audit trail"] == 1
    assert prune_if_due(now + timedelta(hours=1)) is None
    assert prune_if_due(now + timedelta(hours=24)) is not None


def test_a_rule_that_breaks_does_not_stop_the_others(tenant, monkeypatch):
    def broken(_before):
        raise RuntimeError("broken")

    monkeypatch.setattr(pruning, "_rules", [(0, pruning.Rule("broken", "", broken)), *pruning._rules])
    dated(AuditEvent, "created_at", 800, tenant=tenant, action="a", actor="b")
    done = prune_if_due(database_now())
    assert done["audit trail"] == 1 and "broken" not in done


def test_nothing_of_a_living_shop_is_touched(world, tenant, catalog):
    """A fresh shop, pruned: the same rows everywhere."""
    world.product(tenant, "A-1")
    world.settle(catalog)
    before = [Product.objects.count(), CatalogItem.objects.count(), Revision.objects.count(), Catalog.objects.count()]
    assert set(prune(world.now).values()) == {0}
    assert before == [Product.objects.count(), CatalogItem.objects.count(), Revision.objects.count(), Catalog.objects.count()]
