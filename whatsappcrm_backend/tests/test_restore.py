"""A backup restored on an empty machine gives a working system that converges with what Meta holds, from and to either kind of database."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django_celery_beat.models import PeriodicTask

from common.encrypted_field import DecryptionError, encrypt
from integrations.models import StoreConnection
from integrations.runs import start_import
from integrations.tests.run_world import connect as connect_store
from meta_integration.catalog.readback import read_back
from meta_integration.comparisons import take_up
from meta_integration.models import Catalog, CatalogBatch, CatalogItem, CategoryCatalog, ItemState, MetaAppConfig
from meta_integration.tests.convergence import oracle
from meta_integration.tests.world import ACCOUNTS, World
from operations.backups.archive import reading, writing
from operations.backups.make import make_backup
from operations.backups.others import LOCK_OF_MAKE_UP, who_else_is_connected
from operations.files import store_file, stream_file
from operations.models import Alert, Backup, BackupStatus, FileRole, Run, RunIssue, RunStatus
from operations.services import raise_alert, start_run
from products_and_services.models import Product, Revision
from products_and_services.tests.factories import CategoryFactory, ImageFactory, TenantFactory, VariantFactory, api_client, picture_file
from sandbox.graph import Fault
from tenants.models import IdempotentAnswer, Membership, Role, Tenant, TenantApiKey
from whatsappcrm_backend.tests.machines import KINDS, ON_POSTGRES, Machine, new_machine

WAYS = [(old, new) for old in KINDS for new in KINDS] if ON_POSTGRES else [("sqlite", "sqlite")]
SECOND = "200000000000095"
FOREIGN = "FOREIGN-1"


@pytest.fixture(autouse=True)
def _machines_only(django_db_blocker):
    """No test here touches the suite's database: each works on machines of its own."""
    with django_db_blocker.unblock():
        yield


class Shop:
    """What the test remembers of the old machine."""

    def __init__(self, world: World, file: Path) -> None:
        self.world, self.file = world, file
        self.key = ""
        self.newest_product = 0


@pytest.fixture
def world(settings, monkeypatch):
    return World(settings, monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, django_db_blocker):
    """The bytes of a backup of a filled machine of the suite's own kind."""
    folder = tmp_path_factory.mktemp("whole")
    with django_db_blocker.unblock(), override_settings(), pytest.MonkeyPatch.context() as patches:
        shop = Shop(World(settings, patches), folder / "backup.zip")
        with new_machine(KINDS[0], folder / "old", migrated=True) as old, old.at_work():
            fill(shop)
            call_command("backup", str(shop.file))
    return shop.file.read_bytes()


@pytest.fixture
def file(whole, tmp_path):
    path = tmp_path / "backup.zip"
    path.write_bytes(whole)
    return path


@pytest.fixture
def new(tmp_path):
    """An empty machine of the suite's own kind, at work."""
    with new_machine(KINDS[0], tmp_path / "new") as machine, machine.at_work():
        yield machine


@pytest.fixture
def used(tmp_path):
    """The same, with a business on it."""
    with new_machine(KINDS[0], tmp_path / "used", migrated=True) as machine, machine.at_work():
        TenantFactory(sub_domain="here-before")
        yield machine


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


@pytest.fixture
def shop(request, tmp_path, world):
    """A filled old machine, its backup, and what went on there afterwards; the marker's parameter is its kind."""
    made = Shop(world, tmp_path / "backup.zip")
    with new_machine(request.param, tmp_path / "old", migrated=True) as old, old.at_work():
        fill(made)
        call_command("backup", str(made.file))
        assert Backup.objects.get().status == BackupStatus.COMPLETED
        live_on(made)
    return made


def restore(file: Path, *options: str) -> None:
    call_command("restore", str(file), "--yes", *options)


@pytest.mark.parametrize(("shop", "new_kind"), WAYS, indirect=["shop"])
def test_an_empty_machine_gets_everything_and_converges_with_meta(shop, new_kind, tmp_path, world):
    with new_machine(new_kind, tmp_path / "new") as machine, machine.at_work():
        restore(shop.file)
        assert Product.objects.get(sku="S-1").name == "Panel 1"
        assert Product.objects.filter(sku="S-2").exists()
        assert not CatalogBatch.objects.filter(poll_at__isnull=False).exists()
        assert not CatalogItem.objects.filter(in_flight=True).exists()
        converge(world)
        assert differences_at_meta(world) == {}
        solar = Catalog.objects.get(tenant__sub_domain="solar")
        assert FOREIGN in world.at_meta(solar), "an item that is not ours was deleted"
        assert world.at_meta(solar)["S-1"]["price"] == "201.00 USD"
        everything_else_works(shop, machine)


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


def test_a_copy_elsewhere_starts_paused_and_calls_nobody(file, new, world, settings, capsys):
    settings.PUBLIC_BASE_URL, settings.META_GRAPH_BASE_URL = "https://copy.example", "https://graph.example"
    restore(file)
    assert "Resume" in capsys.readouterr().out
    for _ in range(5):
        world.pass_time(minutes=1)
        world.settle(rounds=3)
    assert world.standin.last_call == 0
    assert set(Product.objects.filter(sku__in=["S-5", "P-0"]).values_list("meta_sync_status", flat=True)) == {"paused"}


def test_the_wrong_secret_is_refused_before_anything_is_written(file, new, settings):
    settings.ENCRYPTION_SECRET = "another-secret-another-secret-another-secret"
    with pytest.raises(CommandError, match="another ENCRYPTION_SECRET"):
        restore(file)
    assert connection.introspection.table_names() == []
    assert not new.media.exists()
    restore(file, "--forget-secrets")
    assert {config.access_token for config in MetaAppConfig.objects.all()} == {""}
    assert Product.objects.filter(sku="S-0").exists()


def test_a_rotated_secret_opens_the_backup_and_the_first_one_encrypts(file, new, settings):
    old, fresh = settings.ENCRYPTION_SECRET, "another-secret-another-secret-another-secret"
    settings.ENCRYPTION_SECRET = f"{fresh},{old}"
    restore(file)
    settings.ENCRYPTION_SECRET = fresh
    assert MetaAppConfig.objects.get(tenant__sub_domain="solar").access_token == ACCOUNTS["solar"][0]
    settings.ENCRYPTION_SECRET = old
    with pytest.raises(DecryptionError):
        MetaAppConfig.objects.get(tenant__sub_domain="solar")


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("tables/products_and_services.product.jsonl")
    data[entry.header_offset + 150] ^= 0xFF
    path.write_bytes(bytes(data))


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Somebody who knows ZIP: the checksums of the ZIP itself are right."""
    with zipfile.ZipFile(path) as archive:
        members = {entry: archive.read(entry) for entry in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for entry, body in members.items():
            archive.writestr(entry, body)


def change_a_row(path: Path) -> None:
    name = "tables/products_and_services.product.jsonl"
    rewrite(path, lambda members: members.update({name: members[name].replace(b"Panel 1", b"Panel X")}))


def change_the_manifest(path: Path) -> None:
    name, origin = "manifest.json", b'"public_base_url": "'
    rewrite(path, lambda members: members.update({name: members[name].replace(origin, origin + b"https://x.")}))


def take_a_member(path: Path) -> None:
    rewrite(path, lambda members: members.pop("tables/tenants.auditevent.jsonl"))


def add_a_member(path: Path) -> None:
    rewrite(path, lambda members: members.update({"media/../../etc/cron": b"evil"}))


@pytest.mark.parametrize(
    "damage", [cut_off, flip_a_byte, change_a_row, change_the_manifest, take_a_member, add_a_member], ids=lambda damage: damage.__name__
)
def test_damaged_and_changed_files_are_refused_before_anything_is_written(file, new, damage):
    damage(file)
    with pytest.raises(CommandError, match="damaged|no complete backup|changed|missing"):
        restore(file)
    assert connection.introspection.table_names() == []
    assert not new.media.exists()


def test_a_file_that_is_not_there_is_said_to_be(new, tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        restore(tmp_path / "nothing.zip")


def test_data_is_replaced_only_when_asked_and_kept_first(file, used, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"
    with pytest.raises(CommandError, match=r"would be lost \(1 tenants.tenant\)"):
        restore(file)
    call_command("restore", str(file), "--check")
    assert Tenant.objects.get().sub_domain == "here-before"
    restore(file, "--replace")
    assert set(Tenant.objects.values_list("sub_domain", flat=True)) == {"solar", "pizzeria"}
    (kept,) = settings.BACKUP_DIR.iterdir()
    restore(kept, "--replace")
    assert Tenant.objects.get().sub_domain == "here-before"


@pytest.mark.skipif(KINDS[0] != "sqlite", reason="PostgreSQL counts its connections itself")
def test_nothing_is_replaced_under_a_running_make_up(file, used):
    with (Path(used.database.name).parent / LOCK_OF_MAKE_UP).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="make up"):
            restore(file, "--replace")
    restore(file, "--replace")
    assert Product.objects.filter(sku="S-0").exists()


@pytest.mark.postgres
@pytest.mark.skipif(not ON_POSTGRES, reason="counts connections to a server")
def test_nothing_is_replaced_while_others_are_connected(file, used):
    ready, enough = threading.Event(), threading.Event()

    def work_on() -> None:
        with used.at_work():
            Tenant.objects.count()
            ready.set()
            enough.wait(30)

    other = threading.Thread(target=work_on)
    other.start()
    ready.wait(30)
    try:
        with pytest.raises(CommandError, match="others use this database"):
            restore(file, "--replace")
    finally:
        enough.set()
        other.join()
    assert Tenant.objects.get().sub_domain == "here-before"


def test_a_backup_shows_one_moment_while_others_go_on_writing(used, tmp_path):
    """A business that is added when the first tables have been read is in none; nobody has to wait for the backup."""
    stuck = []

    def write_meanwhile() -> None:
        with used.at_work():
            TenantFactory(sub_domain="late")

    def watch(what: str, done: int, total: int) -> None:
        if not stuck:
            writer = threading.Thread(target=write_meanwhile)
            writer.start()
            writer.join(15)
            stuck.append(writer.is_alive())

    made = make_backup(tmp_path / "moment.zip", progress=watch)
    assert stuck == [False]
    assert Tenant.objects.count() == 2
    assert made.rows["tenants.tenant"] == 1


@pytest.mark.realprocess
def test_a_kill_in_the_middle_leaves_the_database_as_it_was(file, used, tmp_path):
    connection.close()  # PostgreSQL refuses a restore while others are connected.
    env = {**os.environ, "DATABASE_URL": used.database.url}
    command = [sys.executable, "-m", "whatsappcrm_backend.tests.dying_restore", str(file), str(tmp_path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    assert Tenant.objects.get().sub_domain == "here-before"
    assert not Product.objects.exists()
    while who_else_is_connected():  # PostgreSQL notices in its own time that the killed process is gone.
        time.sleep(0.1)
    restore(file, "--replace")
    assert Product.objects.filter(sku="S-0").exists()


def test_a_backup_of_a_newer_version_is_refused_in_words(file, new, tmp_path):
    newer = tmp_path / "newer.zip"
    with reading(file) as old, writing(newer) as archive:
        for name in old.manifest["members"]:
            with archive.member(name) as write, old.open(name) as stream:
                write(stream.read())
        migrations = [*old.manifest["migrations"], ["tenants", "0999_of_tomorrow"]]
        archive.finish({**old.manifest, "migrations": migrations}, encrypt)
    with pytest.raises(CommandError, match="tenants.0999_of_tomorrow"):
        restore(newer)
    assert connection.introspection.table_names() == []
