"""The values this project's processes are started with, and what is run at which point."""

import io
from pathlib import Path

import pytest

from supervisor import programs
from supervisor.errors import Refusal
from supervisor.output import Console
from supervisor.project import Project


def make_project(root: Path, **environ: str) -> Project:
    return Project(root, Console(io.StringIO()), environ)


def test_a_port_from_the_environment_moves_the_stand_in_and_its_address(tmp_path: Path) -> None:
    assert make_project(tmp_path).env["META_GRAPH_BASE_URL"] == "http://127.0.0.1:8001"
    moved = make_project(tmp_path, PORT="9000", SANDBOX_PORT="9001")
    assert moved.env["META_GRAPH_BASE_URL"] == "http://127.0.0.1:9001"
    assert moved.env["SHOPIFY_BASE_URL"] == "http://127.0.0.1:9001/shopify/{domain}"
    assert (moved.env["PORT"], moved.env["SANDBOX_PORT"]) == ("9000", "9001")


@pytest.mark.parametrize("line", ["META_GRAPH_BASE_URL=https://graph.facebook.com\nSHOPIFY_BASE_URL=https://{domain}\n", ""])
def test_the_real_meta_and_shopify_are_left_alone(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(line)
    assert not {"META_GRAPH_BASE_URL", "SHOPIFY_BASE_URL"} & make_project(tmp_path, SANDBOX_PORT="9001").env.keys()


def test_a_wrong_port_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="PORT is 'web'"):
        make_project(tmp_path, PORT="web")


def test_static_files_are_collected_only_without_debug() -> None:
    def steps(debug: bool) -> list[str]:
        return [program.name for _, program in programs.set_up_steps(Path("python"), debug)]

    assert steps(debug=True) == ["migrate", "seed_demo"]
    assert steps(debug=False) == ["migrate", "collectstatic", "seed_demo"]


def test_every_queue_has_exactly_one_worker() -> None:
    queues = f"{programs.IO_QUEUES},{programs.CPU_QUEUES},{programs.SHOP_QUEUES}".split(",")
    assert sorted(queues) == ["catalog", "chat", "imports", "maintenance", "shops", "webhooks"]
    assert [program.name for program in programs.long_lived(Path("python"), 8000, 8001)] == ["web", "io", "cpu", "shops", "beat", "sandbox"]


def test_the_summary_names_addresses_and_login() -> None:
    text = programs.summary({"DEMO_ADMIN_PASSWORD": "open-sesame"}, 9000, 9001)
    for piece in ("http://127.0.0.1:9000/admin/", "http://127.0.0.1:9001/", "http://127.0.0.1:9001/shops/demo/", "open-sesame", "Ctrl-C"):
        assert piece in text
