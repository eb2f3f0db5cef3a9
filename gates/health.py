"""Whether the board can do its work now, for monitors and for the page shown when it cannot."""

import errno
from functools import cache
from typing import Any

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from gates import invariants

# A disk that takes nothing; a store of files that does not answer.
DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EHOSTUNREACH}


def health(database: Any = connection) -> dict[str, str]:
    """The state of each part: "ok", or in one word what is wrong. Three cheap queries."""
    try:
        pending = _migrations() - MigrationRecorder(database).applied_migrations().keys()
        faults = [] if pending else invariants.faults(database)
    except (DatabaseError, InterfaceError):
        return {"database": "unreachable", "migrations": "unknown", "triggers": "unknown"}
    return {
        "database": "ok",
        "migrations": "pending" if pending else "ok",
        "triggers": "unknown" if pending else "faulty" if faults else "ok",
    }


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
