"""What is installed when: all at first, nothing the second time, again when a requirements file changes."""

from pathlib import Path

import pytest

from supervisor import virtualenv


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (virtualenv.RUNTIME, virtualenv.DEVELOPMENT, virtualenv.EMBEDDED):
        (tmp_path / name).write_text(f"# {name}\n")
    return tmp_path


def pretend_installed(root: Path, requirements: str) -> None:
    binaries = root / ".venv" / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    for name in ("python", "pip"):
        (binaries / name).touch()
    virtualenv.mark_current(root, requirements)


def sentences(root: Path, requirements: str) -> list[str]:
    return [sentence.partition(" (")[0] for sentence, _ in virtualenv.commands(root, requirements)]


def test_a_fresh_machine_gets_everything(root: Path) -> None:
    assert sentences(root, "requirements.txt") == ["Making the virtual environment in .venv", "Installing requirements.txt"]


def test_the_second_run_does_nothing(root: Path) -> None:
    pretend_installed(root, "requirements.txt")
    assert sentences(root, "requirements.txt") == []


def test_changed_requirements_are_installed_again(root: Path) -> None:
    pretend_installed(root, "requirements.txt")
    (root / "requirements.txt").write_text("Django\n")
    assert sentences(root, "requirements.txt") == ["Installing requirements.txt"]


def test_the_development_set_covers_the_runtime_set_but_not_the_other_way_round(root: Path) -> None:
    pretend_installed(root, "requirements.txt")
    assert sentences(root, "requirements-dev.txt") == ["Installing requirements-dev.txt"]
    pretend_installed(root, "requirements-dev.txt")
    (root / ".venv" / "bin" / "pip").unlink()
    assert sentences(root, "requirements.txt") == ["Making the virtual environment in .venv"]


def test_a_change_of_the_runtime_set_reaches_the_development_set(root: Path) -> None:
    pretend_installed(root, "requirements-dev.txt")
    (root / "requirements.txt").write_text("Django\n")
    assert sentences(root, "requirements-dev.txt") == ["Installing requirements-dev.txt"]
