"""docs/stores.md and its neighbours keep their word: what can be compared with the code is compared."""

import ast
import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import load_command_class
from django.core.management.base import BaseCommand
from django.urls import resolve

from common.retry import STORE_DELAYS
from integrations.api.starting import TriggerThrottle
from integrations.importing import missing
from integrations.importing.fitting import PRODUCT_LENGTHS
from integrations.providers.markup import LONGEST
from integrations.providers.reading import Problems
from integrations.providers.woocommerce.reading.offers import Stock, read_stock
from integrations.records import LOCKABLE
from integrations.runs.starting import FRESH_FOR

ROOT = Path(__file__).parents[2]
STORES = (ROOT / "docs/stores.md").read_text()
ADDING = (ROOT / "docs/adding-a-store.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()


def section(title: str, text: str = STORES) -> str:
    return text.split(f"\n{title}\n")[1].split("\n## ")[0]


def test_every_field_of_a_shop_is_in_the_table_and_no_other():
    rows = re.findall(r"^\| (`[^|]+) \|", section("## What maps to what"), re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(names) == sorted(LOCKABLE)


@pytest.mark.parametrize("name", ["connect_store", "import_store"])
def test_every_option_of_the_commands_is_there(name):
    table = section("## Commands").split(f"| option of `{name}` | |")[1].split("\n\n")[0]
    told = set(re.findall(r"`(--[\w-]+)", table))
    command = load_command_class("integrations", name)
    common = {option for action in BaseCommand().create_parser("", "")._actions for option in action.option_strings}
    known = {option for action in command.create_parser("", "")._actions for option in action.option_strings} - common
    assert told == known


def addresses():
    """(method, address) of every cell; `…/resume/` stands for the address before with another end."""
    for cell in re.findall(r"^\| (`(?:GET|POST).*?) \|", section("## API"), re.MULTILINE):
        methods, address = [], ""
        for method, end in re.findall(r"`(?:([A-Z]+) ?)?([^`]*)`", cell):
            methods = [*methods, method] if method and not address else [method] if method else methods
            if end:
                address = re.sub(r"[\w-]+/$", end.removeprefix("…/"), address) if end.startswith("…/") else end.partition("?")[0]
                yield from ((one, address) for one in methods)
                methods, address = (methods[-1:], address) if end.startswith("…/") or "`…/" in cell else ([], "")


@pytest.mark.parametrize(("method", "address"), sorted(set(addresses())))
def test_every_address_answers_that_method(method, address):
    number = str(uuid4()) if "/runs/" in address else "1"
    view = resolve(address.replace("{id}", number)).func
    actions = getattr(view, "actions", None) or {name: name for name in ("get", "post") if hasattr(view.cls, name)}
    assert method.lower() in actions


@pytest.mark.django_db(transaction=True)
def test_the_example_is_what_a_program_gets(run_world, shop, api):
    example = json.loads(re.search(r"```json\n(.*?)```", STORES, re.DOTALL)[1])
    answer = api.post("/v1/catalog/sync/woocommerce", headers={"Idempotency-Key": "nightly-2026-11-25"}).json()
    assert list(example) == ["status", "message", "task_id", "store_url", "run_id", "run_url"] and set(example) == set(answer)
    assert [answer[name] for name in ("status", "message", "store_url")] == [example[name] for name in ("status", "message", "store_url")]


def test_the_codes_of_refusals_are_those_of_the_code():
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| \d{3}[^|]*\|([^|]*)\|", section("## API"), re.MULTILINE))))
    source = "".join(path.read_text() for path in (ROOT / "integrations/api").glob("*.py") if path.stem in ("sync", "starting"))
    raised = set(re.findall(r'code="(\w+)"', source)) | {"paused", "blocked"}
    assert told == raised | {"not_found", "method_not_allowed", "throttled"}


MANAGED = {"manage_stock": True, "stock_quantity": 3, "stock_status": "instock", "backorders": "no"}
STOCKS = {
    "stock is managed": (MANAGED | {"stock_quantity": -2, "stock_status": "onbackorder"}, Stock(True, -2)),
    "managed, but the shop says “out of stock”": (MANAGED | {"stock_status": "outofstock"}, Stock(True, 0)),
    "not managed, in stock": ({"manage_stock": False, "stock_status": "instock"}, Stock(False)),
    "not managed, out of stock": ({"manage_stock": False, "stock_status": "outofstock"}, Stock(True, 0)),
    "not managed, on back-order": ({"manage_stock": False, "stock_status": "onbackorder"}, Stock(True, 0, True)),
    "back-orders “allow” or “allow, but notify”": (MANAGED | {"backorders": "notify"}, Stock(True, 3, True)),
    "a variation with its product's stock": ({"manage_stock": "parent", "stock_quantity": 3}, None),
    "a stock status of a plugin": ({"manage_stock": False, "stock_status": "preorder"}, Stock(False)),
}


def test_the_table_of_stocks_has_no_other_rows():
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", section("## Stock and sales"), re.MULTILINE)
    assert rows == ["in the shop", *STOCKS]


@pytest.mark.parametrize("row", STOCKS)
def test_the_table_of_stocks_is_true(row):
    raw, stock = STOCKS[row]
    assert read_stock(raw, Problems()) == stock


def test_the_numbers_in_the_text():
    assert f"more than {missing.MOST} products, and more than {missing.SHARE:.0%} of".replace("%", " %") in STORES
    minutes = [round(delay.total_seconds() / 60) for delay in STORE_DELAYS]
    assert "waits {}, {}, then {} minutes".format(*minutes) in STORES
    assert timedelta(days=1) == FRESH_FOR and "“Resume” goes on there within a day" in STORES
    assert f"more than {TriggerThrottle.rate.partition('/')[0]} starts and tests a minute" in STORES
    assert f"up to {LONGEST:,} characters" in STORES and f"up to {PRODUCT_LENGTHS['name']} characters" in STORES


JOURNEY = section("## Journey: a shop's products come in", ARCHITECTURE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w/]+\.py|[\w/]+/)`", JOURNEY))))
def test_modules_of_the_architecture_are_there(path):
    assert (ROOT / "integrations" / path).exists() or (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(?:[\w/]+/)?(\w+\.py)`", ADDING)) - {"base.py"}))
def test_modules_of_the_guide_are_there(name):
    assert list((ROOT / "integrations").rglob(name)) or list((ROOT / "common").glob(name)), name


NAMED = {
    "services/__init__.py", "tasks.py", "models/connections.py", "providers/__init__.py",
    "templates/integrations/guide.html",
}  # fmt: skip


def words_of(path):
    """Names and texts of a module, docstrings aside; a template as it is."""
    if path.suffix == ".html":
        return path.read_text().lower()
    tree = ast.parse(path.read_text())
    documented = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    told = {id(node.body[0].value) for node in documented if node.body and isinstance(node.body[0], ast.Expr)}
    names = ("id", "attr", "name", "module", "value")
    found = (getattr(node, name, "") for node in ast.walk(tree) if id(node) not in told for name in names)
    return " ".join(word for word in found if isinstance(word, str)).lower()


@pytest.mark.parametrize(("kind", "folder", "face"), [("woo", "woocommerce", "woo_service"), ("shopify", "shopify", "shopify_service")])
def test_a_kind_of_shop_is_named_only_where_the_guide_says_so(kind, folder, face):
    here = ROOT / "integrations"
    parts = [path for end in ("*.py", "*.html") for path in here.rglob(end) if not {"tests", "migrations", folder} & set(path.parts)]
    assert {str(path.relative_to(here)) for path in parts if kind in words_of(path)} == {*NAMED, f"services/{face}.py"}
    assert all(name in ADDING for name in NAMED) and "services/<name>_service.py" in ADDING
    assert not [path for path in (ROOT / "operations").rglob("*.py") if kind in words_of(path)]
