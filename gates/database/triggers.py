"""All triggers that the board needs: installed, removed, and compared with what is installed."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import append_only, closing_rule, revision
from .trigger import Trigger

ALL_TRIGGERS = {
    "postgresql": (
        *closing_rule.POSTGRESQL_CLOSING_RULE,
        *append_only.POSTGRESQL_APPEND_ONLY,
        *revision.POSTGRESQL_REVISION,
    ),
    "sqlite": (
        *closing_rule.SQLITE_CLOSING_RULE,
        *append_only.SQLITE_APPEND_ONLY,
        *revision.SQLITE_REVISION,
    ),
}


def install(connection: Any, triggers: Mapping[str, Sequence[Trigger]] = ALL_TRIGGERS) -> None:
    """Create the triggers, all of them or those of an earlier release, and remove all others.

    A table that an early migration does not know yet is left to the one that makes it.
    """
    remove(connection)
    revision.create_table(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in triggers[connection.vendor]:
            for statement in trigger.statements() if trigger.table in tables else ():
                cursor.execute(statement)


def remove(connection: Any) -> None:
    """Drop every trigger, for a migration that alters the tables or is taken back."""
    with connection.cursor() as cursor:
        for trigger in ALL_TRIGGERS[connection.vendor]:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON public.{trigger.table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS public.{trigger.name}()")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")


def trigger_errors(connection: Any) -> list[str]:
    """What is wrong with the installed triggers, one line each; empty when all is as expected.

    Compares the definitions too, so that a trigger disabled or emptied by hand is found.
    """
    installed = _installed_triggers(connection)
    found = []
    for trigger in ALL_TRIGGERS[connection.vendor]:
        if trigger.name not in installed:
            found.append(f"trigger {trigger.name} on {trigger.table} is missing")
        elif installed[trigger.name] != trigger.fingerprint():
            found.append(f"trigger {trigger.name} on {trigger.table} was changed or disabled")
    return found


def _installed_triggers(connection: Any) -> dict[str, tuple[str, ...]]:
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
