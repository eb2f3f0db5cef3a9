"""Migrated databases to copy: made by the worker that comes first, copied by all others.

Migrating from nothing takes four seconds of CPU, copying takes a tenth of one.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

# "gw0", "gw1", ...; the servers, roles and databases that a test makes beside its own bear it.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
TEMPLATE = "dealix_tests_template"  # on PostgreSQL


def url_of(database: str) -> str:
    """The DATABASE_URL of another database of this run's PostgreSQL."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


def manage(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours on the database of a DATABASE_URL."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "DEBUG": "on"},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One worker at a time."""
    with (folder / "databases.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Templates:
    """The migrated databases of one run; `folder` is the same for all of its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.creation: Any = connection.creation  # its private methods have no types
        self.sqlite = folder / "migrated.sqlite3"
        self._postgresql_made = folder / "postgresql-made"

    def create_test_db(self, create: Any, *args: Any, **kwargs: Any) -> str:
        """Make this worker's database: from the template, or the first time as Django does it.

        `create` is Django's own method. It runs `migrate` on a copy too, which finds nothing to do.
        """
        with locked(self.folder):
            if connection.vendor == "sqlite":
                return self._create_sqlite(create, *args, **kwargs)
            return self._create_postgresql(create, *args, **kwargs)

    def _create_sqlite(self, create: Any, *args: Any, **kwargs: Any) -> str:
        if self.sqlite.exists():
            shutil.copy(self.sqlite, self.creation._get_test_db_name())
            return str(create(*args, **{**kwargs, "keepdb": True}))
        name = str(create(*args, **kwargs))
        connection.close()  # writes the file whole
        shutil.copy(name, self.sqlite)
        return name

    def _create_postgresql(self, create: Any, *args: Any, **kwargs: Any) -> str:
        if self._postgresql_made.exists():
            connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
            return str(create(*args, **kwargs))
        name = str(create(*args, **kwargs))
        connection.close()
        with self.creation._nodb_cursor() as cursor:
            # One that an earlier run has left on a server that is kept.
            cursor.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
            cursor.execute(f'CREATE DATABASE {TEMPLATE} TEMPLATE "{name}"')
        self._postgresql_made.touch()
        return name

    def migrated_sqlite(self) -> Path:
        """An empty, migrated SQLite database to copy, whatever engine the tests run on."""
        with locked(self.folder):
            if not self.sqlite.exists():
                made = self.folder / "being-migrated.sqlite3"
                done = manage(f"sqlite:///{made}", "migrate", "--verbosity", "0")
                assert done.returncode == 0, done.stderr
                made.rename(self.sqlite)
        return self.sqlite
