"""The environment of every test run, set before Django reads it (pytest.ini loads this file first).

Tests see the same settings on every machine: neither the developer's `.env` nor exported variables reach them. Two variables are let
through on purpose: DATABASE_URL and REDIS_URL choose what the suite runs on.

The garbage collector is as calm as a worker's: looking through all of Django, pytest and six thousand tests again and again was a quarter
of the suite's time.
"""

import os
import re
from pathlib import Path

import environ

from common.collector import calm_collector

LET_THROUGH = {"DATABASE_URL", "REDIS_URL"}

_example = Path(__file__).with_name(".env.example").read_text(encoding="utf-8")
for _name in set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", _example, re.MULTILINE)) - LET_THROUGH:
    os.environ.pop(_name, None)
os.environ["DEBUG"] = "true"
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")  # Nobody listens there: no test rings a developer's running project.
environ.Env.read_env = lambda *args, **kwargs: None

calm_collector()  # While hundreds of files become tests.


def pytest_collection_finish() -> None:
    calm_collector()  # And from here on without looking at what those are made of.
