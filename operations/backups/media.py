"""The pictures and other files that rows name, through the storage that is configured (a folder or S3)."""

from collections.abc import Iterable, Iterator
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models

from operations.backups.archive import PIECE

PREFIX = "media/"


def named_files(tables: Iterable[type[models.Model]], alias: str) -> Iterator[str]:
    """The storage names that rows carry; one may come twice."""
    for model in tables:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                rows = model._base_manager.using(alias).exclude(**{field.name: ""}).exclude(**{f"{field.name}__isnull": True})
                yield from rows.order_by("pk").values_list(field.name, flat=True).iterator(chunk_size=2_000)


def pieces(name: str) -> Iterator[bytes]:
    """A stored file's bytes. Raises OSError (FileNotFoundError) when the storage does not have it."""
    with default_storage.open(name) as stream:
        yield from stream.chunks(PIECE)


def put_back(name: str, stream: IO[bytes]) -> None:
    """Stores a file under exactly this name, in the place of one that is there."""
    if default_storage.exists(name):
        default_storage.delete(name)
    saved = default_storage.save(name, File(stream, name))
    if saved != name:
        raise OSError(f"The storage has put {name} under {saved}.")
