"""Count and checksum the rows of tables, so that two databases can be compared."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

# By table: (number of rows, checksum over all of them).
TableChecksums = Mapping[str, tuple[int, str]]


def checksum_tables(database: Any) -> TableChecksums:
    """Return the checksums of all tables, as the driver returns their rows.

    Comparable within one engine only.
    """
    with database.cursor() as cursor:
        tables = database.introspection.table_names(cursor)
    return {table: _checksum_rows(_select_all(database, table)) for table in tables}


def checksum_models(models: Iterable[Any], using: str) -> TableChecksums:
    """Return the checksums of the models' tables; the same on both engines."""
    return {
        model._meta.db_table: _checksum_rows(
            model._base_manager.using(using)
            .values_list(*(field.attname for field in model._meta.concrete_fields))
            .iterator()
        )
        for model in models
    }


def table_differences(before: TableChecksums, after: TableChecksums) -> list[str]:
    """Return one line for each table whose rows are not the same; empty if all are."""
    return [
        f"table {name}: {before.get(name, ('no', ''))[0]} rows before,"
        f" {after.get(name, ('no', ''))[0]} after"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _select_all(database: Any, table: str) -> Iterator[tuple[Any, ...]]:
    with database.chunked_cursor() as cursor:
        cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
        yield from cursor


def _checksum_rows(rows: Iterable[tuple[Any, ...]]) -> tuple[int, str]:
    # A sum of hashes does not depend on the order of rows. The engines sort texts, and therefore
    # the keys of sessions, differently.
    count, checksum = 0, 0
    for row in rows:
        count += 1
        text = repr([_engine_neutral(value) for value in row]).encode(errors="surrogatepass")
        checksum += int.from_bytes(hashlib.sha256(text).digest(), "big")
    return count, f"{checksum % 2**256:064x}"


def _engine_neutral(value: Any) -> Any:
    """Return a value in a form that does not depend on the engine it was read from."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)  # PostgreSQL sorts the keys of a JSON object
    return value
