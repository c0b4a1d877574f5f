"""Two businesses with everything a backup has to keep, what goes on after it, and what has to work once it is restored."""

from decimal import Decimal
from pathlib import Path

from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.test import Client
from django_celery_beat.models import PeriodicTask

from integrations.models import StoreConnection
from integrations.runs import start_import
from integrations.tests.run_world import connect as connect_store
from meta_integration.catalog.readback import read_back
from meta_integration.comparisons import take_up
from meta_integration.models import Catalog, CatalogBatch, CatalogItem, CategoryCatalog, ItemState, MetaAppConfig
from meta_integration.tests.convergence import oracle
from meta_integration.tests.world import ACCOUNTS, World
from operations.files import store_file, stream_file
from operations.models import Alert, FileRole, Run, RunIssue, RunStatus
from operations.services import raise_alert, start_run
from products_and_services.models import Product, Revision
from products_and_services.tests.factories import CategoryFactory, ImageFactory, TenantFactory, VariantFactory, api_client, picture_file
from sandbox.graph import Fault
from tenants.models import IdempotentAnswer, Membership, Role, Tenant, TenantApiKey
from whatsappcrm_backend.tests.machines import Machine

SECOND = "200000000000095"
FOREIGN = "FOREIGN-1"


class Shop:
    """What the test remembers of the old machine."""

    def __init__(self, world: World, file: Path) -> None:
        self.world, self.file = world, file
        self.key = ""
        self.newest_product = 0


def fill(shop: Shop) -> None:
    """Two businesses with items in every state, an open batch, an open run, an alert, people, a key, pictures and history."""
    world = shop.world
    solar, pizzeria = TenantFactory(sub_domain="solar", name="Solar Shop"), TenantFactory(sub_domain="pizzeria", currency="EUR")
    catalog, other = world.connect(solar), world.connect(pizzeria)
    category = CategoryFactory(tenant=pizzeria, name="Drinks")
    world.standin.add_account(*ACCOUNTS["pizzeria"][:3], catalog_ids=[SECOND])
    second = Catalog.objects.create(tenant=pizzeria, config=other.config, catalog_id=SECOND, is_current=False)
    CategoryCatalog.objects.create(tenant=pizzeria, category=category, catalog=second)
    for number in range(12):
        world.product(solar, f"S-{number}", name=f"Panel {number}", price=Decimal(100 + number))
    shirt = world.product(solar, "SHIRT", name="Shirt")
    for colour in ("red", "blue"):
        VariantFactory(product=shirt, name=colour, sku=f"SHIRT-{colour}", attributes={"color": colour})
    pictured = world.product(solar, "PICTURED", is_active=False)
    ImageFactory(product=pictured, image=picture_file(), sort_order=9)
    for number in range(4):
        world.product(pizzeria, f"P-{number}", name=f"Pizza {number}", category=category if number == 3 else None)
    with world.fault(Fault("reject_item", retailer_ids=("S-11",))):
        world.settle(catalog, other, second)
    world.product(solar, "NEVER-SENT", is_active=False)
    Product.objects.get(sku="S-10").delete()
    change("S-9", is_active=False)
    world.settle(catalog)
    with world.fault(Fault("outage", edges=("write",))):
        change("S-8", price=Decimal(7))
        world.work(catalog)
    world.standin.batch_delay = 10_000
    for number in range(7):
        change(f"S-{number}", price=Decimal(200 + number))
    world.work(catalog)
    person = get_user_model().objects.create_user("ada", password="correct horse", is_staff=True)
    Membership.objects.create(tenant=solar, user=person, role=Role.OWNER)
    shop.key = api_client(solar)._credentials["HTTP_X_TENANT_API_KEY"]
    run = start_run(solar, "csv", total=3)
    RunIssue.objects.create(run=run, subject="row 2", message="no price")
    store_file(run, FileRole.UPLOAD, "products.csv", "text/csv", [bytes(range(256)) * 3_000])
    raise_alert(solar, kind="test", key="k", title="Look at this")
    start_import(connect_store(solar, schedule="nightly"))
    IdempotentAnswer.objects.create(tenant=solar, key="once", fingerprint="f", status=201, body={"id": 1})
    extra = world.product(pizzeria, "SHORT-LIVED")
    shop.newest_product = extra.pk
    extra.delete()
    assert {"S-10"} == set(CatalogItem.objects.filter(state=ItemState.GONE).values_list("retailer_id", flat=True))
    states = set(CatalogItem.objects.values_list("state", flat=True))
    assert states >= {ItemState.SYNCED, ItemState.HIDDEN, ItemState.GONE, ItemState.RETRY, ItemState.REJECTED, ItemState.SYNCING}
    assert CatalogBatch.objects.filter(poll_at__isnull=False).exists()


def change(sku: str, **values: object) -> None:
    product = Product.objects.get(sku=sku)
    for name, value in values.items():
        setattr(product, name, value)
    product.save()


def live_on(shop: Shop) -> None:
    """What happens between the backup and the loss of the old machine: edits, deletes, new products, and hands on Meta's side."""
    world, catalog = shop.world, Catalog.objects.get(tenant__sub_domain="solar")
    world.standin.batch_delay = 0
    world.pass_time(minutes=40)
    world.settle(catalog)
    change("S-1", name="Renamed after the backup", price=Decimal(1))
    Product.objects.get(sku="S-2").delete()
    change("S-9", is_active=True)
    world.settle(catalog)
    place = catalog.catalog_id
    world.standin.edit_item(place, "S-3", name="A hand was here")
    world.standin.delete_item(place, "S-4")
    world.standin.add_item(place, FOREIGN)
    world.standin.add_item(place, "S-10", name="Back by hand")
    assert world.at_meta(catalog)["S-1"]["name"] == "Renamed after the backup"


def converge(world: World) -> None:
    """Workers: the queued comparisons, then sweeps and rounds until nothing is left."""
    for run in Run.objects.filter(kind="reconcile", status=RunStatus.RUNNING):
        options = take_up(str(run.pk))
        assert options == {"dry_run": False, "allow_removals": False}
        read_back(run.params["catalog_pk"], run_id=str(run.pk), **options)
    world.run_until_quiet()


def differences_at_meta(world: World) -> dict[str, dict[str, str]]:
    found = {}
    mapping = {row.category_id: row.catalog.catalog_id for row in CategoryCatalog.objects.select_related("catalog")}
    for tenant in Tenant.objects.all():
        default = MetaAppConfig.objects.get(tenant=tenant).catalog_id
        wanted = oracle.truth(tenant, world.now, default, mapping)
        for catalog in Catalog.objects.filter(tenant=tenant, is_current=True):
            here = wanted.get(catalog.catalog_id, {})
            rejected = set(CatalogItem.objects.filter(catalog=catalog, state=ItemState.REJECTED).values_list("retailer_id", flat=True))
            found[catalog.catalog_id] = oracle.differences(here, world.at_meta(catalog), {FOREIGN} | rejected)
    return {catalog: differences for catalog, differences in found.items() if differences}


def everything_else_works(shop: Shop, machine: Machine) -> None:
    solar = Tenant.objects.get(sub_domain="solar")
    assert authenticate(username="ada", password="correct horse") is not None
    assert MetaAppConfig.objects.get(tenant=solar).access_token == ACCOUNTS["solar"][0]
    headers = {"X-TENANT-ID": str(solar.pk), "X-TENANT-API-KEY": shop.key}
    answer = Client().get("/v1/products/?page_size=200", headers=headers)
    assert answer.status_code == 200
    assert {row["sku"] for row in answer.json()["results"]} >= {"S-0", "S-1", "SHIRT"}
    assert "P-0" not in answer.content.decode()
    (picture,) = Product.objects.get(sku="PICTURED").images.exclude(image="")
    assert picture.image.read() and Path(picture.image.path).is_relative_to(machine.media)
    (run,) = Run.objects.filter(kind="csv")
    assert (run.status, run.issues.get().message) == (RunStatus.FAILED, "no price")
    assert "restored" in run.message
    assert b"".join(stream_file(run.files.get())) == bytes(range(256)) * 3_000
    assert Alert.objects.get(key="k").title == "Look at this"
    store = StoreConnection.objects.get(tenant=solar)
    assert store.credential("consumer_key") == "ck_1" and PeriodicTask.objects.get(name=f"shop-{store.pk}").crontab.hour == "3"
    assert Run.objects.get(kind="import").status == RunStatus.FAILED and start_import(store)
    assert IdempotentAnswer.objects.get().body == {"id": 1}
    assert Revision.objects.filter(entity="product", action="deleted").count() == 2
    # A number that was given to a deleted product is not given away again: its history and its items at Meta still carry it.
    assert Product.objects.create(tenant=solar, name="New").pk > shop.newest_product
    TenantApiKey.objects.create(tenant=solar, name="another", prefix="x", key_hash="x")
    call_command("migrate", check_unapplied=True, verbosity=0)
