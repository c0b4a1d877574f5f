"""Which tables belong to a backup, as the migrations say that are applied; and building them anew up to a given migration."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from operations.backups.archive import BackupError

Migration = tuple[str, str]
# People log in again after a restore. Which files lie in this machine's folder, which of its parts live and what it has counted are no
# facts of another machine.
LEFT_OUT = {"sessions.session", "operations.backup", "operations.heartbeat", "operations.tally"}
# Made by the system itself before anybody has typed anything.
NOT_DATA = {"contenttypes.contenttype", "auth.permission"}
BEAT = "django_celery_beat"


def applied_migrations(alias: str = DEFAULT_DB_ALIAS) -> list[Migration]:
    """What the database has been through. Raises BackupError when this code does not know all of it."""
    loader = MigrationLoader(connections[alias])
    applied = sorted(loader.applied_migrations)
    unknown = [entry for entry in applied if entry not in loader.disk_migrations and entry[0] in loader.migrated_apps]
    if unknown:
        raise BackupError(
            f"The database was migrated by a newer version of this system ({_names(unknown)}). Use that version or a newer one."
        )
    return applied


def tables_of(applied: Iterable[Migration], alias: str = DEFAULT_DB_ALIAS) -> Iterator[type[models.Model]]:
    """A model for each table as it is after these migrations, in the order of their labels."""
    loader = MigrationLoader(connections[alias])
    nodes = [entry for entry in applied if entry in loader.graph.nodes]
    yield from models_in(loader.project_state(nodes).apps if nodes else None)


def models_in(apps: Any) -> list[type[models.Model]]:
    """Every table's model in a state of the migrations, but those a backup leaves out."""
    found = apps.get_models(include_auto_created=True) if apps is not None else []
    real = [model for model in found if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT]
    return sorted(real, key=lambda model: model._meta.label_lower)


def rows_by_table() -> dict[str, int]:
    """{label of a table: rows} of what people or the sync have put into this database; empty on a new machine."""
    counts = {}
    for model in tables_of(applied_migrations()):
        label = model._meta.label_lower
        rows = model._base_manager.using(DEFAULT_DB_ALIAS)
        if label not in NOT_DATA and model._meta.app_label != BEAT and rows.exists():
            counts[label] = rows.count()
    return counts


def targets_for(recorded: Iterable[Iterable[str]]) -> list[Migration]:
    """The migrations to build the tables of a backup with. Raises BackupError, naming them, when this code lacks some."""
    loader = MigrationLoader(None)
    wanted = {(app, name) for app, name in recorded if app in loader.migrated_apps}
    targets, missing = set(), []
    for entry in wanted:
        squashed = [key for key, migration in loader.graph.nodes.items() if migration and entry in loader.disk_migrations[key].replaces]
        if entry in loader.graph.nodes:
            targets.add(entry)
        elif squashed and set(loader.disk_migrations[squashed[0]].replaces) <= wanted:
            targets.add(squashed[0])
        else:
            missing.append(entry)
    if missing:
        raise BackupError(
            f"The backup needs migrations that this version does not have ({_names(sorted(missing))}). It was made by a newer version, or "
            "by one so old that they were joined since. Restore it with the version that made it, then upgrade."
        )
    return last_of_each_chain(loader, targets)


def last_of_each_chain(loader: MigrationLoader, wanted: set[Migration]) -> list[Migration]:
    """What to migrate to, so that these and what they need are applied: a target in a chain's middle would mean "back to there"."""
    return sorted(entry for entry in wanted if not any(child.key in wanted for child in loader.graph.node_map[entry].children))


def drop_tables() -> None:
    """Removes every table of ours, inside the caller's transaction; tables of others in the same database stay."""
    ours = set(connection.introspection.django_table_names(only_existing=True)) | {"django_migrations"}
    ours |= {model._meta.db_table for model in tables_of(applied_migrations())}
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in sorted(ours & present):
            end = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{end}")


def migrate_to(targets: list[Migration] | None) -> Any:
    """Migrates to these, or to the newest (None); the apps as they are then."""
    executor = MigrationExecutor(connection, progress_callback=_settle_triggers)
    state = executor.migrate(targets or executor.loader.graph.leaf_nodes())
    if targets is None:
        emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)
    return state.apps


def _settle_triggers(action: str, *_: Any) -> None:
    """PostgreSQL alters no table while foreign keys of rows written in this transaction are still to be checked."""
    if action.endswith("_success") or action.endswith("_start"):
        check_foreign_keys()


def check_foreign_keys() -> None:
    """Raises IntegrityError for a row that points nowhere."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def _names(entries: Iterable[Migration]) -> str:
    return ", ".join(f"{app}.{name}" for app, name in list(entries)[:5])
