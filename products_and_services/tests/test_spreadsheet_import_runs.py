"""File imports as runs: checked, confirmed or cancelled by a person, and nothing lost or done twice when workers stop."""

from datetime import timedelta

import pytest

from common.clock import database_now
from operations.background import ring_forgotten
from operations.files import UPLOADS_KEPT, prune_files
from operations.models import Run, RunFile, RunStatus
from operations.services import cancel_run
from products_and_services.models import Product, ProductCategory
from products_and_services.spreadsheets import imports
from products_and_services.spreadsheets.reading import NotReadable
from products_and_services.spreadsheets.verdicts import Options
from products_and_services.tests.sheets import checked, confirmed, csv_bytes, imported, issues_of, upload

pytestmark = pytest.mark.django_db


# --- check, confirm, cancel ------------------------------------------------------------------------------------------------------
def test_nothing_is_written_before_a_person_confirms(tenant, announced):
    run = checked(tenant, csv_bytes("SKU,Name,Category", "A,New,Shelf", "B,,"))
    assert (run.status, run.total, run.counts) == (RunStatus.NEEDS_CONFIRMATION, 2, {"new": 1, "failed": 1})
    assert issues_of(run) == [("row 3 (B)", "Name", "This field cannot be blank.")]
    assert not Product.objects.exists() and not ProductCategory.objects.exists() and announced == []
    run = confirmed(run)
    assert (run.status, run.counts, run.issues.count()) == (RunStatus.COMPLETED, {"created": 1, "failed": 1}, 1)
    assert not imports.confirm_import(run, Options())


def test_a_preview_knows_what_earlier_rows_will_make(tenant):
    run = checked(tenant, csv_bytes("SKU,Variant of,Name", "S,,Shirt", "S-R,S,Red", "X,S,Blue"))
    assert run.counts == {"new": 3}


def test_other_choices_are_checked_again(tenant):
    run = checked(tenant, csv_bytes("SKU,Name", "A,New"))
    assert imports.check_again(run, Options(mode="update"))
    run.refresh_from_db()
    assert (run.status, run.counts) == (RunStatus.NEEDS_CONFIRMATION, {"skipped": 1})
    assert confirmed(run).counts == {"skipped": 1}


def test_a_large_file_is_checked_by_a_worker(tenant):
    run = checked(tenant, csv_bytes("SKU,Name", *(f"S{number},P" for number in range(201))))
    assert run.status == RunStatus.QUEUED
    imports.work_on(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.counts) == (RunStatus.NEEDS_CONFIRMATION, {"new": 201})


def test_a_cancelled_run_imports_nothing(tenant):
    run = checked(tenant, csv_bytes("SKU,Name", "A,New"))
    cancel_run(run)
    assert not imports.confirm_import(run, Options()) and not Product.objects.exists()


# --- workers that stop ------------------------------------------------------------------------------------------------------------
def rows(number):
    return csv_bytes("SKU,Name,Brand", *(f"S{place},P{place},B" for place in range(number)), "S0,again,B")


def test_a_worker_whose_time_is_up_hands_on_at_the_cursor(tenant):
    run = imports.start_import(tenant, upload(rows(250)), stage=imports.IMPORT)
    for done in (100, 200):
        imports.work_on(str(run.pk), seconds=0)
        run.refresh_from_db()
        assert (run.status, run.cursor, run.done, Product.objects.count()) == (RunStatus.QUEUED, done, done, done)
    imports.work_on(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.counts, run.total) == (RunStatus.COMPLETED, {"created": 250, "failed": 1}, 251)
    assert issues_of(run) == [("row 252 (again)", "SKU", "Row 2 has the same SKU (S0). Keep one of the two rows.")]


def test_a_killed_worker_costs_at_most_its_chunk(tenant, monkeypatch):
    run = imports.start_import(tenant, upload(rows(250)), stage=imports.IMPORT)
    original = imports.save_verdict

    def killed(verdict, *rest):
        if verdict.row.number == 150:
            raise KeyboardInterrupt
        original(verdict, *rest)

    monkeypatch.setattr(imports, "save_verdict", killed)
    with pytest.raises(KeyboardInterrupt):
        imports.work_on(str(run.pk))
    assert Product.objects.count() == 100
    monkeypatch.setattr(imports, "save_verdict", original)
    ring_forgotten(database_now() + timedelta(minutes=11))
    imports.work_on(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.counts, Product.objects.count()) == (RunStatus.COMPLETED, {"created": 250, "failed": 1}, 250)


def test_cancelling_takes_back_the_chunk_at_work_and_keeps_what_was_done(tenant):
    run = imports.start_import(tenant, upload(rows(250)), stage=imports.IMPORT)
    imports.work_on(str(run.pk), progress=lambda done, total: cancel_run(Run.objects.get(pk=run.pk)))
    run.refresh_from_db()
    assert (run.status, run.counts, run.done, Product.objects.count()) == (RunStatus.CANCELLED, {"created": 100}, 100, 100)


def test_a_file_that_breaks_off_is_refused_before_its_first_row(tenant):
    run = imported(tenant, csv_bytes("SKU,Name", *(f"S{number},P" for number in range(300)), 'X,"' + "x" * 2_000_000))
    assert run.status == RunStatus.FAILED and "quotation mark" in run.message
    assert not Product.objects.exists()


def test_without_its_file_a_run_says_so(tenant):
    run = checked(tenant, csv_bytes("SKU,Name", "A,New"))
    prune_files(database_now() + UPLOADS_KEPT)
    assert not RunFile.objects.exists()
    assert confirmed(run).status == RunStatus.FAILED
    assert "kept for 14 days" in run.message or Run.objects.get(pk=run.pk).message.startswith("The uploaded file is no longer here")


def test_a_refused_file_leaves_nothing(tenant):
    with pytest.raises(NotReadable):
        checked(tenant, "Name,SKU\r\n")
    with pytest.raises(NotReadable):
        checked(tenant, b"%PDF-1.7")
    assert not Run.objects.exists() and not RunFile.objects.exists()
