"""The whole board from its database into another, empty one: SQLite to PostgreSQL, and back.

Rows keep their keys. The counters that give keys out are carried along, so that no key of a
deleted row is given out again and inherits that row's history.

The target's triggers stand all the while. Evidence is written before its gate, as the models are
defined, and history is only added to, so nothing has to be lifted for it, and what the closing
rule refuses is refused here too.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import environ
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, DataError, connection, connections, transaction
from django.db.utils import ConnectionHandler

from gates.database import revision
from gates.database.read_transaction import read_only_snapshot
from gates.operations import integrity
from gates.operations.health import health

TARGET = "target"
# `migrate` fills these; what they hold gives way to our rows, so that keys stay what they are.
FILLED_BY_MIGRATE = (Permission, ContentType)
# Each database has its own of these. Failed attempts count for minutes only.
NOT_COPIED = {"django_migrations", revision.REVISION_TABLE, "accounts_attempts"}
BATCH_SIZE = 500
REMEDIES = {
    "clock": ": set this machine's clock, or that of the database, and try again",
    "migrations": ": run migrate with its DATABASE_URL first",
    "triggers": ": run verify_integrity --repair-triggers with its DATABASE_URL first",
}

# By table: how many rows, and one checksum over all of them that is the same on both engines.
CopiedTables = dict[str, tuple[int, str]]


class CopyRefused(Exception):
    """The board was not moved, and why. Nothing of it is in the target."""


def copy_database(url: str, told: Callable[[str], None]) -> CopiedTables:
    """Copy every row into the empty, migrated database at an address, all or nothing.

    The board is read at one instant; what is written to it after that is not in the copy.

    Args:
        url: as in DATABASE_URL.
        told: is given the name of each table when its turn comes.

    Returns:
        What was copied, found equal in the target.

    Raises:
        Refused: one of the databases is not fit for it, or the copy is not what it should be.
        DatabaseError: the target took a row for impossible, or one of the databases failed.
    """
    models = apps.get_models(include_auto_created=True)
    with _connect_target(url) as target, read_only_snapshot():
        _refuse_unready("this database", connection)
        _refuse_unready("the target", target)
        _refuse_unknown_tables(models)
        known_faults = integrity.data_errors()
        with transaction.atomic(using=TARGET):
            _refuse_rows(models)
            _delete_migrated_rows(target)
            moved = {model._meta.db_table: _copy_table(model, target, told) for model in models}
            target.check_constraints()
            found = {
                model._meta.db_table: _count_and_checksum(_iterate_rows(model, TARGET))
                for model in models
            }
            _refuse_differences(moved, found)
            if (faults := integrity.integrity_errors(TARGET)) != known_faults:
                raise CopyRefused("\n  ".join(["the copy breaks a promise:", *faults]))
            for model in models:
                _carry_counter(model, target)
    return moved


@contextmanager
def _connect_target(url: str) -> Iterator[Any]:
    """A connection to the target, which Django knows by its alias meanwhile."""
    # The address is not repeated in a message: it may hold a password.
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
    target = ConnectionHandler({DEFAULT_DB_ALIAS: {}, TARGET: config})[TARGET]
    connections[TARGET] = target
    try:
        yield target
    finally:
        target.close()
        del connections[TARGET]


def _refuse_unready(name: str, database: Any) -> None:
    for part, state in health(database).items():
        if state != "ok":
            raise CopyRefused(f"{name} is not ready ({part} {state}){REMEDIES.get(part, '')}")


def _refuse_unknown_tables(models: Iterable[Any]) -> None:
    """Rows of something that is switched off, such as single sign-on, would stay behind unseen."""
    known = {model._meta.db_table for model in models} | NOT_COPIED
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - known):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone():
                raise CopyRefused(
                    f"table {table} has rows, and nothing that is switched on knows it: move with"
                    " the same settings as the board runs with, such as SSO_SERVER"
                )


def _refuse_rows(models: Iterable[Any]) -> None:
    filled = [
        model._meta.db_table
        for model in models
        if model not in FILLED_BY_MIGRATE and model._base_manager.using(TARGET).exists()
    ]
    if filled:
        raise CopyRefused(f"the target is not empty: {', '.join(filled)}")


def _delete_migrated_rows(target: Any) -> None:
    with target.cursor() as cursor:
        for model in FILLED_BY_MIGRATE:
            cursor.execute(f"DELETE FROM {target.ops.quote_name(model._meta.db_table)}")


def _copy_table(model: Any, target: Any, told: Callable[[str], None]) -> tuple[int, str]:
    """Copy one table as it is; returns what was read."""
    told(model._meta.db_table)
    fields = model._meta.concrete_fields
    quoted = target.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    into = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES "
    one_row = f"({', '.join(['%s'] * len(fields))})"
    at_key = fields.index(model._meta.pk)
    at_once = min(BATCH_SIZE, (target.features.max_query_params or 60_000) // len(fields))

    def written() -> Iterator[tuple[Any, ...]]:
        rows = _iterate_rows(model, DEFAULT_DB_ALIAS)
        with target.cursor() as cursor:
            while batch := list(islice(rows, at_once)):
                values = [
                    field.get_db_prep_save(value, target)
                    for row in batch
                    for field, value in zip(fields, row, strict=True)
                ]
                try:
                    cursor.execute(into + ", ".join([one_row] * len(batch)), values)
                except DataError as error:
                    keys = f"{batch[0][at_key]} to {batch[-1][at_key]}"
                    table = model._meta.db_table
                    raise CopyRefused(f"table {table}, rows {keys}: {error}".strip()) from error
                yield from batch

    return _count_and_checksum(written())


def _iterate_rows(model: Any, using: str) -> Iterator[tuple[Any, ...]]:
    columns = [field.attname for field in model._meta.concrete_fields]
    found = model._base_manager.using(using).order_by("pk").values_list(*columns)
    return iter(found.iterator(chunk_size=BATCH_SIZE))


def _count_and_checksum(rows: Iterable[tuple[Any, ...]]) -> tuple[int, str]:
    # A sum, because the engines sort texts, and so the keys of sessions, differently.
    count, checksum = 0, 0
    for row in rows:
        count += 1
        said = repr([_engine_neutral(value) for value in row]).encode(errors="surrogatepass")
        checksum += int.from_bytes(hashlib.sha256(said).digest(), "big")
    return count, f"{checksum % 2**256:064x}"


def _engine_neutral(value: Any) -> Any:
    """A value in the one form that does not depend on the engine it was read from."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)  # PostgreSQL sorts the names in a document
    return value


def _refuse_differences(moved: CopiedTables, found: CopiedTables) -> None:
    differing = [
        f"table {name}: {moved[name][0]} rows read, {found[name][0]} found in the target"
        for name in moved
        if moved[name] != found[name]
    ]
    if differing:
        raise CopyRefused("\n  ".join(["the copy differs:", *differing]))


def _carry_counter(model: Any, target: Any) -> None:
    """Let a table of the target go on counting its keys where ours is."""
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
    """The last key that a table of ours has given out; 0 where it has not given any yet."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX({quoted(column)}) FROM {quoted(table)}")
        highest = cursor.fetchone()[0] or 0
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
            cursor.execute(f"SELECT last_value FROM {cursor.fetchone()[0]} WHERE is_called")
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        counted = cursor.fetchone()
    return max(highest, counted[0] if counted else 0)
