"""The backup drill: dump, restore into a temporary database, compare, verify."""

import hashlib
import secrets
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone

from gates.rules import FileState

from . import integrity
from .backup import RESTORED, BackupError, dump, restore_to_temporary
from .evidence_files import FileChecksums, attached_files, stored_files
from .file_checks import file_errors, log_found
from .record import head_errors
from .table_checksums import TableChecksums, checksum_tables, table_differences


@dataclass
class DrillRecord:
    """What a drill has seen so far, for the report of `drill --json`.

    dumped_at: when the snapshot was taken; None until then.
    dumped, restored: tables with their counts and checksums. `restored` is None until a restore is
        tried, and empty where it fails.
    is_sound: false from the check of the evidence files until the drill has passed: what these
        last steps find is in no table.
    """

    started_at: datetime = field(default_factory=timezone.now)
    dumped_at: datetime | None = None
    dumped: TableChecksums = field(default_factory=dict)
    restored: TableChecksums | None = None
    is_sound: bool = True

    def report(self) -> dict[str, Any] | None:
        """Return the report that `gates/measurements/restore.py` reads.

        None if no restore was tried, or if the drill failed in something that the report cannot
        say: a report of equal tables would then tell of a success.
        """
        if self.dumped_at is None or self.restored is None or not self.is_sound:
            return None
        names = sorted(self.dumped.keys() | self.restored.keys())
        return {
            "tool": "manage.py drill",
            "started_at": self.started_at.isoformat(),
            "dumped_at": self.dumped_at.isoformat(),
            "finished_at": timezone.now().isoformat(),
            "tables": {
                name: {
                    "dumped": self.dumped.get(name, (None, ""))[0],
                    "restored": self.restored.get(name, (None, ""))[0],
                    "same": self.dumped.get(name) == self.restored.get(name),
                }
                for name in names
            },
        }


def drill(
    folder: Path, record: DrillRecord | None = None, kept_head: str = ""
) -> Generator[tuple[str, str], None, None]:
    """Back up database and evidence files into a folder, and prove that they can be restored.

    Args:
        folder: for the dump and the files.
        record: is filled in on the way.
        kept_head: a line of `record_head` that was kept outside the database; "" for none.

    Yields:
        (step, ""), when a step begins, and (step, result), when it has passed. The result is for
        people.

    Raises:
        BackupError: dump or restore failed, or what was restored is not what was dumped.
        DatabaseError: one of the databases failed.
        OSError: the disk or the storage of evidence failed.
    """
    path = folder / "database.dump"
    record = record or DrillRecord()
    # Read before the dump: a file attached meanwhile may be in the copy, but need not.
    attached = attached_files()

    yield "dump", ""
    before = timezone.now()
    dumped = dump(path)
    record.dumped_at, record.dumped = before, dumped
    yield "dump", f"{path.stat().st_size:,} bytes"

    yield "files", ""
    copied = _copy_files(folder / "files")
    yield "files", f"{len(copied):,} files"

    yield "restore", ""
    record.restored = {}
    with restore_to_temporary(path, f"dealix_drill_{secrets.token_hex(4)}") as database:
        record.restored = restored = checksum_tables(database)
        rows = sum(count for count, _ in restored.values())
        yield "restore", f"{len(restored)} tables, {rows:,} rows"

        yield "tables", ""
        _raise_if_any("the restored tables differ:", table_differences(dumped, restored))
        yield "tables", "counts, checksums equal"

        record.is_sound = False  # until the last step has passed
        yield "evidence", ""
        found = _file_states(attached, copied)
        log_found(found)
        _raise_if_any("the evidence files:", file_errors(found))
        yield "evidence", f"{len(attached):,} files match"

        # pg_restore creates constraint triggers after the rows, so it does not notice violations.
        yield "integrity", ""
        errors = integrity.integrity_errors(RESTORED)
        _raise_if_any("the restored database breaks a rule:", errors)
        yield "integrity", "triggers, closing rule, history"

        if kept_head:
            yield "head", ""
            _raise_if_any("the restored history:", head_errors(kept_head, RESTORED))
            yield "head", "the history begins with the one that was kept"
        record.is_sound = True


def _raise_if_any(title: str, errors: list[str]) -> None:
    if errors:
        raise BackupError("\n  ".join([title, *errors]))


def _copy_files(folder: Path) -> FileChecksums:
    """Copy all evidence files into a folder; return the checksums of the copies."""
    checksums = {}
    for name in stored_files():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(name) as file:
            copy.write_bytes(file.read())
        checksums[name] = hashlib.sha256(copy.read_bytes()).hexdigest()
    return checksums


def _file_states(
    attached: FileChecksums, copied: FileChecksums
) -> dict[tuple[str, str], FileState]:
    """Return by name and checksum whether each attached file was copied as it was attached."""
    return {
        (name, checksum): FileState.MISSING
        if name not in copied
        else FileState.INTACT
        if copied[name] == checksum
        else FileState.ALTERED
        for name, checksum in attached.items()
    }
