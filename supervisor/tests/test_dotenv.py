"""`.env` is written once, for its owner only, and never again."""

import stat
from pathlib import Path

import pytest

from supervisor import dotenv
from supervisor.errors import Refusal

SECRETS = ("SECRET_KEY", "ENCRYPTION_SECRET", "METRICS_TOKEN", "META_WEBHOOK_VERIFY_TOKEN", "DEMO_ADMIN_PASSWORD")


def test_first_write_makes_secrets_only_the_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"

    assert dotenv.write_once(path, {})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    values = dotenv.read(path)
    assert all(len(values[name]) >= 16 for name in SECRETS)
    assert len({values[name] for name in SECRETS}) == len(SECRETS)
    assert min(len(values[name]) for name in ("SECRET_KEY", "ENCRYPTION_SECRET")) >= 32
    assert values["META_GRAPH_BASE_URL"] == "http://127.0.0.1:8001"
    assert values["SHOPIFY_BASE_URL"] == "http://127.0.0.1:8001/shopify/{domain}"
    assert [file.name for file in tmp_path.iterdir()] == [".env"]


def test_an_existing_file_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")

    assert not dotenv.write_once(path, {"PORT": "9000"})

    assert path.read_text() == "SECRET_KEY=mine\n"


def test_ports_of_the_first_start_are_kept(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    dotenv.write_once(path, {"PORT": "9000", "SANDBOX_PORT": "9001"})

    values = dotenv.merged(path, {})

    assert (values["PORT"], values["SANDBOX_PORT"]) == ("9000", "9001")
    assert values["META_GRAPH_BASE_URL"] == "http://127.0.0.1:9001"


def test_the_environment_wins_unless_it_is_empty(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("PORT=9000\nSANDBOX_PORT=9001\n")

    values = dotenv.merged(path, {"PORT": "9100", "SANDBOX_PORT": ""})

    assert (values["PORT"], values["SANDBOX_PORT"]) == ("9100", "9001")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=plain", "plain"),
        ("export NAME=plain", "plain"),
        ("  NAME = plain  ", "plain"),
        ("NAME=plain # a remark", "plain"),
        ("NAME='quoted # not a remark'", "quoted # not a remark"),
        ('NAME="quoted"', "quoted"),
        ("NAME=a=b#c", "a=b#c"),
        ("NAME=", ""),
    ],
)
def test_reading(tmp_path: Path, line: str, value: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"# NAME=old\n\n{line}\nnot an assignment\n")

    assert dotenv.read(path) == {"NAME": value}


@pytest.mark.parametrize("text", ["eighty", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refusal, match=f"SANDBOX_PORT is '{text}'"):
        dotenv.port_from({"SANDBOX_PORT": text}, "SANDBOX_PORT", 8001)
