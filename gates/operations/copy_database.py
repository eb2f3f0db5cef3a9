"""Copy the whole board into another, empty database: SQLite to PostgreSQL, and back.

Rows keep their keys. The counters that generate keys are carried along, so that the key of a
deleted row is not generated again and does not inherit that row's history.

The target's triggers stay installed. They allow the copy: evidence is written before its gate,
which is the order of the models, and history is only added to. Rows that break the closing rule
are refused here as everywhere.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, DataError, connection, transaction
from django.db.utils import ConnectionHandler

from gates.database import revision
from gates.database.read_transaction import read_only_snapshot

from . import integrity
from .health import health
from .second_database import registered
from .table_checksums import TableChecksums, checksum_models, table_differences

TARGET = "target"
# `migrate` fills these tables. Our rows replace its rows, so that keys stay the same.
FILLED_BY_MIGRATE = (Permission, ContentType)
# Each database has its own rows in these. Failed log-ins count for minutes only.
NOT_COPIED = {"django_migrations", revision.REVISION_TABLE, "accounts_attempts"}
REMEDIES = {
    "clock": ": set this machine's clock, or that of the database, and try again",
    "migrations": ": run migrate with its DATABASE_URL first",
    "triggers": ": run verify_integrity --repair-triggers with its DATABASE_URL first",
}


class CopyRefused(Exception):
    """The board was not copied; the message says why. The target has none of it."""


def copy_database(url: str, progress: Callable[[str], None]) -> TableChecksums:
    """Copy every row into the empty, migrated database at an address, all or nothing.

    The board is read in one snapshot; what is written to it later is not in the copy.

    Args:
        url: as in DATABASE_URL.
        progress: is called with the name of each table before it is copied.

    Returns:
        The checksums of the copied tables, which are the same in both databases.

    Raises:
        CopyRefused: one of the databases is not fit for it, or the copy differs.
        DatabaseError: the target refused a row, or one of the databases failed.
    """
    models = apps.get_models(include_auto_created=True)
    with _connected(url) as target, read_only_snapshot():
        _refuse_unready("this database", connection)
        _refuse_unready("the target", target)
        _refuse_unknown_tables(models)
        known_errors = integrity.data_errors()
        with transaction.atomic(using=TARGET):
            _refuse_rows(models)
            for filled in FILLED_BY_MIGRATE:
                filled._base_manager.using(TARGET).all().delete()
            for model in models:
                progress(model._meta.db_table)
                _copy_rows(model)
            target.check_constraints()
            checksums = checksum_models(models, DEFAULT_DB_ALIAS)
            if lines := table_differences(checksums, checksum_models(models, TARGET)):
                raise CopyRefused("\n  ".join(["the copy differs:", *lines]))
            if (errors := integrity.integrity_errors(TARGET)) != known_errors:
                raise CopyRefused("\n  ".join(["the copy breaks a rule:", *errors]))
            for model in models:
                _carry_counter(model, target)
    return checksums


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """Connect to the target, which Django knows by the alias `TARGET` inside."""
    # Messages do not repeat the address: it may hold a password.
    if url.partition(":")[0] not in {"sqlite", "postgres", "postgresql"}:
        raise CopyRefused("the target must be sqlite:///path or postgres://user:password@host/name")
    try:
        config = environ.Env.db_url_config(url)
    except (KeyError, ValueError) as error:
        raise CopyRefused("the target cannot be read as an address") from error
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["NAME"] = Path(settings.BASE_DIR) / config["NAME"]
        if not config["NAME"].exists():
            raise CopyRefused(f"there is no {config['NAME']}: migrate the target first")
    with registered(ConnectionHandler({DEFAULT_DB_ALIAS: {}, TARGET: config})[TARGET]) as target:
        yield target


def _refuse_unready(name: str, database: Any) -> None:
    for part, state in health(database).items():
        if state != "ok" and part != "role":  # it is the owner who copies
            raise CopyRefused(f"{name} is not ready ({part} {state}){REMEDIES.get(part, '')}")


def _refuse_unknown_tables(models: Iterable[Any]) -> None:
    """Refuse rows of an app that is switched off (single sign-on): they would be left out."""
    known = {model._meta.db_table for model in models} | NOT_COPIED
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - known):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone():
                raise CopyRefused(
                    f"table {table} has rows, but its app is switched off: copy with the same"
                    " settings as the board runs with, such as SSO_SERVER"
                )


def _refuse_rows(models: Iterable[Any]) -> None:
    filled = [
        model._meta.db_table
        for model in models
        if model not in FILLED_BY_MIGRATE and model._base_manager.using(TARGET).exists()
    ]
    if filled:
        raise CopyRefused(f"the target is not empty: {', '.join(filled)}")


def _copy_rows(model: Any) -> None:
    """Copy the rows of one table as they are: `raw`, as `loaddata` does, writes no history."""
    for row in model._base_manager.order_by("pk").iterator():
        try:
            row.save_base(raw=True, using=TARGET, force_insert=True)
        except DataError as error:
            table = model._meta.db_table
            raise CopyRefused(f"table {table}, row {row.pk}: {error}".strip()) from error


def _carry_counter(model: Any, target: Any) -> None:
    """Let the target generate keys from where our table's counter is."""
    if model._meta.auto_field is None:
        return
    table, column = model._meta.db_table, model._meta.auto_field.column
    last = _last_key(table, column)
    if not last:
        return
    with target.cursor() as cursor:
        if target.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, last]
            )
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


def _last_key(table: str, column: str) -> int:
    """Return the last key that our table has generated or holds; 0 if none."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX({quoted(column)}) FROM {quoted(table)}")
        highest = cursor.fetchone()[0] or 0
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
            cursor.execute(f"SELECT last_value FROM {cursor.fetchone()[0]} WHERE is_called")
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        counter = cursor.fetchone()
    return max(highest, counter[0] if counter else 0)
