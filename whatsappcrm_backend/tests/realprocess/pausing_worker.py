"""`python -m ..realprocess.pausing_worker worker ..`: the project's Celery worker with the pause points of pauses.py."""

import os
import sys
from pathlib import Path

import django

from whatsappcrm_backend.celery import app
from whatsappcrm_backend.tests.realprocess.pauses import FOLDER, install

if __name__ == "__main__":
    django.setup()
    install(Path(os.environ[FOLDER]))
    app.worker_main(sys.argv[1:])
