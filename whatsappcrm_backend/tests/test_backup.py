"""Making backups: what is in the file, who may read it, one at a time, how many stay, and what the start page says."""

import json
import stat
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from operations import tasks
from operations.alerting.own_rules import late_backup
from operations.backups import make
from operations.backups.archive import BackupError
from operations.backups.daily import backup_if_due
from operations.backups.folder import remove_older
from operations.backups.records import last_backup_at, recorded
from operations.models import Backup, BackupStatus
from products_and_services.models import ProductCategory
from tenants.tests.factories import logged_in, make_member, make_superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"
    return settings.BACKUP_DIR


def rows_of(path, label):
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        (table,) = [table for table in manifest["tables"] if table["model"] == label]
        lines = archive.read(f"tables/{label}.jsonl").decode().splitlines()
    return [dict(zip(table["columns"], json.loads(line), strict=True)) for line in lines]


def test_the_file_holds_the_rows_and_is_its_owners_alone(folder, tenant, other_tenant, capsys):
    call_command("backup")
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {row["sub_domain"] for row in rows_of(path, "tenants.tenant")} == {"solar", "pizzeria"}
    assert rows_of(path, "tenants.tenant")[0]["created_at"].endswith("+00:00")
    assert "ENCRYPTION_SECRET" in capsys.readouterr().out
    row = Backup.objects.get()
    assert (row.status, row.size, row.started_by) == (BackupStatus.COMPLETED, path.stat().st_size, "command backup")
    assert last_backup_at() == row.started_at
    with zipfile.ZipFile(path) as archive:
        assert "operations.backup" not in archive.read("manifest.json").decode()
        assert "sessions.session" not in archive.read("manifest.json").decode()


def test_a_failure_leaves_no_file_and_says_so(folder, tenant, monkeypatch):
    def full_disk(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(make, "_write_tables", full_disk)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup")
    assert list(folder.iterdir()) == []
    assert (Backup.objects.get().status, Backup.objects.get().message) == (BackupStatus.FAILED, "No space left on device")
    assert last_backup_at() is None
    assert "snapshot" not in connections


def test_one_at_a_time_and_a_silent_one_is_taken_for_dead(folder, tenant):
    now = timezone.now()
    dead = Backup.objects.create(file="x", started_at=now - timedelta(hours=1), heartbeat_at=now - timedelta(minutes=31))
    with recorded("a.zip"):
        dead.refresh_from_db()
        assert dead.status == BackupStatus.FAILED
        with pytest.raises(BackupError, match="right now"), recorded("b.zip"):
            pass
    assert Backup.objects.get(file="a.zip").status == BackupStatus.COMPLETED


def test_a_file_is_never_overwritten(folder, tmp_path, tenant):
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(tmp_path / "mine.zip"))
    with pytest.raises(CommandError, match="no folder"):
        call_command("backup", str(tmp_path / "nowhere" / "mine.zip"))
    assert (tmp_path / "mine.zip").read_text() == "mine"


def test_missing_pictures_are_told_and_the_rest_is_kept(folder, tenant, capsys):
    there = default_storage.save("categories/solar/a.png", ContentFile(b"picture"))
    ProductCategory.objects.create(tenant=tenant, name="A", slug="a", image=there)
    ProductCategory.objects.create(tenant=tenant, name="B", slug="b", image="categories/solar/gone.png")
    with pytest.raises(SystemExit, match="4"):
        call_command("backup")
    assert "missing in the storage: categories/solar/gone.png" in capsys.readouterr().err
    (path,) = folder.iterdir()
    with zipfile.ZipFile(path) as archive:
        assert archive.read(f"media/{there}") == b"picture"
    call_command("backup", str(folder / "without.zip"), "--no-media")
    with zipfile.ZipFile(folder / "without.zip") as archive:
        assert not [name for name in archive.namelist() if name.startswith("media/")]


def test_only_older_backups_with_our_names_go(tmp_path):
    names = [f"whatsappcrm-2026112{day}T010203Z.zip" for day in range(5)]
    strangers = ["whatsappcrm-20261101T010203Z.before-restore.zip", "mine.zip", "whatsappcrm-notes.zip"]
    for name in [*names, *strangers]:
        (tmp_path / name).touch()
    assert remove_older(tmp_path, 2) == names[:3]
    assert {path.name for path in tmp_path.iterdir()} == {*names[3:], *strangers}
    remove_older(tmp_path, 0)
    assert (tmp_path / names[4]).exists(), "the last one never goes"


def test_the_daily_backup_comes_when_the_last_one_is_a_day_old(folder, settings, tenant):
    now = timezone.now()
    assert backup_if_due(now) is not None
    assert backup_if_due(now + timedelta(hours=1)) is None
    Backup.objects.update(started_at=now - timedelta(hours=24))
    tasks.backup_if_due("an argument of tomorrow")
    assert Backup.objects.count() == 2
    settings.BACKUP_KEEP = 0
    Backup.objects.all().delete()
    assert backup_if_due(now) is None


def test_a_backup_that_does_not_come_calls_somebody(tenant, settings):
    now = timezone.now()

    def found():
        return [one.key for one in late_backup(now, frozenset())]

    assert found() == [], "a fresh installation has an hour to make its first one"
    Backup.objects.create(file="a", status="failed", started_at=now, heartbeat_at=now, finished_at=now)
    assert found() == ["backup-late"]
    made = Backup.objects.create(file="b", status="completed", started_at=now - timedelta(hours=47), heartbeat_at=now, finished_at=now)
    assert found() == []
    Backup.objects.filter(pk=made.pk).update(started_at=now - timedelta(hours=49))
    assert found() == ["backup-late"]
    settings.BACKUP_KEEP = 0
    assert found() == []


def test_the_start_page_tells_administrators_and_nobody_else(tenant):
    now = timezone.now()
    Backup.objects.create(file="/b/old.zip", status="completed", started_at=now - timedelta(days=3), heartbeat_at=now, finished_at=now)
    page = logged_in(make_superuser(), tenant).get("/admin/").content.decode()
    assert "old.zip" in page and "The last backup is from" in page
    assert "old.zip" not in logged_in(make_member(tenant, "owner"), tenant).get("/admin/").content.decode()
    Backup.objects.update(started_at=now)
    assert "The last backup is from" not in logged_in(make_superuser(), tenant).get("/admin/").content.decode()
