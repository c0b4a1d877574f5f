"""What an import was asked to do, as it stands in Run.params; and the products it is limited to, as a file of the run."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from common.clock import database_now
from operations.files import find_file, open_file, store_file
from operations.models import FileRole, Run

SUBJECT = "store "
IDS_FILE = "products.json"


@dataclass(frozen=True)
class Order:
    """part: only the products whose ids lie with the run (then nothing is missing); task_id: of the Celery task, told to callers.

    store_url: where the shop was then; resumes: id of the run that this one goes on from.
    """

    connection: int
    task_id: str
    store_url: str = ""
    full: bool = False
    dry_run: bool = False
    part: bool = False
    allow_removals: bool = False
    resumes: str = ""

    def as_params(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


NAMES = frozenset(field.name for field in fields(Order))


def order_of(run: Run) -> Order:
    """What the run was asked to do."""
    return Order(**{name: value for name, value in run.params.items() if name in NAMES})


def subject_of(connection_pk: int) -> str:
    """Run.subject of every import of a connection."""
    return f"{SUBJECT}{connection_pk}"


def keep_ids(run: Run, external_ids: Iterable[str]) -> None:
    """Stores the shop's ids of the products that the run is limited to: thousands of them stay out of the rows that lists read."""
    ids = list(dict.fromkeys(str(one) for one in external_ids))
    store_file(run, FileRole.UPLOAD, IDS_FILE, "application/json", [orjson.dumps(ids)])


def load_ids(run: Run) -> list[str] | None:
    """The ids, in the order they were given; None when the file is gone (it is kept for 14 days)."""
    file = find_file(run, FileRole.UPLOAD, database_now())
    if file is None:
        return None
    with open_file(file) as copy:
        ids: list[str] = orjson.loads(copy.read())
    return ids
