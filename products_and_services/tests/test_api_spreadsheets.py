"""`/v1/products/import/` and `/v1/products/export/`."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from operations.models import Run
from products_and_services.api import spreadsheets
from products_and_services.models import Product
from products_and_services.spreadsheets import exports, imports
from products_and_services.tests.factories import CategoryFactory, ProductFactory
from products_and_services.tests.sheets import csv_bytes, table_of

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = "/v1/products/import/", "/v1/products/export/"


def send(client, *rows, **fields):
    file = SimpleUploadedFile("products.csv", csv_bytes(*rows))
    return client.post(IMPORT, {"file": file, **fields}, format="multipart")


def test_a_file_is_imported_in_the_background(tenant, api):
    answer = send(api, "SKU,Name,Price", "A,One,1", "B,,2")
    assert answer.status_code == 202
    assert not Product.objects.exists()
    run = Run.objects.get()
    assert answer.json() == {"run_id": str(run.pk), "run_url": f"http://testserver/v1/runs/{run.pk}"}
    imports.work_on(str(run.pk))
    told = api.get(answer.json()["run_url"]).json()
    assert (told["kind"], told["status"], told["counts"]) == ("csv", "completed", {"created": 1, "failed": 1})
    assert told["errors"] == [{"product_id": None, "error": "This field cannot be blank."}]
    assert Product.objects.get().sku == "A"


def test_a_dry_run_tells_and_writes_nothing(tenant, api):
    run_id = send(api, "SKU,Name", "A,One", dry_run="true").json()["run_id"]
    told = api.get(f"/v1/runs/{run_id}/").json()
    assert (told["status"], told["counts"]) == ("completed", {"new": 1}) and not Product.objects.exists()


def test_choices_are_of_the_business(tenant, other_tenant, api):
    mine, theirs = CategoryFactory(tenant=tenant), CategoryFactory(tenant=other_tenant)
    assert "default_category" in send(api, "SKU,Name", "A,One", default_category=theirs.pk).json()["error"]["fields"]
    run_id = send(api, "SKU,Name,Category", "A,One,", "B,Two,Unknown", default_category=mine.pk, create_categories="false").json()["run_id"]
    imports.work_on(run_id)
    assert Product.objects.get().category == mine


@pytest.mark.parametrize(("fields", "wrong"), [
    ({}, "file"), ({"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}, "file"), ({"file": SimpleUploadedFile("x.csv", b"")}, "file"),
    ({"file": SimpleUploadedFile("x.csv", b"SKU\n1"), "mode": "delete"}, "mode"),
])  # fmt: skip
def test_what_cannot_be_imported_is_told(api, fields, wrong):
    answer = api.post(IMPORT, fields, format="multipart")
    assert answer.status_code == 400 and list(answer.json()["error"]["fields"]) == [wrong]
    assert not Run.objects.exists()


def test_the_same_upload_twice_with_one_key_is_one_import(tenant, api):
    first, second = (
        api.post(
            IMPORT, {"file": SimpleUploadedFile("a.csv", csv_bytes("SKU,Name", "A,One"))}, format="multipart",
            headers={"Idempotency-Key": "monday"},
        )
        for _ in range(2)
    )  # fmt: skip
    assert first.json() == second.json() and Run.objects.count() == 1


def test_export_takes_the_filters_of_the_list(tenant, other_tenant, api):
    ProductFactory(tenant=tenant, sku="A", is_active=False)
    ProductFactory(tenant=tenant, sku="B", name="Übung")
    ProductFactory(tenant=other_tenant, sku="C")
    answer = api.get(EXPORT, {"is_active": "true"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="solar-products.csv"'
    assert [(row["SKU"], row["Name"]) for row in table_of(answer.getvalue())] == [("B", "Übung")]
    sheet = load_workbook(io.BytesIO(api.get(EXPORT, {"format": "xlsx"}).getvalue())).active
    assert [sheet["C2"].value, sheet["C3"].value, sheet["C4"].value] == ["A", "B", None]
    assert api.get(EXPORT, {"format": "pdf"}).status_code == 400


def test_many_products_go_in_the_background(tenant, api, monkeypatch):
    monkeypatch.setattr(spreadsheets, "SMALL", 1)
    ProductFactory(tenant=tenant, sku="A")
    ProductFactory(tenant=tenant, sku="B")
    assert api.get(EXPORT).json()["error"]["code"] == "too_many"
    for address, skus in ((EXPORT, ["A", "B"]), (f"{EXPORT}?sku=B", ["B"])):
        answer = api.post(address, {"format": "csv"})
        assert answer.status_code == 202
        run_id = answer.json()["run_id"]
        assert api.get(f"/v1/runs/{run_id}/file/").status_code == 409
        exports.work_on(run_id)
        assert [row["SKU"] for row in table_of(api.get(f"/v1/runs/{run_id}/file/").getvalue())] == skus


def test_scopes(tenant, api_of):
    reader = api_of(tenant, "catalog:view")
    assert send(reader, "SKU,Name", "A,One").status_code == 403
    assert reader.get(EXPORT).status_code == 200 and reader.post(EXPORT).status_code == 202
    assert api_of(tenant, "orders:view").get(EXPORT).status_code == 403


def test_whoever_may_not_see_products_gets_no_file_of_them(tenant, other_tenant, api, api_of):
    ProductFactory(tenant=tenant, sku="A")
    run_id = api.post(EXPORT).json()["run_id"]
    exports.work_on(run_id)
    address = f"/v1/runs/{run_id}/file/"
    assert api_of(tenant, "catalog:view").get(address).status_code == 200
    watcher = api_of(tenant, "integrations:view")
    assert (watcher.get(f"/v1/runs/{run_id}/").status_code, watcher.get(address).status_code) == (200, 403)
    assert api_of(other_tenant).get(address).status_code == 404
