"""Private files of runs: uploads to work on, results to download. In the database, so that every web process and worker reaches them.

Not in the media storage: a proxy or CDN serves that to everybody (docs/media-files.md), and these hold prices nobody has published yet.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from common.clock import database_now
from operations.models import FileRole, Run, RunFile, RunFilePart

PART_BYTES = 512 * 1024
MEMORY_BYTES = 4 * 1024 * 1024
UPLOADS_KEPT = timedelta(days=14)
RESULTS_KEPT = timedelta(days=7)


def store_file(run: Run, role: FileRole, name: str, content_type: str, chunks: Iterable[bytes]) -> RunFile:
    """Keeps a file for the run, in the place of one of the same role: uploads for 14 days, results for 7. chunks: of any size."""
    kept = UPLOADS_KEPT if role == FileRole.UPLOAD else RESULTS_KEPT
    with transaction.atomic():
        run.files.filter(role=role).delete()
        file = RunFile.objects.create(run=run, role=role, name=name[-200:], content_type=content_type, expires_at=database_now() + kept)
        for number, data in enumerate(_parts(chunks)):
            RunFilePart.objects.create(file=file, number=number, data=data)
            file.size += len(data)
        file.save(update_fields=["size"])
    return file


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PART_BYTES:
            yield bytes(buffer[:PART_BYTES])
            del buffer[:PART_BYTES]
    if buffer:
        yield bytes(buffer)


def find_file(run: Run, role: FileRole, now: datetime) -> RunFile | None:
    """The run's file of this role, None when there is none (any more)."""
    return run.files.filter(role=role, expires_at__gt=now).first()


def stream_file(file: RunFile) -> Iterator[bytes]:
    """The bytes, part by part."""
    for data in file.parts.values_list("data", flat=True).iterator(chunk_size=4):
        yield bytes(data)


def open_file(file: RunFile) -> IO[bytes]:
    """A readable, seekable copy: in memory up to 4 MB, else in a temporary file that vanishes when it is closed."""
    copy = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - closed by whoever asked for it
    for data in stream_file(file):
        copy.write(data)
    copy.seek(0)
    return copy  # type: ignore[return-value]


def file_answer(file: RunFile) -> StreamingHttpResponse:
    """A file of a run as a download that nobody on the way keeps."""
    headers = {"Content-Disposition": content_disposition_header(True, file.name), "Cache-Control": "no-store"}
    return StreamingHttpResponse(stream_file(file), content_type=file.content_type, headers={**headers, "Content-Length": str(file.size)})


def prune_files(now: datetime) -> int:
    """Deletes files whose time is over, one at a time (each may be large); returns how many."""
    gone = 0
    for pk in RunFile.objects.filter(expires_at__lte=now).values_list("pk", flat=True):
        RunFile.objects.filter(pk=pk).delete()
        gone += 1
    return gone
