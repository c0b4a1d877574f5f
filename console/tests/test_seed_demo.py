"""The demo: complete at first sight, and untouched by a second run."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from integrations.models import StoreConnection
from meta_integration.catalog.verdict_asks import ask_verdicts
from meta_integration.models import Catalog, CatalogChange, CatalogItem, ItemVerdict, MetaAppConfig
from meta_integration.standing import count_meta_states
from meta_integration.tests.world import World
from operations.models import Run
from products_and_services.models import Modifier, Product, ProductCategory, ProductVariant, Revision, SyncStatus
from sandbox.demo import prepare_demo
from sandbox.graph.review import ruling_on
from sandbox.shops.shopify import demo as shopify_demo
from sandbox.shops.woocommerce.demo import CONSUMER_KEY, CONSUMER_SECRET
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


def test_the_solar_shop_has_an_online_shop_whose_first_import_is_on_its_way(db, settings):
    settings.META_GRAPH_BASE_URL, settings.ALLOW_PRIVATE_STORE_URLS = "http://127.0.0.1:8001", True
    call_command("seed_demo", stdout=io.StringIO())
    shop = StoreConnection.objects.get()  # SHOPIFY_BASE_URL leads to the real Shopify, which knows no demo shop
    assert (shop.tenant.sub_domain, shop.store_url, shop.schedule) == ("solar", "http://127.0.0.1:8001/shops/demo", "quarter")
    assert (shop.credential("consumer_key"), shop.credential("consumer_secret")) == (CONSUMER_KEY, CONSUMER_SECRET)
    run = Run.objects.get(kind="import")
    assert run.status == "queued" and shop.current_run_id == run.pk and not run.params["dry_run"]
    assert run.not_before > run.created_at  # The sandbox starts together with the worker.
    call_command("seed_demo", stdout=io.StringIO())
    assert StoreConnection.objects.get() == shop and Run.objects.filter(kind="import").count() == 1


def test_the_pizzeria_sells_its_pantry_at_shopify(db, settings):
    settings.META_GRAPH_BASE_URL, settings.ALLOW_PRIVATE_STORE_URLS = "http://127.0.0.1:8001", True
    settings.SHOPIFY_BASE_URL = "http://127.0.0.1:8001/shopify/{domain}"
    call_command("seed_demo", stdout=io.StringIO())
    shop = StoreConnection.objects.get(provider="shopify")
    assert (shop.tenant.sub_domain, shop.shop_domain) == ("pizzeria", f"{shopify_demo.NAME}.myshopify.com")
    assert (shop.credential("client_id"), shop.credential("client_secret")) == (shopify_demo.CLIENT_ID, shopify_demo.CLIENT_SECRET)
    assert Run.objects.get(pk=shop.current_run_id).status == "queued" and StoreConnection.objects.count() == 2
    call_command("seed_demo", stdout=io.StringIO())
    assert StoreConnection.objects.count() == 2 == Run.objects.filter(kind="import").count()


@pytest.mark.parametrize(("graph", "allowed"), [("https://graph.facebook.com", True), ("http://127.0.0.1:8001", False)])
def test_without_the_sandbox_no_shop_is_connected(db, settings, graph, allowed):
    settings.META_GRAPH_BASE_URL, settings.ALLOW_PRIVATE_STORE_URLS = graph, allowed
    call_command("seed_demo", stdout=io.StringIO())
    assert not StoreConnection.objects.exists()


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
