"""The file of a backup: a ZIP of named members, a manifest with a checksum of each, and a seal over the manifest. Knows no Django.

The ZIP's directory stands at its end, so a file that was cut off is noticed at once. Writing and reading stream: memory does not grow with
the members' sizes. The file appears under its name only when it is complete and on the disk.
"""

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "seal"
PIECE = 1024 * 1024  # bytes read at once
Write = Callable[[bytes], None]


class BackupError(Exception):
    """Why a backup cannot be made or restored, and what to do, in words for a person."""


class ArchiveWriter:
    """Members, one after the other; each is hashed while it is written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, dict[str, Any]] = {}

    @contextlib.contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator[Write]:
        """Yields a function that takes bytes. packed=False for what is compressed already (pictures)."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as stream:

            def write(data: bytes) -> None:
                nonlocal size
                digest.update(data)
                size += len(data)
                stream.write(data)

            yield write
        self.members[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def finish(self, manifest: dict[str, Any], seal: Callable[[str], str]) -> None:
        """Writes the manifest and, from its digest, the seal."""
        body = json.dumps({**manifest, "format": FORMAT, "members": self.members}, indent=1).encode()
        self._archive.writestr(MANIFEST, body, zipfile.ZIP_DEFLATED)
        self._archive.writestr(SEAL, seal(hashlib.sha256(body).hexdigest()))


@contextlib.contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """A new archive, readable by its owner only. A failure or a kill leaves nothing under `path`."""
    draft = path.with_name(f".{path.name}.partial")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
                yield ArchiveWriter(archive)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class ArchiveReader:
    """A backup that was opened. `manifest` is what it says about itself; nothing else of it is trusted before `verify`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            self._body = archive.read(MANIFEST)
            self._seal = archive.read(SEAL).decode()
            self.manifest: dict[str, Any] = json.loads(self._body)
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BackupError("This is no backup of this system, or it is damaged: its manifest cannot be read.") from error
        found = self.manifest.get("format")
        if found != FORMAT:
            raise BackupError(f"The file has format {found}, this version reads {FORMAT}. Use the version that made it, or a newer one.")

    def check_seal(self, unseal: Callable[[str], str]) -> None:
        """Raises BackupError when the manifest is not the one that was sealed; passes on what `unseal` raises for a wrong secret."""
        if unseal(self._seal) != hashlib.sha256(self._body).hexdigest():
            raise BackupError("The manifest has been changed since the backup was made. Take another copy of the file.")

    def verify(self, advance: Callable[[int], None]) -> None:
        """Reads every member once and compares it with the manifest. advance(bytes) tells the progress. Raises BackupError."""
        expected = self.manifest["members"]
        names = set(self._archive.namelist()) - {MANIFEST, SEAL}
        if names != set(expected):
            strange = sorted(names ^ set(expected))[:5]
            raise BackupError(f"Parts of the backup are missing or were added: {', '.join(strange)}. Take another copy of the file.")
        for name in expected:
            _refuse_odd_path(name)
            if self._digest(name, advance) != expected[name]["sha256"]:
                raise BackupError(f"“{name}” in the backup is damaged (its checksum differs). Take another copy of the file.")

    def _digest(self, name: str, advance: Callable[[int], None]) -> str:
        digest = hashlib.sha256()
        try:
            with self.open(name) as stream:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    advance(len(piece))
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
            raise BackupError(f"“{name}” in the backup is damaged: {error}. Take another copy of the file.") from error
        return digest.hexdigest()

    def open(self, name: str) -> IO[bytes]:
        """A member as a stream of bytes."""
        return self._archive.open(name)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[ArchiveReader]:
    """Opens a backup. Raises BackupError when it is missing, cut off, or something else."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupError(f"{path} is no complete backup ({error}). A file that was cut off while copying looks like this.") from error
    with archive:
        yield ArchiveReader(archive)


def _refuse_odd_path(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise BackupError(f"The backup holds a file with the name “{name}”, which would leave its folder.")
