"""The backup drill: dump, restore into a temporary database, compare, verify."""

import hashlib
import secrets
from collections.abc import Generator
from pathlib import Path

from django.core.files.storage import default_storage

from gates.rules import FileState

from . import integrity
from .backup import RESTORED, BackupError, dump, restore_to_temporary
from .evidence_files import FileChecksums, attached_files, stored_files
from .file_checks import file_errors, log_found
from .record import head_errors
from .table_checksums import checksum_tables, table_differences


def drill(folder: Path, kept_head: str = "") -> Generator[tuple[str, str], None, None]:
    """Back up database and evidence files into a folder, and prove that they can be restored.

    Args:
        folder: for the dump and the files.
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
    # Read before the dump: a file attached meanwhile may be in the copy, but need not.
    attached = attached_files()

    yield "dump", ""
    dumped = dump(path)
    yield "dump", f"{path.stat().st_size:,} bytes"

    yield "files", ""
    copied = _copy_files(folder / "files")
    yield "files", f"{len(copied):,} files"

    yield "restore", ""
    with restore_to_temporary(path, f"dealix_drill_{secrets.token_hex(4)}") as database:
        restored = checksum_tables(database)
        rows = sum(count for count, _ in restored.values())
        yield "restore", f"{len(restored)} tables, {rows:,} rows"

        yield "tables", ""
        _raise_if_any("the restored tables differ:", table_differences(dumped, restored))
        yield "tables", "counts, checksums equal"

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
