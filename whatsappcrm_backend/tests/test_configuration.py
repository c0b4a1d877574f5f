"""One truth about the environment: what the code reads, what `.env.example` lists and what docs/configuration.md explains are the same."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry

from supervisor.dotenv import TEMPLATE
from whatsappcrm_backend.celery import app

ROOT = Path(__file__).resolve().parents[2]


def names_in_settings() -> set[str]:
    """First arguments of `env.str("NAME", ...)` and its siblings."""
    tree = ast.parse((ROOT / "whatsappcrm_backend" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    from_env = [call for call in calls if isinstance(call.func.value, ast.Name) and call.func.value.id == "env" and call.args]
    return {call.args[0].value for call in from_env if isinstance(call.args[0], ast.Constant)}


def names_in_compose() -> set[str]:
    """`${NAME...}` in docker-compose.yml."""
    return set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))


def names_in_example() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def names_in_docs() -> list[str]:
    return re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)


def names_make_up_writes() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", TEMPLATE, re.MULTILINE))


def test_settings_are_read_through_env() -> None:
    assert {"SECRET_KEY", "DATABASE_URL", "PORT", "ALLOWED_HOSTS"} <= names_in_settings()


def test_example_lists_exactly_what_is_read() -> None:
    assert names_in_example() == names_in_settings() | names_in_compose() | names_make_up_writes()


def test_docs_explain_each_variable_once() -> None:
    assert sorted(names_in_docs()) == sorted(names_in_example())


def test_example_carries_no_secret() -> None:
    text = (ROOT / ".env.example").read_text()
    for name in ("SECRET_KEY", "ENCRYPTION_SECRET", "METRICS_TOKEN", "POSTGRES_PASSWORD", "DEMO_ADMIN_PASSWORD"):
        assert re.search(rf"^(# )?{name}=$", text, re.MULTILINE)


@pytest.mark.django_db
def test_rings_of_beat_end_with_the_next_one():
    """A worker that was away for a day answers the newest ring, not a thousand old ones: the database scheduler must keep the limit."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        ModelEntry.from_entry(name, app=app, last_run_at=timezone.now(), **entry)
    limits = dict(PeriodicTask.objects.filter(name__in=settings.CELERY_BEAT_SCHEDULE).values_list("name", "expire_seconds"))
    assert limits == {name: entry["options"]["expire_seconds"] for name, entry in settings.CELERY_BEAT_SCHEDULE.items()}
