"""Back up and restore, for practice: is what we would restore really what we have?"""

import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError

from gates.models import Evidence
from gates.operations.backup import BackupError, TableChecksums, dump, restore_to_temporary

Result = TypeVar("Result")


class Command(BaseCommand):
    """Dump, restore into an empty database, compare, check. One line a step; exit 1 with the cause.

    A drill that fails says where; nothing of it is left behind but the dump, where asked for.
    """

    help = (
        "Dump the database and the evidence files, restore them into an empty database, compare"
        " every table and file, and check triggers, closing rule and history there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep", metavar="FOLDER", type=Path, help="leave dump and files in this new folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        with tempfile.TemporaryDirectory(prefix="dealix-drill-") as temporary:
            folder: Path = options["keep"] or Path(temporary)
            try:
                folder.mkdir(parents=True, exist_ok=folder == Path(temporary))
                self._drill(folder)
            except (BackupError, OSError) as error:
                raise CommandError(f"the drill failed: {error}") from error
        self.stdout.write(f"The drill passed in {monotonic() - began:.1f} s.")

    def _drill(self, folder: Path) -> None:
        path = folder / "database.dump"
        # Read before the files are copied, so that what is attached meanwhile is not missed.
        attached = dict(Evidence.objects.exclude(file="").values_list("file", "sha256"))
        live = self._step("dump", lambda: dump(path), lambda _: f"{path.stat().st_size:,} bytes")
        copies = self._step(
            "files", lambda: _copy_files(folder / "files"), _checksum_lines("files")
        )
        restoring = restore_to_temporary(path, f"dealix_drill_{secrets.token_hex(4)}")
        url, tables = self._step("restore", restoring.__enter__, lambda found: _row_count(found[1]))
        try:
            self._step(
                "tables", lambda: _compare(live, tables), lambda _: "counts, checksums equal"
            )
            self._step(
                "evidence", lambda: _compare_files(attached, copies), _checksum_lines("files match")
            )
            self._step("integrity", lambda: _verify(url), str)
        finally:
            restoring.__exit__(None, None, None)

    def _step(self, name: str, do: Callable[[], Result], said: Callable[[Result], str]) -> Result:
        """Do one part of the drill and print how it went and how long it took."""
        terminal = sys.stderr.isatty()
        if terminal:
            self.stderr.write(f"{name} …", style_func=str, ending="\r")
            self.stderr.flush()
        began = monotonic()
        try:
            found = do()
        except (BackupError, OSError):
            self.stdout.write(f"{name:<10} FAILED {monotonic() - began:6.2f} s")
            raise
        self.stdout.write(f"{name:<10} ok     {monotonic() - began:6.2f} s   {said(found)}")
        return found


def _checksum_lines(noun: str) -> Callable[[Any], str]:
    return lambda found: f"{len(found):,} {noun}"


def _row_count(tables: TableChecksums) -> str:
    return f"{len(tables)} tables, {sum(count for count, _ in tables.values()):,} rows"


def _compare(live: TableChecksums, restored: TableChecksums) -> None:
    """Refuse a restored database that is not the one dumped, naming every table that differs."""
    differing = [
        f"table {name}: {live.get(name, ('no', ''))[0]} rows dumped,"
        f" {restored.get(name, ('no', ''))[0]} restored"
        for name in sorted(live.keys() | restored.keys())
        if live.get(name) != restored.get(name)
    ]
    if differing:
        raise BackupError("\n  ".join(["the restored tables differ:", *differing]))


def _evidence_files_of(folder: str = "") -> Iterator[str]:
    """The names of all files in the storage of evidence."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing has been attached yet
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _evidence_files_of(f"{folder}{name}/")


def _copy_files(folder: Path) -> dict[str, str]:
    """Copy every evidence file; returns the checksums of the copies by name."""
    checksums = {}
    for name in _evidence_files_of():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(name) as file:
            copy.write_bytes(file.read())
        checksums[name] = hashlib.sha256(copy.read_bytes()).hexdigest()
    return checksums


def _compare_files(attached: dict[str, str], copies: dict[str, str]) -> dict[str, str]:
    """Refuse copies that are not what was attached; both are checksums by name."""
    faults = [
        f"file {name}: {'not what was attached' if name in copies else 'missing'}"
        for name, checksum in sorted(attached.items())
        if copies.get(name) != checksum
    ]
    if faults:
        raise BackupError("\n  ".join(["the evidence files:", *faults]))
    return attached


def _verify(url: str) -> str:
    """What `verify_integrity` says of the restored database."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_integrity"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n  ".join((done.stdout + done.stderr).strip().splitlines())
        raise BackupError(f"the restored database breaks a promise:\n  {said}")
    return done.stdout.strip()
