"""django-migration-linter over our own apps, without installing it as an app of the project.

It reads the SQL of each migration for what breaks a running older version (dropped columns, NOT NULL without default). Meaningful on
PostgreSQL: SQLite rebuilds whole tables for small changes.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsappcrm_backend.settings")

import django
from django.core.management import call_command

django.setup()

from django.apps import apps  # noqa: E402
from django_migration_linter.management.commands.lintmigrations import Command  # noqa: E402

root = Path(__file__).resolve().parent.parent
ours = [app.label for app in apps.get_app_configs() if Path(app.path).parent == root and (Path(app.path) / "migrations").is_dir()]
# Indexes and constraints that are built while writers wait: a moment for alerts, seconds for a year of history.
quick_enough = ["0003_alert_deliveries_and_tallies", "0004_revisions_by_run", "0006_index_of_ailing_items",
                "0008_run_subject_and_waiting"]  # fmt: skip
# A first migration meets no running older version.
options = {
    "include_apps": ours, "ignore_name": quick_enough, "ignore_initial_migrations": True, "no_cache": True, "project_root_path": str(root),
}  # fmt: skip
call_command(Command(), quiet=["ok", "ignore"], **options)
