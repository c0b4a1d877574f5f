"""Ports are checked before anything starts, and the refusal helps."""

import socket

import pytest

from supervisor import ports
from supervisor.errors import Refusal


@pytest.fixture
def taken() -> int:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_free_ports_pass() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ports.require_free({"PORT": port})


def test_a_taken_port_is_named_with_its_variable_and_a_free_one(taken: int) -> None:
    with pytest.raises(Refusal) as refusal:
        ports.require_free({"SANDBOX_PORT": taken})
    text = str(refusal.value)
    assert f"Port {taken} is already in use" in text
    suggested = int(text.partition("SANDBOX_PORT=")[2].split()[0])
    ports.require_free({"SANDBOX_PORT": suggested})


def test_one_port_for_two_servers_is_refused() -> None:
    with pytest.raises(Refusal, match="PORT and SANDBOX_PORT are the same number"):
        ports.require_free({"PORT": 8000, "SANDBOX_PORT": 8000})
