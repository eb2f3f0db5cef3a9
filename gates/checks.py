"""The system check gates.E001: all triggers of the database are installed and unchanged."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from gates.database import triggers

# The last migration that adds a trigger. Before it has run, an error here would stop `migrate`,
# which runs this check first.
LAST_TRIGGER_MIGRATION = ("gates", "0009_record_chain")


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Return an error for each trigger that is missing, changed or disabled.

    A database that `LAST_TRIGGER_MIGRATION` has not reached is not checked.
    """
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if LAST_TRIGGER_MIGRATION not in MigrationRecorder(connection).applied_migrations():
            continue
        for error in triggers.trigger_errors(connection):
            errors.append(
                Error(
                    f"The database does not hold its rules: {error}.",
                    hint="Run `manage.py verify_integrity --repair-triggers`.",
                    id="gates.E001",
                )
            )
    return errors
