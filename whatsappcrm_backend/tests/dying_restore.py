"""`python -m ..dying_restore FILE FOLDER`: dies by kill -9 when all rows are in their tables and nothing is committed yet."""

import os
import signal
import sys
from pathlib import Path

import django

if __name__ == "__main__":
    import pytest_environment  # noqa: F401 - the same settings as the tests

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsappcrm_backend.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from operations.backups import restore

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    settings.MEDIA_ROOT = settings.BACKUP_DIR = Path(sys.argv[2])
    restore.run_steps = die
    call_command("restore", sys.argv[1], "--yes", "--replace")
