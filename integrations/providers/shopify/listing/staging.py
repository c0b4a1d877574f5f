"""Where the files of bulk operations lie between an import's turns: in a folder of ours below the machine's temporary directory (TMPDIR).

They save time, nothing depends on them: another machine, or one that was cleaned, fetches its file anew. An import that does not come to
its end leaves its own behind; such a file goes when the next one is begun, a day later at the earliest.
"""

import contextlib
import os
import secrets
import sqlite3
import time
from pathlib import Path
from tempfile import gettempdir

from integrations.providers.shopify.listing.spool import Spool

KEPT_SECONDS = 24 * 3_600
MOST_FILES = 8  # of imports under way on one machine; whoever finds no place turns pages
ENDING = ".sqlite"


def new_name() -> str:
    """For one import's file: nobody else has it, whatever Shopify calls its operation."""
    return secrets.token_hex(16)


def opened(name: str) -> Spool | None:
    """The file as far as it has come here, or a new one; None where there are too many. Raises OSError, sqlite3.Error."""
    path = _folder() / f"{name}{ENDING}"
    if not path.exists():
        _sweep()
        if sum(1 for _ in _folder().glob(f"*{ENDING}")) >= MOST_FILES:
            return None
    try:
        spool = Spool(path)
        os.utime(path)
    except (OSError, sqlite3.Error):  # Half made: it would take up a place for a day.
        discard(name)
        raise
    return spool


def discard(name: str) -> None:
    """Nobody needs it any more."""
    with contextlib.suppress(OSError):
        for path in _folder().glob(f"{name}{ENDING}*"):  # With what SQLite lays beside it.
            path.unlink(missing_ok=True)


def _sweep() -> None:
    before = time.time() - KEPT_SECONDS
    for path in _folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # Somebody else is tidying up, too.
            if path.stat().st_mtime < before:
                path.unlink()


def _folder() -> Path:
    """Ours alone: others of the machine may write into its temporary directory, too. Raises OSError."""
    folder = Path(gettempdir()) / f"shopify-files-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} belongs to somebody else, or others may open it. Remove it, or set TMPDIR.")
    return folder
