"""Reading at one instant: all queries see the same commits, whoever writes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# By engine, how reading begins and how it ends; a write in between is an error. On SQLite not
# Django's transaction, which takes the write lock as soon as it begins.
STATEMENTS = {
    "postgresql": (["BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"], ["ROLLBACK"]),
    "sqlite": (["PRAGMA query_only = ON", "BEGIN"], ["ROLLBACK", "PRAGMA query_only = OFF"]),
}


@contextmanager
def one_instant() -> Iterator[None]:
    """Everything read inside is as one moment left it. Nothing can be written inside.

    Without it a board could show the gate of before a commit with the evidence of after it.
    Inside of a transaction, that one decides.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    # Straight to the driver: Django need not know, because nothing is written.
    driver = connection.connection
    begin, end = STATEMENTS[connection.vendor]
    if connection.vendor == "sqlite" and driver.execute("PRAGMA query_only").fetchone()[0]:
        begin, end = ["BEGIN"], ["ROLLBACK"]  # a database that only reads stays one
    for statement in begin:
        driver.execute(statement)
    try:
        yield
    finally:
        # A connection that broke meanwhile has nothing to end.
        if connection.connection is driver and not getattr(driver, "closed", False):
            for statement in end:
                driver.execute(statement)
