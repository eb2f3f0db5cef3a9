"""What guards the tables on SQLite besides triggers, compared with `sqlite_master`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .schema import ExpectedTable

QUOTED = re.compile(r'"[^"]*"')  # a name


def errors(connection: Any, tables: Mapping[str, ExpectedTable]) -> Iterator[str]:
    """Yield one line for each difference between the database and what is expected.

    tables: by name.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        definitions = dict(cursor.fetchall())
        for name, expected in tables.items():
            if name not in definitions:
                yield f"table {name} is missing"
                continue
            yield from _check_errors(name, definitions[name], expected)
            yield from _column_errors(cursor, name, expected)
            yield from _unique_errors(cursor, name, expected)
            yield from _foreign_key_errors(cursor, name, expected)
        for pragma, wanted in (("foreign_keys", 1), ("ignore_check_constraints", 0)):
            cursor.execute(f"PRAGMA {pragma}")
            if cursor.fetchone() != (wanted,):
                yield f"PRAGMA {pragma} is not {wanted}: constraints are not enforced"
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, target, _key in cursor.fetchall():
            yield f"row {row} of {table} refers to a row of {target} that is not there"


def _check_errors(table: str, definition: str, expected: ExpectedTable) -> Iterator[str]:
    # Django writes the same text into the table as into `ExpectedTable.checks`.
    rest = definition
    for name, text in expected.checks.items():
        if text not in rest:
            yield f"constraint {name} on {table} is missing or was changed"
        rest = rest.replace(text, "", 1)
    if re.search(r"\bCHECK\b", QUOTED.sub("", rest), re.IGNORECASE):
        yield f"table {table} has a check that is not one of the board's"


def _column_errors(cursor: Any, table: str, expected: ExpectedTable) -> Iterator[str]:
    cursor.execute(f'PRAGMA table_info("{table}")')
    nullable = {name for _, name, _, required, _, key in cursor.fetchall() if not (required or key)}
    for column in sorted(expected.required & nullable):
        yield f"column {column} of {table} is no longer NOT NULL"


def _unique_errors(cursor: Any, table: str, expected: ExpectedTable) -> Iterator[str]:
    cursor.execute(f'PRAGMA table_info("{table}")')
    found = {(frozenset(row[1] for row in cursor.fetchall() if row[5]), False)}
    cursor.execute(f'PRAGMA index_list("{table}")')
    for _, index, unique, _origin, partial in cursor.fetchall():
        if unique:
            cursor.execute(f'PRAGMA index_info("{index}")')
            columns = frozenset(row[2] for row in cursor.fetchall())
            found.add((frozenset({index}) if None in columns else columns, bool(partial)))
    for columns, _ in sorted(expected.unique - found, key=str):
        yield f"{', '.join(sorted(columns))} of {table} is no longer unique"
    for columns, _ in sorted(found - expected.unique, key=str):
        yield f"unique index on {', '.join(sorted(columns))} of {table} is not the board's"


def _foreign_key_errors(cursor: Any, table: str, expected: ExpectedTable) -> Iterator[str]:
    cursor.execute(f'PRAGMA foreign_key_list("{table}")')
    found = {
        (column, target, target_column) if on_delete == "NO ACTION" else (column, target, on_delete)
        for _, _, target, column, target_column, _, on_delete, _ in cursor.fetchall()
    }
    for column, target, _ in sorted(expected.foreign_keys - found):
        yield f"foreign key {column} of {table} to {target} is missing"
    for column, target, _ in sorted(found - expected.foreign_keys):
        yield f"foreign key {column} of {table} to {target} is not one of the board's"
