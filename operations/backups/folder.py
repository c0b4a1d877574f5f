"""The folder that backups are kept in: their names, and how many stay."""

import re
import time
from datetime import datetime
from pathlib import Path

NAME = re.compile(r"whatsappcrm-\d{8}T\d{6}Z\.zip")
LEFTOVER = re.compile(r"\.whatsappcrm-.*\.partial")
LEFTOVER_SECONDS = 86_400


def file_for(folder: Path, now: datetime) -> Path:
    """Where a backup begun now (UTC) goes; its folder is made, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"whatsappcrm-{now:%Y%m%dT%H%M%SZ}.zip"


def remove_older(folder: Path, keep: int) -> list[str]:
    """Keeps the newest `keep` (at least one) of the backups with names of ours; returns the names that went, oldest first."""
    ours = sorted(path for path in folder.glob("whatsappcrm-*.zip") if NAME.fullmatch(path.name))
    old = ours[: max(len(ours) - max(keep, 1), 0)]
    for path in old:
        path.unlink(missing_ok=True)
    _clear_leftovers(folder)
    return [path.name for path in old]


def _clear_leftovers(folder: Path) -> None:
    """Drafts of backups that were killed."""
    for path in folder.glob(".whatsappcrm-*.partial"):
        if LEFTOVER.fullmatch(path.name) and time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
