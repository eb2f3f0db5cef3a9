"""Install, remove and verify all triggers: closing rule, history, revision, visible text.

A migration that alters gates_gate or gates_evidence, or changes history rows, runs `remove` first
and `install` last: the history refuses the change otherwise, and SQLite remakes an altered table
and loses its triggers. The system check gates.E001 (`gates/checks.py`) reports triggers that a
migration forgot to install again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import append_only, closing_rule, record_chain, revision, visible_text
from .trigger import Trigger

ALL_TRIGGERS = {
    "postgresql": (
        *closing_rule.POSTGRESQL_CLOSING_RULE,
        *append_only.POSTGRESQL_APPEND_ONLY,
        *record_chain.POSTGRESQL_CHAIN,
        *revision.POSTGRESQL_REVISION,
        *visible_text.POSTGRESQL_VISIBLE_TEXT,
    ),
    "sqlite": (
        *closing_rule.SQLITE_CLOSING_RULE,
        *append_only.SQLITE_APPEND_ONLY,
        *record_chain.SQLITE_CHAIN,
        *revision.SQLITE_REVISION,
        *visible_text.SQLITE_VISIBLE_TEXT,
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
    """Return whether the trigger's table has the column that the trigger needs."""
    if not trigger.column:
        return True
    cursor.execute(f"SELECT * FROM {trigger.table} LIMIT 0")
    return trigger.column in {column[0] for column in cursor.description}


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
    """Return one line for each trigger that is missing, changed or disabled; empty if none is.

    Definitions are compared too, so that a trigger whose function was emptied by hand is found.
    """
    installed = _installed_triggers(connection)
    errors = []
    for trigger in ALL_TRIGGERS[connection.vendor]:
        if trigger.name not in installed:
            errors.append(f"trigger {trigger.name} on {trigger.table} is missing")
        elif installed[trigger.name] != trigger.fingerprint():
            errors.append(f"trigger {trigger.name} on {trigger.table} was changed or disabled")
    return errors


def _installed_triggers(connection: Any) -> dict[str, tuple[str, ...]]:
    """Return name → fingerprint of every installed trigger, as `Trigger.fingerprint` has it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {name: (definition,) for name, definition in cursor.fetchall()}
        cursor.execute(
            "SELECT t.tgname, replace(pg_get_triggerdef(t.oid), 'public.', ''), p.prosrc,"
            " t.tgenabled::text, array_to_string(p.proconfig, ';')"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE n.nspname = 'public' AND NOT t.tgisinternal"
        )
        return {name: tuple(parts) for name, *parts in cursor.fetchall()}
