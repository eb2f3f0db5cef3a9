"""Dump the database to one file and restore the file into a temporary database.

PostgreSQL: pg_dump and pg_restore. SQLite: its backup API. The dump and the checksums it is
compared with are read in one snapshot, so people may go on writing meanwhile.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from gates.database.read_transaction import read_only_snapshot

from .second_database import registered
from .table_checksums import TableChecksums, checksum_tables

RESTORED = "restored"  # alias of the temporary database


class BackupError(Exception):
    """A dump or a restore failed; the message says why."""


def dump(path: Path) -> TableChecksums:
    """Write the database to a new file; return the checksums of its tables at that moment.

    Raises:
        BackupError: pg_dump is missing or failed.
        DatabaseError: the database cannot be read, or SQLite cannot write the file.
    """
    with read_only_snapshot():
        checksums = checksum_tables(connection)  # on SQLite the first read takes the snapshot
        if connection.vendor == "sqlite":
            _dump_sqlite(path)
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                (snapshot,) = cursor.fetchone()
            _run_tool("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}")
    return checksums


@contextmanager
def restore_to_temporary(path: Path, name: str) -> Iterator[Any]:
    """Restore a dump into a new database; drop it afterwards.

    Args:
        path: the dump. SQLite's temporary database is made in the same folder.
        name: the temporary database.

    Yields:
        Its connection, which Django knows by the alias `RESTORED`.

    Raises:
        BackupError: the dump is damaged, or pg_restore is missing or failed.
        DatabaseError: the temporary database cannot be made or read.
    """
    database: Any = connection.copy(RESTORED)
    restore = _restored_sqlite if connection.vendor == "sqlite" else _restored_postgresql
    with restore(path, name) as database.settings_dict["NAME"], registered(database):
        yield database


def _dump_sqlite(path: Path) -> None:
    with connection.wrap_database_errors, closing(sqlite3.connect(path)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal and -shm


@contextmanager
def _restored_sqlite(path: Path, name: str) -> Iterator[str]:
    restored = path.with_name(f"{name}.sqlite3")
    try:
        shutil.copyfile(path, restored)
        with connection.wrap_database_errors, closing(sqlite3.connect(restored)) as raw:
            (result,) = raw.execute("PRAGMA integrity_check").fetchone()
        if result != "ok":
            raise BackupError(f"SQLite finds the restored file damaged: {result}")
        yield str(restored)
    finally:
        for file in restored.parent.glob(f"{restored.name}*"):
            file.unlink()


@contextmanager
def _restored_postgresql(path: Path, name: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        options = ("--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={name}")
        _run_tool("pg_restore", *options, str(path))
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _run_tool(tool: str, *arguments: str) -> None:
    """Run a PostgreSQL tool on our database; the password goes by the environment.

    Others on the machine can read a command line.

    Raises:
        BackupError: the tool is not installed, or it failed.
    """
    program = shutil.which(tool, path=settings.POSTGRES_BIN or None)
    if program is None:
        where = f"in {settings.POSTGRES_BIN}" if settings.POSTGRES_BIN else "on PATH"
        raise BackupError(
            f"there is no {tool} {where}: install PostgreSQL's client tools (Debian:"
            " postgresql-client), or name their folder in POSTGRES_BIN"
        )
    params = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    environment = {name: str(params[key]) for name, key in names.items() if params.get(key)}
    environment["PGDATABASE"] = str(connection.settings_dict["NAME"])
    process = subprocess.run(
        [program, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise BackupError(f"{tool}: {process.stderr.strip()}")
