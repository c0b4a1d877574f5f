"""The demo: complete at first sight, and untouched by a second run."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from meta_integration.catalog.verdict_asks import ask_verdicts
from meta_integration.models import Catalog, CatalogChange, CatalogItem, ItemVerdict, MetaAppConfig
from meta_integration.standing import count_meta_states
from meta_integration.tests.world import World
from products_and_services.models import Modifier, Product, ProductCategory, ProductVariant, Revision, SyncStatus
from sandbox.demo import prepare_demo
from sandbox.graph.review import ruling_on
from tenants.models import Tenant


@pytest.fixture
def world(db, settings, monkeypatch):
    return World(settings, monkeypatch)


@pytest.fixture
def demo(db, monkeypatch):
    monkeypatch.setenv("DEMO_ADMIN_PASSWORD", "a-demo-password-1")
    call_command("seed_demo", stdout=io.StringIO())


def test_two_businesses_with_about_sixty_pictured_products(demo):
    assert set(Tenant.objects.values_list("sub_domain", flat=True)) == {"solar", "pizzeria"}
    assert 50 <= Product.objects.count() <= 70
    inverter = Product.objects.get(sku="5784935")
    assert (inverter.name, inverter.tenant.sub_domain) == ("MUST 3kva Inverter", "solar")
    without_picture = Product.objects.filter(images__isnull=True)
    assert [product.sku for product in without_picture] == ["SOL-NOPIC-1"]


def test_every_badge_occurs(demo):
    assert set(Product.objects.values_list("meta_sync_status", flat=True)) == set(SyncStatus.values)


def test_the_pizza_has_its_sizes_and_toppings(demo):
    pizza = Product.objects.get(name="Margherita Pizza")
    sizes = pizza.variants.values_list("name", "price")
    assert [(name, f"{price:.2f}") for name, price in sizes] == [("Small", "12.00"), ("Medium", "15.00"), ("Large", "18.00")]
    prices = {modifier.name: f"{modifier.price:.2f}" for group in pizza.modifier_groups.all() for modifier in group.modifiers.all()}
    assert (prices["Extra Cheese"], prices["Pepperoni"]) == ("2.00", "2.50")


def test_a_second_run_changes_nothing(demo):
    models = (Tenant, Product, ProductVariant, Modifier, MetaAppConfig, CatalogItem, CatalogChange, Revision, get_user_model())
    before = [list(model.objects.order_by("pk").values()) for model in models]
    answer = io.StringIO()
    call_command("seed_demo", stdout=answer)
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    assert "nothing changed" in answer.getvalue()


def test_what_a_person_renamed_or_deleted_in_the_demo_stays(demo):
    Product.objects.filter(sku="5784935").update(name="Our inverter")
    Product.objects.get(sku="CAT-01").delete()
    ProductCategory.objects.filter(name="Inverters").update(name="Boxes")
    call_command("seed_demo", stdout=io.StringIO())
    assert Product.objects.get(sku="5784935").name == "Our inverter"
    assert not Product.objects.filter(sku="CAT-01").exists()
    assert not ProductCategory.objects.filter(name="Inverters").exists()


def test_every_verdict_of_meta_comes_about_by_itself(world):
    """With the stand-in's own settings: nothing of Meta's side is painted by the seed."""
    world.standin.add_demo_accounts()
    prepare_demo(world.standin)
    world.standin.review_delay = 5
    call_command("seed_demo", stdout=io.StringIO())
    assert not ItemVerdict.objects.exists()
    catalog = Catalog.objects.get(catalog_id="200000000000001")
    world.settle(catalog)
    world.pass_time(minutes=2)
    while ask_verdicts(catalog.pk):
        pass
    found = count_meta_states(CatalogItem.objects.filter(catalog=catalog))
    assert found.pop("live") > 20
    assert found == {"rejected": 1, "warning": 2, "processing": 1}


def test_what_a_person_approved_on_metas_side_stays_approved(world):
    prepare_demo(world.standin)
    world.standin.rule("200000000000001", "SOL-LGT-TRAP", "approve")
    prepare_demo(world.standin)
    assert ruling_on(world.standin, "200000000000001", "SOL-LGT-TRAP") == {}
