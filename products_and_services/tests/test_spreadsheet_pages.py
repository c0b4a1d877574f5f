"""Importing and exporting in the admin: what a person sees, and that nobody reaches another business's files."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from operations.models import Run
from products_and_services.models import Product
from products_and_services.spreadsheets import exports, imports
from products_and_services.tests.factories import CategoryFactory, ProductFactory, UserFactory, admin_client, member
from products_and_services.tests.sheets import checked, csv_bytes, table_of
from tenants.scopes import ROLE_SCOPES

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = "/admin/products_and_services/product/import/", "/admin/products_and_services/product/export/"


@pytest.fixture
def owner(tenant):
    return admin_client(member(tenant))


def send(client, *rows, name="my products.csv", **choices):
    data = {"mode": "both", "create_categories": "on", "file": SimpleUploadedFile(name, csv_bytes(*rows)), **choices}
    return client.post(IMPORT, data, follow=True)


def run_url(run, page):
    return f"/admin/operations/run/{run.pk}/{page}/"


def test_upload_look_start(tenant, owner):
    ProductFactory(tenant=tenant, sku="A", name="Old <b>name</b>", price=1)
    page = send(owner, "SKU,Name,Price,Colour", "A,New name,1", "B,Second,2", "C,,3").content.decode()
    for text in ("my products.csv", "CSV, separated by commas, UTF-8", "Old &lt;b&gt;name&lt;/b&gt;", "New name", "Import 2 rows",
                 "<strong>Ignored:</strong> Colour", "This field cannot be blank."):  # fmt: skip
        assert text in page, text
    run = Run.objects.get()
    assert Product.objects.get().name == "Old <b>name</b>"
    answer = owner.post(run_url(run, "start"), {"mode": "both", "create_categories": "on"}, follow=True)
    assert "The import has started" in answer.content.decode()
    imports.work_on(str(run.pk))
    page = owner.get(run_url(run, "change")).content.decode()
    assert "1 created, 1 updated, 1 failed" in page and "Download the failed rows" in page
    (row,) = table_of(owner.get(run_url(run, "failed")).getvalue())
    assert row == {"SKU": "C", "Price": "3", "Error": "Name: This field cannot be blank."}


def test_corrected_failed_rows_go_in(tenant, owner):
    run = checked(tenant, csv_bytes("SKU,Name,Price", "A,One,x", "B,=Two,2", "C,'-3,y"))
    content = owner.get(run_url(run, "failed")).getvalue()
    assert table_of(content) == [
        {"SKU": "A", "Name": "One", "Price": "x", "Error": "Price: “x” is not a number. Write for example 12.50."},
        {"SKU": "C", "Name": "'-3", "Price": "y", "Error": "Price: “y” is not a number. Write for example 12.50."},
    ]
    send(owner, *content.decode("utf-8-sig").replace(",x,", ",1,").replace(",y,", ",2,").splitlines())
    again = Run.objects.first()
    assert again.counts == {"new": 2}


def test_other_choices_can_be_checked_before_the_start(tenant, owner, other_tenant):
    run = checked(tenant, csv_bytes("SKU,Name", "A,New"))
    assert b"Import 1 row<" in owner.get(run_url(run, "preview")).content
    answer = owner.post(run_url(run, "start"), {"mode": "update", "again": "1"}, follow=True)
    assert "There is nothing to import" in answer.content.decode()
    theirs = CategoryFactory(tenant=other_tenant)
    answer = owner.post(run_url(run, "start"), {"mode": "both", "default_category": theirs.pk}, follow=True)
    assert "Please choose again" in answer.content.decode() and not Product.objects.exists()


def test_a_large_file_is_checked_while_the_page_waits(tenant, owner):
    page = send(owner, "SKU,Name", *(f"S{number},P" for number in range(201))).content.decode()
    assert "checked in the background" in page and "data-reload" in page
    run = Run.objects.get()
    imports.work_on(str(run.pk))
    page = owner.get(run_url(run, "preview")).content.decode()
    assert "The first 50 rows" in page and "Import 201 rows" in page


@pytest.mark.parametrize(("content", "words"), [
    (b"%PDF-1.7", "This is not a spreadsheet: it is a PDF."), (b"", "The file is empty."), (b"Colour\r\nred", "No column is recognised"),
    (b"SKU,Name\r\n", "no rows below them"),
])  # fmt: skip
def test_another_file_is_told_beside_the_field(tenant, owner, content, words):
    answer = owner.post(IMPORT, {"mode": "both", "file": SimpleUploadedFile("x.csv", content)})
    assert words in answer.content.decode() and not Run.objects.exists()


def test_without_a_file_the_form_says_so(owner):
    assert "Choose a file first." in owner.post(IMPORT, {"mode": "both"}).content.decode()


def test_whoever_may_only_look_sees_the_preview_and_starts_nothing(tenant, monkeypatch):
    monkeypatch.setitem(ROLE_SCOPES, "staff", ("catalog:view",))
    run = checked(tenant, csv_bytes("SKU,Name", "A,New"))
    staff = admin_client(member(tenant, "staff"))
    assert staff.get(IMPORT).status_code == 404
    assert b"Start the import" not in staff.get(run_url(run, "preview")).content
    assert staff.post(run_url(run, "start"), {"mode": "both"}).status_code == 404
    assert not Product.objects.exists()


def test_another_business_reaches_nothing(tenant, other_tenant):
    run = checked(tenant, csv_bytes("SKU,Name", "A,New"))
    theirs = admin_client(member(other_tenant))
    for page in ("preview", "failed"):
        assert theirs.get(run_url(run, page)).status_code == 404
    assert theirs.post(run_url(run, "start"), {"mode": "both"}).status_code == 404


def test_without_a_business_the_pages_ask_for_one(db):
    client = admin_client(UserFactory(is_superuser=True))
    for page in (IMPORT, EXPORT):
        assert "Choose one in the list at the top" in client.get(page).content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_imported_as_it_is(tenant, owner, kind):
    content = owner.get(f"{IMPORT}template.{kind}").getvalue()
    run = checked(tenant, content)
    assert (run.counts, list(run.issues.all())) == ({"new": 2}, [])
    if kind == "xlsx":
        assert load_workbook(io.BytesIO(content)).sheetnames == ["Products", "Explanations"]


# --- export -----------------------------------------------------------------------------------------------------------------------
def test_all_or_the_list_as_it_was_filtered(tenant, other_tenant, owner):
    ProductFactory(tenant=tenant, sku="A", name="Panel")
    ProductFactory(tenant=tenant, sku="B", name="Inverter")
    ProductFactory(tenant=other_tenant, sku="C", name="Panel")
    assert "/product/export/?filters=q%3Dpanel" in owner.get("/admin/products_and_services/product/?q=panel").content.decode()
    address = f"{EXPORT}?filters=q%3Dpanel"
    assert "Those of the list as it was filtered (1)" in owner.get(address).content.decode()
    answer = owner.post(address, {"products": "filtered", "format": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="solar-products.csv"'
    assert [row["SKU"] for row in table_of(answer.getvalue())] == ["A"]
    assert [row["SKU"] for row in table_of(owner.post(EXPORT, {"products": "all", "format": "csv"}).getvalue())] == ["A", "B"]


@pytest.mark.parametrize("filters", ["nonsense__x=1", "category__id__exact=99999", "p=zz", "%00"])
def test_filters_that_mean_nothing_do_not_crash(tenant, owner, filters):
    ProductFactory(tenant=tenant)
    assert owner.get(EXPORT, {"filters": filters}).status_code == 200


def test_the_selected_products(tenant, owner):
    wanted, _other = ProductFactory(tenant=tenant, sku="A"), ProductFactory(tenant=tenant, sku="B")
    answer = owner.post("/admin/products_and_services/product/", {"action": "export_csv", "_selected_action": [wanted.pk]})
    assert [row["SKU"] for row in table_of(answer.getvalue())] == ["A"]


def test_many_products_are_written_by_a_worker(tenant, other_tenant, owner, monkeypatch):
    monkeypatch.setattr("products_and_services.admin.export_page.SMALL", 1)
    ProductFactory(tenant=tenant, sku="A")
    ProductFactory(tenant=tenant, sku="B")
    page = owner.post(EXPORT, {"products": "all", "format": "csv"}, follow=True).content.decode()
    assert "The file is being written" in page
    run = Run.objects.get()
    exports.work_on(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.counts, run.done, run.total) == ("completed", {"exported": 2}, 2, 2)
    assert [row["SKU"] for row in table_of(owner.get(run_url(run, "file")).getvalue())] == ["A", "B"]
    assert admin_client(member(other_tenant)).get(run_url(run, "file")).status_code == 404


def test_an_export_whose_worker_died_begins_anew(tenant, monkeypatch):
    ProductFactory(tenant=tenant, sku="A")
    run = exports.start_export(tenant, None, "xlsx")
    original = exports.store_file

    def killed(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(exports, "store_file", killed)
    with pytest.raises(KeyboardInterrupt):
        exports.work_on(str(run.pk))
    monkeypatch.setattr(exports, "store_file", original)
    Run.objects.update(status="queued", worker="")  # As the sweep hands it on.
    exports.work_on(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.files.count()) == ("completed", 1)
