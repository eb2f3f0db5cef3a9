"""Whether the board can do its work now, for monitors and for the page shown when it cannot."""

import errno
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from gates.database import triggers

APART = timedelta(seconds=1)  # what clocks that are kept in step never differ by
HEALTH_PARTS = ("clock", "migrations", "triggers")  # what is known only of a database that answers
# A disk that takes nothing; a store of files that does not answer.
DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EHOSTUNREACH}


def health(database: Any = connection) -> dict[str, str]:
    """The state of each part: "ok", or in one word what is wrong. A few cheap queries."""
    try:
        clock = _clock(database)
        pending = _migrations() - MigrationRecorder(database).applied_migrations().keys()
        faults = [] if pending else triggers.trigger_errors(database)
    except (DatabaseError, InterfaceError):
        return {"database": "unreachable", **dict.fromkeys(HEALTH_PARTS, "unknown")}
    return {
        "database": "ok",
        "clock": clock,
        "migrations": "pending" if pending else "ok",
        "triggers": "unknown" if pending else "faulty" if faults else "ok",
    }


def _clock(database: Any) -> str:
    """Whether this machine's clock is the database's, as that of every other server then is.

    History is ordered by the clocks of those who write.
    """
    if database.vendor == "sqlite":
        return "ok"  # it has no other clock than ours
    asked = timezone.now()
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    return "ok" if asked - APART <= there <= timezone.now() + APART else "off"


@cache
def _migrations() -> set[tuple[str, str]]:
    """Every migration of this release; they cannot change while it runs."""
    return set(MigrationLoader(None).graph.nodes)


def is_unavailable(error: BaseException | None) -> bool:
    """Whether this goes back to the database or the disk: down, gone, read-only, full, too busy.

    Asking again later may help, which it does not against a mistake in a program.
    """
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            return True
        if isinstance(error, OSError) and error.errno in DISK:
            return True
        error = error.__cause__ or error.__context__
    return False
