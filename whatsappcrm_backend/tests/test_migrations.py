"""Upgrading a filled database: the tables of the first release, hundreds of rows in each, migrated to the newest; and servers of the
version before, which go on writing meanwhile."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps as current_apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from operations.backups.schema import last_of_each_chain, migrate_to, models_in
from whatsappcrm_backend.tests.machines import KINDS, new_machine

ROWS = 300
START = datetime(2026, 1, 1, tzinfo=UTC)
OURS = {
    config.label
    for config in current_apps.get_app_configs()
    if Path(config.path).parent == Path(settings.BASE_DIR) and (Path(config.path) / "migrations").is_dir()
}
FILLED = OURS | {"auth", "admin", "contenttypes", "sessions"}
# What constraints of the first release ask for beyond the columns' types.
SPECIAL = {
    "products_and_services.product": lambda number: {"sale_starts_at": START, "sale_ends_at": START + timedelta(days=1)},
    "products_and_services.productimage": lambda number: {"image": "" if number % 2 else f"products/{number}.png"} | {
        "remote_url": f"https://img.example/{number}.jpg" if number % 2 else ""},
    "meta_integration.metaappconfig": lambda number: {"is_active": False},
    "meta_integration.catalogchange": lambda number: {"product_id": number},
    "operations.alert": lambda number: {"closed_at": START, "key": f"key-{number}"},
}  # fmt: skip


@pytest.fixture
def machine(tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), new_machine(KINDS[0], tmp_path / "old") as machine, machine.at_work():
        yield machine


def first_release():
    """The state every installation has been through: each app of ours at its first migration, the others at their newest.

    An app that was born later needs more than first migrations below it: it was not part of the first release.
    """
    loader = MigrationLoader(None)
    roots = {key for app in OURS for key in loader.graph.root_nodes(app)}
    firsts = {key for key in roots if all(one in roots for one in loader.graph.forwards_plan(key) if one[0] in OURS)}
    others = {key for key in loader.graph.leaf_nodes() if key[0] not in OURS}
    return last_of_each_chain(loader, firsts | others)


class Filler:
    """Plausible rows for historical models, whatever their columns; numbers, names and times differ from row to row."""

    def __init__(self, tables):
        self.tables = {model._meta.label_lower: model for model in tables if model._meta.app_label in FILLED}
        self.keys = {}
        self.numbers = count(1)

    def fill(self):
        waiting = dict(self.tables)
        while waiting:
            ready = [label for label, model in waiting.items() if not self.needs(model) & waiting.keys() - {label}]
            assert ready, f"these tables need each other: {sorted(waiting)}"
            for label in ready:
                self.fill_one(waiting.pop(label))

    def needs(self, model):
        return {f.related_model._meta.label_lower for f in model._meta.concrete_fields if f.is_relation and not f.null}

    def fill_one(self, model):
        label = model._meta.label_lower
        if not model._base_manager.exists():
            model._base_manager.bulk_create([self.row(model, label, number) for number in range(ROWS)], batch_size=100)
        self.keys[label] = list(model._base_manager.order_by("pk").values_list("pk", flat=True))

    def row(self, model, label, number):
        values = {}
        for field in model._meta.concrete_fields:
            if not (field.primary_key and isinstance(field, models.AutoField)):
                values[field.attname] = self.value(field, number)
        return model(**values | SPECIAL.get(label, lambda _: {})(number))

    def value(self, field, number):
        if field.is_relation:
            keys = self.keys.get(field.related_model._meta.label_lower)
            return keys[number % len(keys)] if keys else None
        if field.choices:
            return field.choices[number % len(field.choices)][0]
        kinds = (
            (models.UUIDField, lambda: UUID(int=next(self.numbers))),
            (models.JSONField, lambda: {"note": f"ä {number}", "list": [number, None, 1.5]}),
            (models.BooleanField, lambda: number % 2 == 0),
            (models.DecimalField, lambda: Decimal(number) / 100),
            (models.DateTimeField, lambda: START + timedelta(minutes=number, microseconds=number)),
            (models.GenericIPAddressField, lambda: "192.0.2.7"),
            (models.BinaryField, lambda: bytes([number % 256])),
            ((models.PositiveSmallIntegerField, models.SmallIntegerField), lambda: number % 30_000),
            ((models.IntegerField, models.BigIntegerField), lambda: number),
            (models.FloatField, lambda: number / 3),
            (models.FileField, lambda: f"categories/{number}.png"),
            ((models.CharField, models.TextField), lambda: f"{field.name[:3]}{next(self.numbers)}"[: field.max_length or 40]),
        )
        for kind, make in kinds:
            if isinstance(field, kind):
                return make()
        raise AssertionError(f"{field} ({type(field).__name__}): say here how to fill it")


def contents(tables):
    """{label: {pk: {column: value}}}"""
    found = {}
    for model in tables:
        names = [field.attname for field in model._meta.concrete_fields]
        rows = model._base_manager.order_by("pk").values(*names)
        found[model._meta.label_lower] = {row[model._meta.pk.attname]: row for row in rows}
    return found


def test_a_filled_database_of_the_first_release_becomes_todays_with_every_row(machine):
    old_tables = models_in(migrate_to(first_release()))
    Filler(old_tables).fill()
    before = contents(old_tables)
    filled = {label for label, rows in before.items() if len(rows) >= ROWS}
    assert filled >= {"products_and_services.product", "meta_integration.catalogitem", "operations.run", "tenants.auditevent", "auth.user"}
    call_command("migrate", verbosity=0)
    connection.check_constraints()
    call_command("migrate", check_unapplied=True, verbosity=0)
    today = {model._meta.label_lower: model for model in models_in(current_apps)}
    for label, rows in before.items():
        if label in today and label.split(".")[0] in OURS:
            assert_kept(today[label], rows)


def assert_kept(model, rows):
    """Every row is there, columns that still exist have their values, columns that are new have a value that their type allows."""
    after = contents([model])[model._meta.label_lower]
    assert after.keys() >= rows.keys(), model
    fields = {field.attname: field for field in model._meta.concrete_fields}
    for pk, row in rows.items():
        for name in row.keys() & fields.keys():
            assert after[pk][name] == row[name], f"{model._meta.label}.{name} of {pk}"
        for name in fields.keys() - row.keys():
            assert after[pk][name] is not None or fields[name].null, f"{model._meta.label}.{name}"
            if fields[name].has_default() and not callable(fields[name].default):
                assert after[pk][name] == fields[name].default, f"{model._meta.label}.{name}"


def additions():
    """(migration, model, field name, field) of every column that was added to a table after the app's first migration."""
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        if app not in OURS or (app, name) in loader.graph.root_nodes(app):
            continue
        made_here = {operation.name.lower() for operation in migration.operations if isinstance(operation, migrations.CreateModel)}
        for operation in migration.operations:
            if isinstance(operation, migrations.AddField) and operation.model_name.lower() not in made_here:
                yield f"{app}.{name}", operation.model_name, operation.name, operation.field


def test_servers_of_the_version_before_can_still_insert_rows():
    """During an upgrade old workers insert without the new columns: those must be nullable, or have a default in the database itself."""
    refused = [
        f"{migration}: {model}.{name}: add db_default=.. beside default"
        for migration, model, name, field in additions()
        if not field.many_to_many and not field.null and field.db_default is models.NOT_PROVIDED
    ]
    assert refused == []
