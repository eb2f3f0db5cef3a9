"""The whole database into one file and into an empty database again, and what is in it.

PostgreSQL with its own pg_dump and pg_restore, SQLite with its backup API. A dump and what it is
compared with are read in one snapshot, so that people may go on writing meanwhile.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection

# By table: how many rows, and one checksum over all of them.
TableChecksums = Mapping[str, tuple[int, str]]


class BackupError(Exception):
    """A dump or a restore that did not work, and why."""


def dump(path: Path) -> TableChecksums:
    """Write the database to a new file; returns what was in it at that moment.

    Raises:
        Failed: the database, the tool or the disk refused.
    """
    return _dump_sqlite(path) if connection.vendor == "sqlite" else _dump_postgresql(path)


@contextmanager
def restore_to_temporary(path: Path, name: str) -> Iterator[tuple[str, TableChecksums]]:
    """A database of its own made from a dump: its DATABASE_URL and what is in it; gone afterwards.

    Raises:
        Failed: as `dump`, or the dump cannot be read.
    """
    restore = _restore_sqlite if connection.vendor == "sqlite" else _restore_postgresql
    with restore(path, name) as found:
        yield found


# --- SQLite --------------------------------------------------------------------------------


def _dump_sqlite(path: Path) -> TableChecksums:
    source = f"file:{connection.settings_dict['NAME']}?mode=ro"
    try:
        with closing(sqlite3.connect(source, uri=True, isolation_level=None)) as live:
            live.execute("BEGIN")
            tables = _sqlite_tables(live)  # the first read takes the snapshot
            with closing(sqlite3.connect(path)) as target:
                live.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        raise BackupError(f"the database could not be copied: {error}") from error
    return tables


@contextmanager
def _restore_sqlite(path: Path, name: str) -> Iterator[tuple[str, TableChecksums]]:
    into = path.with_name(f"{name}.sqlite3")
    try:
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy,
            closing(sqlite3.connect(into)) as empty,
        ):
            copy.backup(empty)
            (sound,) = empty.execute("PRAGMA integrity_check").fetchone()
            if sound != "ok":
                raise BackupError(f"SQLite finds the restored file damaged: {sound}")
            tables = _sqlite_tables(empty)
        yield f"sqlite:///{into}", tables
    except sqlite3.Error as error:
        raise BackupError(f"the dump could not be restored: {error}") from error
    finally:
        for file in into.parent.glob(f"{into.name}*"):
            file.unlink()


def _sqlite_tables(raw: sqlite3.Connection) -> TableChecksums:
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {name: _sqlite_table(raw, name) for (name,) in names.fetchall()}


def _sqlite_table(raw: sqlite3.Connection, name: str) -> tuple[int, str]:
    count, checksum = 0, hashlib.sha256()
    for row in raw.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):
        count += 1
        checksum.update(repr(row).encode(errors="surrogatepass"))
    return count, checksum.hexdigest()


# --- PostgreSQL ----------------------------------------------------------------------------


def _dump_postgresql(path: Path) -> TableChecksums:
    live: Any = connection.copy()
    try:
        with live.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            _run_tool("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}")
            return _postgresql_tables(cursor)
    except DatabaseError as error:
        raise BackupError(f"the database could not be read: {error}".strip()) from error
    finally:
        live.close()


@contextmanager
def _restore_postgresql(path: Path, name: str) -> Iterator[tuple[str, TableChecksums]]:
    # Statements on a connection that is in no transaction: PostgreSQL makes no database in one.
    outside: Any = connection.copy()
    inside = type(outside)({**connection.settings_dict, "NAME": name}, "restored")
    try:
        with outside.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            _run_tool(
                "pg_restore",
                "--exit-on-error",
                "--no-owner",
                "--no-privileges",
                f"--dbname={name}",
                str(path),
            )
            with inside.cursor() as cursor:
                tables = _postgresql_tables(cursor)
            inside.close()
            url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
            yield url, tables
        finally:
            inside.close()
            with outside.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    except DatabaseError as error:
        raise BackupError(f"the empty database to restore into: {error}".strip()) from error
    finally:
        outside.close()


def _postgresql_tables(cursor: Any) -> TableChecksums:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return {name: _postgresql_table(cursor, name) for (name,) in cursor.fetchall()}


def _postgresql_table(cursor: Any, name: str) -> tuple[int, str]:
    cursor.execute(
        "SELECT count(*), md5(coalesce(string_agg(row, '' ORDER BY row COLLATE \"C\"), ''))"
        f' FROM (SELECT md5(t::text) AS row FROM public."{name}" t) rows'
    )
    count, checksum = cursor.fetchone()
    return count, checksum


def _run_tool(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools against our database, its password not on the command line."""
    found = shutil.which(tool, path=settings.POSTGRES_BIN or None)
    if found is None:
        where = f"in {settings.POSTGRES_BIN}" if settings.POSTGRES_BIN else "on PATH"
        raise BackupError(
            f"there is no {tool} {where}: install PostgreSQL's client tools (Debian:"
            " postgresql-client), or name their folder in POSTGRES_BIN"
        )
    params = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    known = {name: str(params[key]) for name, key in names.items() if params.get(key)}
    known["PGDATABASE"] = str(connection.settings_dict["NAME"])
    done = subprocess.run(
        [found, *arguments],
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{tool}: {done.stderr.strip()}")
