"""Reading at one instant: all queries see the same commits, whoever writes meanwhile."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

# By engine, how reading begins and how it ends; a write in between is an error. On SQLite not
# Django's transaction, which takes the write lock as soon as it begins.
STATEMENTS = {
    "postgresql": (["BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"], ["ROLLBACK"]),
    "sqlite": (["PRAGMA query_only = ON", "BEGIN"], ["ROLLBACK", "PRAGMA query_only = OFF"]),
}


@contextmanager
def read_only_snapshot() -> Iterator[None]:
    """Everything read inside is as one moment left it. Nothing can be written inside.

    Without it a board could show the gate of before a commit with the evidence of after it.
    Inside of a transaction, that one decides.

    Raises:
        DatabaseError: reading cannot begin. That it cannot end is no error of what was read.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    # Straight to the driver: Django need not know, because nothing is written.
    driver = connection.connection
    begin, end = STATEMENTS[connection.vendor]
    try:
        with connection.wrap_database_errors:
            if connection.vendor == "sqlite" and _only_reads(driver):
                begin, end = ["BEGIN"], ["ROLLBACK"]  # and stays so afterwards
            _execute(driver, begin)
    except DatabaseError:
        connection.close()  # half begun; whoever comes next gets another one
        raise
    try:
        yield
    finally:
        _end(driver, end)


def _end(driver: Any, statements: Iterable[str]) -> None:
    if connection.connection is not driver:
        return  # it broke meanwhile, and there is nothing to end
    try:
        with connection.wrap_database_errors:
            _execute(driver, statements)
    except DatabaseError:
        connection.close()  # the engine ended it in its own way; nobody shall read on in that


def _only_reads(driver: Any) -> bool:
    """Whether a connection to SQLite was opened to read only."""
    return bool(driver.execute("PRAGMA query_only").fetchone()[0])


def _execute(driver: Any, statements: Iterable[str]) -> None:
    for statement in statements:
        driver.execute(statement)
