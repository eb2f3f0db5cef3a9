"""Install, remove and verify all triggers: closing rule, history, revision, text, archive.

A migration that alters gates_gate or gates_evidence, or changes history rows, runs `remove` first
and `install` last: the history refuses the change otherwise, and SQLite remakes an altered table
and loses its triggers. The system check gates.E001 (`gates/checks.py`) reports triggers that a
migration forgot to install again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import append_only, archive, closing_rule, record_chain, revision, visible_text
from .trigger import Trigger

RULE = "RULE"  # in place of the definition of a trigger

ALL_TRIGGERS = {
    "postgresql": (
        *closing_rule.POSTGRESQL_CLOSING_RULE,
        *append_only.POSTGRESQL_APPEND_ONLY,
        *record_chain.POSTGRESQL_CHAIN,
        *revision.POSTGRESQL_REVISION,
        *visible_text.POSTGRESQL_VISIBLE_TEXT,
        *archive.POSTGRESQL_ARCHIVE,
    ),
    "sqlite": (
        *closing_rule.SQLITE_CLOSING_RULE,
        *append_only.SQLITE_APPEND_ONLY,
        *record_chain.SQLITE_CHAIN,
        *revision.SQLITE_REVISION,
        *visible_text.SQLITE_VISIBLE_TEXT,
        *archive.SQLITE_ARCHIVE,
    ),
}


def install(connection: Any, triggers: Mapping[str, Sequence[Trigger]] = ALL_TRIGGERS) -> None:
    """Create the given triggers and the revision's table; remove the others of `ALL_TRIGGERS`.

    triggers: engine → triggers; a migration may name those of an earlier release. A trigger on a
        table or column that does not exist yet is left out: the migration that creates it
        installs again.
    """
    remove(connection)
    revision.create_table(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in triggers[connection.vendor]:
            if trigger.table in tables and _has_column(cursor, trigger):
                for statement in trigger.statements():
                    cursor.execute(statement)


def _has_column(cursor: Any, trigger: Trigger) -> bool:
    """Return whether the column that the trigger needs is there."""
    if not trigger.column:
        return True
    table, _dot, name = trigger.column.rpartition(".")
    cursor.execute(f"SELECT * FROM {table or trigger.table} LIMIT 0")
    return name in {column[0] for column in cursor.description}


def remove(connection: Any) -> None:
    """Drop all triggers and their functions, for a migration that alters tables or is reversed."""
    with connection.cursor() as cursor:
        for trigger in ALL_TRIGGERS[connection.vendor]:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON public.{trigger.table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS public.{trigger.name}()")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")


def trigger_errors(connection: Any) -> list[str]:
    """Return one line for each trigger that is missing, changed, disabled, or not ours.

    Definitions are compared too, so that a trigger whose function was emptied by hand is found.
    Rewrite rules of PostgreSQL count as triggers that are not ours: they act on the same writes.
    """
    installed = _installed_triggers(connection)
    expected = {
        (trigger.table, trigger.name): trigger for trigger in ALL_TRIGGERS[connection.vendor]
    }
    errors = []
    missing = set()
    for (table, name), trigger in expected.items():
        if (table, name) not in installed:
            missing.add(name)
            errors.append(f"trigger {name} on {table} is missing")
        elif installed[table, name] != trigger.fingerprint():
            errors.append(f"trigger {name} on {table} was changed or disabled")
    for (table, name), (kind, *_) in installed.items():
        # One of ours that was moved to another table is told as missing already.
        if (table, name) not in expected and name not in missing:
            word = "rule" if kind == RULE else "trigger"
            errors.append(f"{word} {name} on {table} is not one of the board's")
    return errors


def _installed_triggers(connection: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return (table, name) → fingerprint of every installed trigger, as `Trigger.fingerprint`.

    A rewrite rule has the fingerprint (RULE,).
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT c.relname, t.tgname, replace(pg_get_triggerdef(t.oid), 'public.', ''),"
                " p.prosrc, t.tgenabled::text, array_to_string(p.proconfig, ';')"
                " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                " JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE n.nspname = 'public' AND NOT t.tgisinternal"
                " UNION ALL SELECT c.relname, r.rulename, %s, NULL, NULL, NULL"
                " FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'public' AND c.relkind <> 'v' AND c.relkind <> 'm'",
                [RULE],
            )
        return {(table, name): tuple(parts) for table, name, *parts in cursor.fetchall()}
