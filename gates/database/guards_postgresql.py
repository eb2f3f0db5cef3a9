"""What guards the tables on PostgreSQL besides triggers and rules, compared with the catalogue."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from .schema import ExpectedTable

Tables = Mapping[str, ExpectedTable]

TABLES = """
    SELECT c.relname, c.relkind = 'r' AND c.relpersistence = 'p',
        c.relrowsecurity OR c.relforcerowsecurity
            OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid),
        EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)),
        to_regclass(quote_ident(c.relname)) IS DISTINCT FROM c.oid,
        EXISTS (SELECT 1 FROM pg_trigger t
            WHERE t.tgrelid = c.oid AND t.tgisinternal AND t.tgenabled <> 'O'),
        (SELECT coalesce(array_agg(a.attname::text) FILTER (WHERE NOT a.attnotnull), '{}')
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)"""
FOREIGN_KEYS_AND_CHECKS = """
    SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)
        AND k.contype NOT IN ('n', 'p', 'u', 't')"""
FOREIGN_KEY = "FOREIGN KEY ({}) REFERENCES {}({}) DEFERRABLE INITIALLY DEFERRED"
UNIQUE_INDEXES = """
    SELECT c.relname, i.indpred IS NOT NULL,
        CASE WHEN i.indexprs IS NULL
            THEN array(SELECT pg_get_indexdef(i.indexrelid, n, false)
                FROM generate_series(1, i.indnkeyatts) n)
            ELSE array[i.indexrelid::regclass::text] END
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)
        AND i.indisunique AND i.indisvalid AND i.indimmediate"""


def errors(connection: Any, tables: Tables) -> Iterator[str]:
    """Yield one line for each difference between the catalogue and what is expected.

    tables: by name.
    """
    yield from _table_errors(connection, tables)
    yield from _constraint_errors(connection, tables)
    yield from _unique_errors(connection, tables)
    if rows(connection, "SHOW session_replication_role") != [("origin",)]:
        yield "session_replication_role is not origin: triggers do not fire"


def rows(connection: Any, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _table_errors(connection: Any, tables: Tables) -> Iterator[str]:
    found = {name: state for name, *state in rows(connection, TABLES, list(tables))}
    for name, expected in tables.items():
        if name not in found:
            yield f"table {name} is missing"
            continue
        plain, secured, inherits, hidden, silenced, nullable = found[name]
        for wrong, words in (
            (not plain, "is no ordinary table"),
            (secured, "has row security or a policy, which hides rows"),
            (inherits, "inherits, or is inherited from: rows past its triggers"),
            (hidden, "is hidden by another one on the search path"),
            (silenced, "has foreign keys that are not enforced"),
        ):
            if wrong:
                yield f"table {name} {words}"
        for column in sorted(expected.required & set(nullable)):
            yield f"column {column} of {name} is no longer NOT NULL"


def _constraint_errors(connection: Any, tables: Tables) -> Iterator[str]:
    found: dict[str, dict[tuple[str, str], str]] = {name: {} for name in tables}
    for table, name, kind, definition in rows(connection, FOREIGN_KEYS_AND_CHECKS, list(tables)):
        # The names of foreign keys are Django's own; what they say identifies them.
        key = (kind, definition.removesuffix(" NOT VALID") if kind == "f" else name)
        found[table][key] = definition
    definitions = _check_definitions(connection, tables)
    for table, expected in tables.items():
        keys = {
            ("f", FOREIGN_KEY.format(column, target, target_column))
            for column, target, target_column in expected.foreign_keys
        }
        checks = {("c", name) for name in expected.checks}
        for key in sorted((keys | checks) - found[table].keys()):
            yield f"constraint {key[1]} on {table} is missing"
        for key in sorted(found[table].keys() - keys - checks):
            yield f"constraint {key[1]} on {table} is not one of the board's"
        for key in sorted((keys | checks) & found[table].keys()):
            definition = found[table][key]
            wanted = definitions.get((table, key[1]), definition)
            changed = _comparable(definition) != _comparable(wanted)
            if changed or definition.endswith((" NOT VALID", " NOT ENFORCED")):
                yield f"constraint {key[1]} on {table} was changed, or does not hold for all rows"


def _comparable(definition: str) -> str:
    """Return a constraint's definition in the one form for a list of texts.

    A restored dump casts each text of a list, where a migration casts the list as a whole.
    """
    plain = re.sub(r"::(?:character varying|text)(?:\[\])?", "", definition)
    plain = re.sub(r"\(('(?:[^']|'')*')\)", r"\1", plain)
    return re.sub(r"\((ARRAY\[[^]]*\])\)", r"\1", re.sub(r"\(\((ARRAY\[[^]]*\])\)\)", r"\1", plain))


def _check_definitions(connection: Any, tables: Tables) -> dict[tuple[str, str], str]:
    """Return (table, name) → definition of each check, as PostgreSQL itself writes it.

    Temporary tables ask PostgreSQL for it; {} for a role that may make none, such as the web role.
    """
    ((able,),) = rows(
        connection,
        "SELECT has_database_privilege(current_database(), 'TEMPORARY')"
        " AND current_setting('transaction_read_only') = 'off'",
    )
    if not able:
        return {}
    found: dict[tuple[str, str], str] = {}
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for number, (table, expected) in enumerate(tables.items()):
            if not expected.checks:
                continue
            copy = f"gates_expected_{number}"
            cursor.execute(f"CREATE TEMPORARY TABLE {copy} (LIKE public.{table}) ON COMMIT DROP")
            constraints = ", ADD ".join(expected.checks.values()).replace("%", "%%")
            cursor.execute(f"ALTER TABLE {copy} ADD {constraints}", ())
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'c'",
                [f"pg_temp.{copy}"],
            )
            found |= {(table, name): definition for name, definition in cursor.fetchall()}
            cursor.execute(f"DROP TABLE pg_temp.{copy}")
    return found


def _unique_errors(connection: Any, tables: Tables) -> Iterator[str]:
    found: dict[str, set[tuple[frozenset[str], bool]]] = {name: set() for name in tables}
    for table, partial, columns in rows(connection, UNIQUE_INDEXES, list(tables)):
        found[table].add((frozenset(column.strip('"') for column in columns), partial))
    for table, expected in tables.items():
        for columns, _ in sorted(expected.unique - found[table], key=str):
            yield f"{', '.join(sorted(columns))} of {table} is no longer unique"
        for columns, _ in sorted(found[table] - expected.unique, key=str):
            yield f"unique index on {', '.join(sorted(columns))} of {table} is not the board's"
