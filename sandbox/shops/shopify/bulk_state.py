"""Bulk operations of one shop, and their files. What they write: bulk.py."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

AT_ONCE = 5
_BLOCK = 65_536
_KEEP = 20


@dataclass(slots=True)
class BulkOperation:
    """One operation. `due` is when it is done, by the clock; None: never. `file` is made at that moment."""

    id: int
    query: str
    client_id: str
    created: float
    due: float | None
    grouped: bool = False
    status: str = "CREATED"
    completed: float | None = None
    error: str | None = None
    objects: int = 0
    roots: int = 0
    size: int = 0
    partial: bool = False
    file: IO[bytes] | None = field(default=None, repr=False)

    @property
    def running(self) -> bool:
        """Whether it takes one of the places."""
        return self.status in ("CREATED", "RUNNING", "CANCELING")

    def blocks(self, place: int, end: int) -> Iterator[bytes]:
        """The file's bytes from `place` to before `end`, piece by piece; several may read it at once."""
        while self.file is not None and place < end:
            block = os.pread(self.file.fileno(), min(_BLOCK, end - place), place)
            place += len(block)
            yield block


class BulkState:
    """The operations by id, the oldest forgotten with their files."""

    def __init__(self) -> None:
        self.operations: dict[int, BulkOperation] = {}

    def add(self, operation: BulkOperation) -> BulkOperation:
        """Take one in."""
        self.operations[operation.id] = operation
        for number in sorted(self.operations)[:-_KEEP]:
            old = self.operations.pop(number)
            if old.file:
                old.file.close()
        return operation

    def running(self, client_id: str) -> list[BulkOperation]:
        """Those of an app that are not over."""
        return [operation for operation in self.operations.values() if operation.client_id == client_id and operation.running]


def new_file() -> IO[Any]:
    """A file that is gone when it is closed."""
    return tempfile.TemporaryFile()
