"""Bulk edits are runs: small ones at once, large ones by a worker, each with its undo."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from operations.background import hand_on
from operations.models import Run, RunKind, RunStatus
from operations.services import cancel_run
from products_and_services import edits
from products_and_services.edits import edit_products, work_on_edit
from products_and_services.models import Product, ProductVariant, Revision
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory
from products_and_services.tests.shop_days import whole_state
from products_and_services.undo.rollback_work import work_on_rollback
from tenants.actor import Actor, acting_as
from tenants.tests.factories import logged_in, make_member

pytestmark = pytest.mark.django_db
LIST = "/admin/products_and_services/product/"


@pytest.fixture
def owner(tenant):
    return logged_in(make_member(tenant))


def test_a_small_edit_is_a_completed_run(tenant):
    products = [ProductFactory(tenant=tenant, is_active=number > 0) for number in range(3)]
    with acting_as(Actor("person ada")):
        run = edit_products(tenant, [product.pk for product in products], {"is_active": False}, "deactivated")
    run.refresh_from_db()
    assert (run.kind, run.status, run.done, run.total, run.started_by) == (RunKind.EDIT, RunStatus.COMPLETED, 3, 3, "person ada")
    assert (run.counts, run.message) == ({"changed": 2, "unchanged": 1}, "2 products deactivated.")
    assert set(Revision.objects.filter(run_id=run.pk).values_list("product_id", flat=True)) == {product.pk for product in products[1:]}


def test_an_edit_that_changes_nothing_leaves_no_run(tenant):
    assert edit_products(tenant, [ProductFactory(tenant=tenant).pk], {"is_active": True}) is None
    assert not Run.objects.exists()


def test_a_large_edit_is_done_by_a_worker_page_by_page(tenant, monkeypatch):
    monkeypatch.setattr(edits, "SMALL", 2)
    monkeypatch.setattr(edits, "PAGE", 2)
    ids = [ProductFactory(tenant=tenant).pk for _ in range(5)]
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    category = CategoryFactory(tenant=tenant)
    values = {"price": Decimal("3.50"), "sale_ends_at": ends, "category_id": category.pk, "is_active": False}
    run = edit_products(tenant, ids, values)
    assert run.status == RunStatus.QUEUED
    work_on_edit(str(run.pk), seconds=0)
    run.refresh_from_db()
    assert (run.status, run.done) == (RunStatus.QUEUED, 2)  # Its time was up; the next worker goes on.
    work_on_edit(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {"changed": 5, "unchanged": 0})
    stored = Product.objects.values_list("price", "sale_ends_at", "category_id", "is_active").distinct().order_by()
    assert list(stored) == [(Decimal("3.50"), ends, category.pk, False)]


def test_a_cancelled_or_lost_edit_writes_no_further_page(tenant, monkeypatch):
    monkeypatch.setattr(edits, "SMALL", 1)
    run = edit_products(tenant, [ProductFactory(tenant=tenant).pk for _ in range(2)], {"is_active": False})
    real = edits.take_up

    def taken_and_lost(run_id):
        mine = real(run_id)
        hand_on(mine)
        cancel_run(Run.objects.get(pk=run_id))
        return mine

    monkeypatch.setattr(edits, "take_up", taken_and_lost)
    work_on_edit(str(run.pk))
    assert Product.objects.filter(is_active=True).count() == 2


def test_wrong_values_are_refused_before_anything_is_queued(tenant, other_tenant):
    with pytest.raises(ValueError, match="sku"):
        edit_products(tenant, range(5_000), {"sku": "X"})
    with pytest.raises(ValueError, match="same business"):
        edit_products(tenant, range(5_000), {"category_id": CategoryFactory(tenant=other_tenant).pk})
    assert not Run.objects.exists()


def test_undo_of_a_bulk_action_from_its_message(tenant, owner):
    products = [ProductFactory(tenant=tenant) for _ in range(3)]
    ids = [product.pk for product in products]
    page = owner.post(LIST, {"action": "deactivate", "_selected_action": ids}, follow=True).content.decode()
    run = Run.objects.get()
    undo = f"/admin/operations/run/{run.pk}/rollback/"
    assert "3 products deactivated." in page and f'href="{undo}">Undo</a>' in page
    shown = owner.get(undo).content.decode()
    assert "touched 3 products" in shown and products[0].name in shown
    answer = owner.post(undo)
    rollback = Run.objects.get(kind=RunKind.ROLLBACK)
    assert answer.url == f"/admin/operations/run/{rollback.pk}/change/"
    work_on_rollback(str(rollback.pk))
    assert Product.objects.filter(is_active=True).count() == 3
    assert "Rolled back by" in owner.get(f"/admin/operations/run/{run.pk}/change/").content.decode()
    assert "cannot be rolled back" in owner.get(undo).content.decode()
    owner.post(undo)
    assert Run.objects.filter(kind=RunKind.ROLLBACK).count() == 1
    its_page = owner.get(f"/admin/operations/run/{rollback.pk}/change/").content.decode()
    assert "Rolls back:" in its_page and f"/admin/operations/run/{rollback.pk}/rollback/" in its_page


def test_deleted_products_are_had_back_together(tenant, other_tenant, owner):
    products = [ProductFactory(tenant=tenant) for _ in range(3)]
    for product in products:
        ImageFactory(product=product, variant=VariantFactory(product=product))
    ids = [product.pk for product in products]
    before = whole_state(*ids)
    page = owner.post(LIST, {"action": "delete_selected", "_selected_action": ids, "post": "yes"}, follow=True).content.decode()
    assert not Product.objects.exists() and "Deleted by mistake?" in page
    run = Run.objects.get()
    assert run.counts == {"changed": 3, "unchanged": 0}
    owner.post(f"/admin/operations/run/{run.pk}/rollback/")
    work_on_rollback(str(Run.objects.get(kind=RunKind.ROLLBACK).pk))
    assert whole_state(*ids) == before


def test_a_bulk_call_is_a_run_that_the_api_rolls_back(tenant, other_tenant, api, api_of):
    product = ProductFactory(tenant=tenant, sku="A", name="Old")
    rows = [{"sku": "A", "name": "New"}, {"sku": "B", "name": "Made"}, {"sku": "C"}]
    answer = api.post("/v1/products/bulk/", {"items": rows}, format="json").json()
    assert (answer["updated"], answer["created"], answer["failed"]) == (1, 1, 1)
    run = Run.objects.get(pk=answer["run_id"])
    assert (run.status, run.counts, run.started_by[:7]) == (RunStatus.COMPLETED, {"changed": 2, "unchanged": 1}, "API key")
    address = f"/v1/runs/{run.pk}/rollback/"
    shown = api.get(address).json()
    assert (shown["refused"], shown["total"], shown["made"], len(shown["steps"])) == ("", 2, 1, 2)
    assert api_of(tenant, "catalog:view").post(address).status_code == 403
    assert api_of(other_tenant).post(address).status_code == 404
    accepted = api.post(address, {}, format="json")
    assert accepted.status_code == 202
    again = api.post(address, {}, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_rollable")
    work_on_rollback(accepted.json()["run_id"])
    assert list(Product.objects.values_list("pk", "name")) == [(product.pk, "Old")]


def test_a_bulk_call_without_effect_leaves_no_run(tenant, api):
    ProductFactory(tenant=tenant, sku="A", name="Old")
    answer = api.post("/v1/products/bulk/", {"items": [{"sku": "A", "name": "Old"}]}, format="json").json()
    assert answer["run_id"] is None
    assert api.post("/v1/products/bulk/", {"items": "nonsense"}, format="json").status_code == 400
    assert not Run.objects.exists()


def test_the_command_shows_and_does_it(tenant, capsys):
    product = ProductFactory(tenant=tenant, name="Lamp", price=Decimal(5))
    run = edit_products(tenant, [product.pk], {"price": Decimal(6)})
    call_command("rollback_run", str(run.pk), dry_run=True)
    told = capsys.readouterr().out
    assert "Lamp: Product changes back" in told and "Price: 6 → 5" in told and "1 products: 1 rows would change back" in told
    assert Product.objects.get().price == Decimal(6)
    call_command("rollback_run", str(run.pk), wait=True)
    assert "Completed. Everything the run changed is as it was before." in capsys.readouterr().out
    assert Product.objects.get().price == Decimal(5)
    with pytest.raises(CommandError, match="already") as refused:
        call_command("rollback_run", str(run.pk))
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="There is no run"):
        call_command("rollback_run", "nonsense")


def test_the_command_tells_by_its_exit_code_that_something_was_left_alone(tenant, capsys):
    variant = VariantFactory(product=ProductFactory(tenant=tenant))
    run = edit_products(tenant, [variant.product_id], {"price": Decimal(6)})
    Product.objects.filter(pk=variant.product_id).update(price=Decimal(7))
    with pytest.raises(SystemExit) as ended:
        call_command("rollback_run", str(run.pk), wait=True)
    assert ended.value.code == 1
    assert (Product.objects.get().price, ProductVariant.objects.count()) == (Decimal(7), 1)
