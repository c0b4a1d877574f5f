"""`import_products` and `export_products`."""

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from operations.models import Run
from products_and_services.models import Product, Revision
from products_and_services.tests.factories import ProductFactory
from products_and_services.tests.sheets import csv_bytes, table_of

pytestmark = pytest.mark.django_db


def written(tmp_path, *rows, name="in.csv"):
    path = tmp_path / name
    path.write_bytes(csv_bytes(*rows))
    return str(path)


def test_a_file_is_imported_here_and_now(tenant, other_tenant, tmp_path, capsys):
    call_command("import_products", "--tenant", "solar", written(tmp_path, "SKU,Name", "A,One", "B,Two"))
    assert sorted(Product.objects.for_tenant(tenant).values_list("sku", flat=True)) == ["A", "B"]
    run = Run.objects.get()
    assert (run.status, run.started_by, Revision.objects.filter(run_id=run.pk).count()) == ("completed", "command import_products", 2)
    assert "created             2" in capsys.readouterr().out


def test_bad_rows_are_listed_and_the_exit_code_tells(tenant, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("import_products", "--tenant", "solar", written(tmp_path, "SKU,Name,Price", "A,One,x", "B,Two,2"))
    assert stopped.value.code == 1
    assert "row 2 (One), Price: “x” is not a number." in capsys.readouterr().out
    assert Product.objects.get().sku == "B"


def test_a_dry_run_writes_nothing(tenant, tmp_path, capsys):
    call_command("import_products", "--tenant", "solar", written(tmp_path, "SKU,Name", *(f"S{n},P" for n in range(201))), "--dry-run")
    assert not Product.objects.exists() and Run.objects.get().status == "completed"
    assert "new               201" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [
    (["--tenant", "nobody", "x.csv"], "there is no business"), (["--tenant", "solar", "/no/such.csv"], "No such file"),
])  # fmt: skip
def test_usage_errors(tenant, arguments, words):
    with pytest.raises(CommandError, match=words) as stopped:
        call_command("import_products", *arguments)
    assert stopped.value.returncode == 2


def test_another_file_is_told_what_it_is(tenant, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match="it is a PDF"):
        call_command("import_products", "--tenant", "solar", str(path))


def test_export_writes_what_import_takes(tenant, other_tenant, tmp_path, capsys):
    ProductFactory(tenant=tenant, sku="A", name="=1+1")
    ProductFactory(tenant=other_tenant, sku="THEIRS")
    target = tmp_path / "out.csv"
    call_command("export_products", "--tenant", "solar", str(target))
    (row,) = table_of(target.read_bytes())
    assert (row["SKU"], row["Name"], row["Price"]) == ("A", "'=1+1", "9.99")
    call_command("import_products", "--tenant", "solar", str(target))
    assert "unchanged           1" in capsys.readouterr().out


def test_the_ending_chooses_the_format(tenant, tmp_path):
    ProductFactory(tenant=tenant, sku="007")
    call_command("export_products", "--tenant", "solar", str(tmp_path / "out.xlsx"))
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert (sheet["C2"].value, sheet["E2"].value, sheet.freeze_panes) == ("007", 9.99, "A2")
