"""Private files of runs: they come back as they went in, expire, and go with their time."""

from datetime import timedelta

import pytest

from common.clock import database_now
from operations.files import PART_BYTES, RESULTS_KEPT, UPLOADS_KEPT, find_file, open_file, prune_files, store_file, stream_file
from operations.models import FileRole, RunFile, RunFilePart, RunKind
from operations.services import start_run
from tenants.models import Role
from tenants.tests.factories import logged_in, make_member

pytestmark = pytest.mark.django_db


def a_file(tenant, *chunks, role=FileRole.RESULT):
    return store_file(start_run(tenant, RunKind.EXPORT), role, "products.csv", "text/csv", chunks)


@pytest.mark.parametrize("chunks", [(), (b"",), (b"abc", b"def"), (b"x" * PART_BYTES,), (b"y" * (PART_BYTES + 1), b"z"), (b"ab",) * 3])
def test_a_file_comes_back_as_it_went_in(tenant, chunks):
    file = a_file(tenant, *chunks)
    assert b"".join(stream_file(file)) == b"".join(chunks)
    with open_file(file) as copy:
        assert copy.read() == b"".join(chunks)
    assert RunFile.objects.get().size == len(b"".join(chunks))


def test_a_second_file_of_the_same_role_takes_the_place_of_the_first(tenant):
    file = a_file(tenant, b"old")
    newer = store_file(file.run, FileRole.RESULT, "b.csv", "text/csv", [b"new"])
    assert list(file.run.files.all()) == [newer] and RunFilePart.objects.count() == 1


def test_files_go_when_their_time_is_over(tenant):
    result, upload = a_file(tenant, b"r"), a_file(tenant, b"u", role=FileRole.UPLOAD)
    now = database_now()
    assert prune_files(now) == 0
    after_a_week = now + RESULTS_KEPT
    assert find_file(result.run, FileRole.RESULT, now) == result
    assert find_file(result.run, FileRole.RESULT, after_a_week) is None
    assert prune_files(after_a_week) == 1
    assert list(RunFile.objects.all()) == [upload]
    assert prune_files(now + UPLOADS_KEPT + timedelta(seconds=1)) == 1
    assert not RunFilePart.objects.exists()


def test_the_download_is_for_people_and_keys_of_the_business(tenant, other_tenant, api, api_of):
    run = a_file(tenant, b"a,b\r\n").run
    page, address = f"/admin/operations/run/{run.pk}/file/", f"/v1/runs/{run.pk}/file/"
    person = logged_in(make_member(tenant, Role.OWNER), tenant)
    assert b"Download products.csv" in person.get(f"/admin/operations/run/{run.pk}/change/").content
    for answer in (person.get(page), api.get(address)):
        assert answer.getvalue() == b"a,b\r\n"
        assert answer["Content-Disposition"] == 'attachment; filename="products.csv"' and "no-store" in answer["Cache-Control"]
    assert logged_in(make_member(other_tenant, Role.OWNER), other_tenant).get(page).status_code == 404
    assert api_of(other_tenant).get(address).status_code == 404
    RunFile.objects.update(expires_at=database_now())
    assert person.get(page).status_code == 404
    assert api.get(address).json()["error"]["code"] == "no_file"


def test_an_uploaded_file_is_no_download(tenant, api):
    run = a_file(tenant, b"u", role=FileRole.UPLOAD).run
    assert api.get(f"/v1/runs/{run.pk}/file/").status_code == 409
