"""The health of the database, for monitors and for the 503 page."""

import errno
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from gates.database import triggers
from gates.database.guards import role_note

MAX_CLOCK_DIFFERENCE = timedelta(seconds=1)  # synchronised clocks differ by less
HEALTH_PARTS = (
    "clock",
    "role",
    "migrations",
    "triggers",
)  # unknown while the database does not answer
# The disk cannot be written to, or the storage of files does not answer.
SQLSTATE_NO_RIGHT = "42501"
UNAVAILABLE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EHOSTUNREACH}


def health(database: Any = connection) -> dict[str, str]:
    """Return the state of each part: "ok", or one word for the problem. A few cheap queries."""
    try:
        clock = _clock_state(database)
        role = "owner" if role_note(database) else "ok"
        pending = _release_migrations() - MigrationRecorder(database).applied_migrations().keys()
        errors = [] if pending else triggers.trigger_errors(database)
    except (DatabaseError, InterfaceError):
        return {"database": "unreachable", **dict.fromkeys(HEALTH_PARTS, "unknown")}
    return {
        "database": "ok",
        "clock": clock,
        "role": role,
        "migrations": "pending" if pending else "ok",
        "triggers": "unknown" if pending else "faulty" if errors else "ok",
    }


def _clock_state(database: Any) -> str:
    """Return "ok" if this machine's clock agrees with the database's, otherwise "off".

    All servers compare with the same clock: history is ordered by the clocks of the writers.
    """
    if database.vendor == "sqlite":
        return "ok"  # it uses this machine's clock
    before = timezone.now()
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database_time = cursor.fetchone()[0]
    earliest, latest = before - MAX_CLOCK_DIFFERENCE, timezone.now() + MAX_CLOCK_DIFFERENCE
    return "ok" if earliest <= database_time <= latest else "off"


@cache
def _release_migrations() -> set[tuple[str, str]]:
    """Return all migrations of this release; they cannot change while it runs."""
    return set(MigrationLoader(None).graph.nodes)


def is_unavailable(error: BaseException | None) -> bool:
    """Return whether the database or the disk caused this error: down, read-only, full, too busy.

    Or a right that the web role lacks, because `database_roles` has not run since a migration. A
    later request may succeed, as it would not after a programming error.
    """
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            return True
        if isinstance(error, OSError) and error.errno in UNAVAILABLE_ERRNOS:
            return True
        if getattr(error, "sqlstate", None) == SQLSTATE_NO_RIGHT:
            return True
        error = error.__cause__ or error.__context__
    return False
