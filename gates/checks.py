"""System checks: the database must hold the closing rule and the history itself."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from gates.database import triggers

# The last migration that adds a trigger; until it has run, `migrate` must not be stopped.
INSTALLED_BY = ("gates", "0007_revision")


@register(Tags.database)
def closing_rule_is_in_the_database(
    databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Every trigger is installed, enabled and unchanged.

    Silent until the migration that installs them has run: `migrate` runs this check first.
    """
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if INSTALLED_BY not in MigrationRecorder(connection).applied_migrations():
            continue
        for fault in triggers.trigger_errors(connection):
            errors.append(
                Error(
                    f"The database does not hold its rules: {fault}.",
                    hint="Run `manage.py verify_integrity --repair-triggers`.",
                    id="gates.E001",
                )
            )
    return errors
