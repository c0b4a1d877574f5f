"""Files for the tests of imports and exports."""

import csv
import io
from typing import Any

from operations.models import Run
from products_and_services.spreadsheets.exports import file_of
from products_and_services.spreadsheets.imports import IMPORT, Upload, confirm_import, options_of, start_import, work_on
from products_and_services.spreadsheets.verdicts import Options
from tenants.models import Tenant


def csv_bytes(*rows: str, encoding: str = "utf-8") -> bytes:
    """A CSV file of these lines."""
    return "\r\n".join(rows).encode(encoding)


def upload(content: bytes | str, name: str = "products.csv", **options: Any) -> Upload:
    data = content.encode() if isinstance(content, str) else content
    return Upload(name, len(data), [data], Options(**options))


def imported(tenant: Tenant, content: bytes | str, **options: Any) -> Run:
    """The ended run of a file that was imported without asking."""
    run = start_import(tenant, upload(content, **options), stage=IMPORT)
    work_on(str(run.pk))
    run.refresh_from_db()
    return run


def checked(tenant: Tenant, content: bytes | str, **options: Any) -> Run:
    """The run of a file that waits for a person."""
    return start_import(tenant, upload(content, **options))


def confirmed(run: Run) -> Run:
    """A person says yes, and a worker does it."""
    assert confirm_import(run, options_of(run))
    work_on(str(run.pk))
    run.refresh_from_db()
    return run


def exported(tenant: Tenant, kind: str = "csv") -> bytes:
    """All products as a file."""
    return b"".join(file_of(tenant, None, kind))


def table_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by heading, blank cells left out."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return [{heading: cell for heading, cell in row.items() if cell} for row in rows]


def issues_of(run: Run) -> list[tuple[str, str, str]]:
    """(row, column, message) of every issue."""
    return list(run.issues.values_list("subject", "field", "message"))
