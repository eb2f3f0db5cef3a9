"""The system check gates.E001: what guards the tables is there, unchanged, and nothing else."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from gates.database.guards import guard_errors

# The last migration that adds or changes a trigger. Before it has run, an error here would stop
# `migrate`, which runs this check first.
LAST_TRIGGER_MIGRATION = ("gates", "0020_launches")

REPAIR = "Run `manage.py verify_integrity --repair-triggers`."
UNDO = "Find out who changed it, and undo it as the owner of the tables."


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Return an error for each guard of the tables that is missing, changed, or not ours.

    A database that `LAST_TRIGGER_MIGRATION` has not reached is not checked.
    """
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if LAST_TRIGGER_MIGRATION not in MigrationRecorder(connection).applied_migrations():
            continue
        for error in guard_errors(connection):
            ours = error.startswith("trigger ") and "not one of" not in error
            errors.append(
                Error(
                    f"The database does not hold its rules: {error}.",
                    hint=REPAIR if ours else UNDO,
                    id="gates.E001",
                )
            )
    return errors
