"""A read-only transaction in which all queries see the same commits."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

# Engine → (statements that begin it, statements that end it). A write in between is an error.
# On SQLite Django's own transaction is of no use: it takes the write lock as soon as it begins.
STATEMENTS = {
    "postgresql": (["BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"], ["ROLLBACK"]),
    "sqlite": (["PRAGMA query_only = ON", "BEGIN"], ["ROLLBACK", "PRAGMA query_only = OFF"]),
}


@contextmanager
def read_only_snapshot() -> Iterator[None]:
    """Context manager: queries inside see one snapshot of the database, and cannot write.

    Without it, a board could show a gate from before a commit with evidence from after it.
    Inside a transaction it does nothing: that transaction's isolation holds.

    Raises:
        DatabaseError: the transaction cannot begin. A failed ROLLBACK only closes the connection.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    # Django finds this out once, in a transaction of its own. Inside ours that fails on SQLite, and
    # the process would answer 500 to every page from then on.
    _ = connection.features.supports_json_field
    # Past Django, straight to the driver: Django need not know, because nothing is written.
    driver_connection = connection.connection
    begin, end = STATEMENTS[connection.vendor]
    try:
        with connection.wrap_database_errors:
            if connection.vendor == "sqlite" and _is_query_only(driver_connection):
                begin, end = ["BEGIN"], ["ROLLBACK"]  # it was read-only before and stays so
            _execute(driver_connection, begin)
    except DatabaseError:
        connection.close()  # begun in part; the next query opens another one
        raise
    try:
        yield
    finally:
        _end(driver_connection, end)


def _end(driver_connection: Any, statements: Iterable[str]) -> None:
    if connection.connection is not driver_connection:
        return  # it was closed meanwhile, and with it the transaction
    try:
        with connection.wrap_database_errors:
            _execute(driver_connection, statements)
    except DatabaseError:
        connection.close()  # in an unknown state; no query may follow in it


def _is_query_only(driver_connection: Any) -> bool:
    """Return whether a connection to SQLite is set to refuse writes."""
    return bool(driver_connection.execute("PRAGMA query_only").fetchone()[0])


def _execute(driver_connection: Any, statements: Iterable[str]) -> None:
    for statement in statements:
        driver_connection.execute(statement)
