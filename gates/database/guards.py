"""Compare everything that guards the tables with what is expected; more is as wrong as less.

Triggers and rules (`triggers`), and besides: constraints, foreign keys, row security, the rights
of the web role. Expected is what the models say (`schema`), `ALL_TRIGGERS` and `web_rights`.
"""

from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from . import guards_postgresql, guards_sqlite, triggers, web_rights
from .schema import expected_tables


def guard_errors(connection: Any) -> list[str]:
    """Return one line for each guard that is missing, changed, or not one of the board's.

    While a migration is pending the models may ask for what the database cannot have yet; then
    triggers alone are compared.
    """
    errors = triggers.trigger_errors(connection)
    if not _is_migrated(connection):
        return errors
    tables = expected_tables(connection)
    if connection.vendor == "sqlite":
        return [*errors, *guards_sqlite.errors(connection, tables)]
    return [
        *errors,
        *guards_postgresql.errors(connection, tables),
        *web_rights.rights_errors(connection),
    ]


def role_note(connection: Any) -> str:
    """Return a note if the role in use could remove every guard; else ""."""
    if connection.vendor == "sqlite":
        return ""
    role = web_rights.privileged_role(connection)
    return role and f"the role in use, {role}, can remove every guard; never serve the web with it"


def _is_migrated(connection: Any) -> bool:
    applied = MigrationRecorder(connection).applied_migrations()
    return not set(MigrationLoader(None).graph.nodes) - applied.keys()
