"""The board of the snapshot, for tests that commit on SQLite: imported once, copied afterwards."""

import sqlite3

from django.core.management import call_command
from django.db import connection

_copy: list[sqlite3.Connection] = []  # of the whole database, in memory


def load_snapshot() -> None:
    """Fill the empty database. Importing takes a second and a half, copying some milliseconds."""
    connection.ensure_connection()
    if not _copy:
        fixture = "fixtures/launch_gates_2026-04-23.json"
        call_command("import_snapshot", fixture, dated="2026-04-23", verbosity=0)
        _copy.append(sqlite3.connect(":memory:"))
        connection.connection.backup(_copy[0])
    else:
        _copy[0].backup(connection.connection)
