"""The log as a collector of JSON lines gets it, and a machine for work at the same moment."""

import io
import json
import logging

import pytest
import structlog

from common.log_setup import build_logging
from whatsappcrm_backend.tests.machines import KINDS, forget_templates, new_machine


@pytest.fixture
def lines():
    """`lines()`: everything logged so far."""
    line = build_logging("json")["formatters"]["line"]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=line["foreign_pre_chain"], processors=line["processors"]))
    root = logging.getLogger()
    root.addHandler(handler)
    structlog.contextvars.clear_contextvars()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def all_lines_of():
    """`all_lines_of("shopify")`: these loggers say everything until the test ends, also what they had found not worth saying before."""
    before = {}

    def say(*names):
        for name in names:
            logger = logging.getLogger(name)
            before.setdefault(name, logger.level)
            logger.setLevel(logging.DEBUG)

    yield say
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="session", autouse=True)
def _templates_of_machines(django_db_blocker):
    yield
    with django_db_blocker.unblock():
        forget_templates()


@pytest.fixture(scope="module", params=KINDS)
def used_machine(request, tmp_path_factory, django_db_blocker):
    """A migrated database of each kind, which the tests of a file use one after the other."""
    folder = tmp_path_factory.mktemp("machines") / "machine"
    with django_db_blocker.unblock(), new_machine(request.param, folder, migrated=True) as machine:
        yield machine
