"""The production shape, checked without a container engine: services, volumes, health, commands that name real modules."""

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from supervisor.programs import CPU_QUEUES, IO_QUEUES, SHOP_QUEUES, SHOP_THREADS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("backend", "celery_io_worker", "celery_cpu_worker", "celery_shops_worker", "celery_beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def words(service: str) -> list[str]:
    """The command of a service, a shell line taken apart as well."""
    command = SERVICES[service]["command"]
    return shlex.split(command[2]) if command[0] == "sh" else list(command)


def after(command: list[str], flag: str) -> list[str]:
    return [command[index + 1] for index, word in enumerate(command) if word == flag]


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def test_the_seven_services_and_the_three_volumes() -> None:
    assert set(SERVICES) == {"postgres", "redis", *OURS}
    assert set(COMPOSE["volumes"]) == {"postgres_data", "mediafiles_volume", "backups_volume"}


def test_volumes_are_where_data_is_written() -> None:
    assert SERVICES["postgres"]["volumes"] == ["postgres_data:/var/lib/postgresql/data"]
    for name in OURS:
        assert SERVICES[name]["volumes"] == ["mediafiles_volume:/app/mediafiles", "backups_volume:/app/backups"]
        assert SERVICES[name]["environment"]["MEDIA_ROOT"] == "/app/mediafiles"
        assert SERVICES[name]["environment"]["BACKUP_DIR"] == "/app/backups"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= set(check)


def test_nobody_starts_before_what_it_needs_is_healthy() -> None:
    for name in OURS:
        needs = SERVICES[name]["depends_on"]
        assert {need["condition"] for need in needs.values()} == {"service_healthy"}
        assert set(needs) == ({"postgres", "redis"} if name == "backend" else {"backend", "redis"})


@pytest.mark.parametrize("name", OURS)
def test_ours_run_one_image_with_the_environment_file_and_debug_off(name: str) -> None:
    service = SERVICES[name]
    assert service["image"] == "whatsappcrm"
    assert service["env_file"] == ".env"
    assert service["environment"]["DEBUG"] == "false"
    assert "entrypoint" not in service  # it is where `check --deploy` runs


def test_referenced_variables_are_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in re.findall(r"(?<!\$)\$\{(\w+)", text):
        assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), name
    for name in SERVICES["backend"]["environment"]:
        assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), name


@pytest.mark.parametrize("name", OURS)
def test_commands_name_real_modules(name: str) -> None:
    command = words(name)
    modules = [*after(command, "-m"), *after(command, "-A"), *[word.partition(":")[0] for word in command if word.endswith(":application")]]
    assert modules
    for module in modules:
        assert importlib.util.find_spec(module), module


def test_workers_take_the_same_queues_as_after_make_up() -> None:
    assert after(words("celery_io_worker"), "-Q") == [IO_QUEUES]
    assert after(words("celery_cpu_worker"), "-Q") == [CPU_QUEUES]
    shops = words("celery_shops_worker")
    assert (after(shops, "-Q"), after(shops, "-P"), after(shops, "-c")) == ([SHOP_QUEUES], ["threads"], [str(SHOP_THREADS)])


def test_the_broker_never_drops_a_task_to_save_memory() -> None:
    command = words("redis")
    assert after(command, "--maxmemory-policy") == ["noeviction"]
    assert after(command, "--appendonly") == ["yes"]


def test_the_database_is_brought_up_to_date_once() -> None:
    assert [name for name in OURS if "migrate" in words(name)] == ["backend"]


def test_the_check_for_production_runs_before_every_start() -> None:
    (entrypoint,) = instructions("ENTRYPOINT")
    assert re.search(r"check --deploy && exec", entrypoint)


def test_the_image_runs_as_nobody_special() -> None:
    (user,) = instructions("USER")
    assert user not in ("root", "0")
    assert DOCKERFILE.index("\nUSER") < DOCKERFILE.index("\nENTRYPOINT")


def test_the_image_copies_what_exists_and_leaves_secrets_out() -> None:
    for line in instructions("COPY"):
        if line.startswith("--from"):
            continue
        for source in line.split()[:-1]:
            assert source == "." or list(ROOT.glob(source)), source
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    assert {".env", ".env.*", "var", ".git", ".venv"} <= set(ignored)


def test_the_image_collects_static_files_while_it_is_built() -> None:
    assert any("collectstatic" in line for line in instructions("RUN"))
