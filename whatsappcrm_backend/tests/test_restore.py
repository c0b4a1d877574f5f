"""A backup restored on an empty machine gives a working system that converges with what Meta holds, from and to either kind of database."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from common.encrypted_field import DecryptionError, encrypt
from meta_integration.models import Catalog, CatalogBatch, CatalogItem, MetaAppConfig
from meta_integration.tests.world import ACCOUNTS, World
from operations.backups.archive import reading, writing
from operations.backups.make import make_backup
from operations.backups.others import LOCK_OF_MAKE_UP, who_else_is_connected
from operations.models import Backup, BackupStatus
from products_and_services.models import Product
from products_and_services.tests.factories import TenantFactory
from tenants.models import Tenant
from whatsappcrm_backend.tests.damage import add_a_member, change_a_row, change_the_manifest, cut_off, flip_a_byte, take_a_member
from whatsappcrm_backend.tests.kept_shops import FOREIGN, Shop, converge, differences_at_meta, everything_else_works, fill, live_on
from whatsappcrm_backend.tests.machines import KINDS, ON_POSTGRES, new_machine

WAYS = [(old, new) for old in KINDS for new in KINDS] if ON_POSTGRES else [("sqlite", "sqlite")]


@pytest.fixture(autouse=True)
def _machines_only(django_db_blocker):
    """No test here touches the suite's database: each works on machines of its own."""
    with django_db_blocker.unblock():
        yield


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
