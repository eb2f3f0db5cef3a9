"""Check that the stored files of evidence are there and unchanged, and log where they are not.

The board reads what the last check found (`gates.models.file_check`), so a lost file weakens its
gate wherever its status is shown. A gate's page and a download check their own files, the command
`claim` those of its launch, `verify_integrity` and `drill` all that the history names.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from accounts import security_log
from gates.models import Evidence, FileCheck
from gates.models.evidence_file import read_verified
from gates.models.file_check import file_states
from gates.rules import FileState

File = tuple[str, str]  # name in the storage, SHA-256


def check_files(of_evidence: Q) -> None:
    """Check the files of some evidence, and log what differs from the last check.

    A content is read once by each process, and again if the file's size or time has changed. A
    store that does not answer says nothing about its files: they are left as they were.
    """
    proofs = Evidence.objects.filter(of_evidence).exclude(file="").order_by()
    files: set[File] = set(proofs.values_list("file", "sha256"))
    found = {}
    for name, sha256 in files:
        try:
            found[name, sha256] = _quick_state(name, sha256)
        except OSError:
            break
    log_found(found)


def verify_files(files: Iterable[File]) -> dict[File, FileState]:
    """Read the content of all given files; log and return what was found of each.

    Raises:
        OSError: the storage does not answer.
    """
    found = {(name, sha256): _full_state(name, sha256) for name, sha256 in files}
    log_found(found)
    return found


def file_errors(found: Mapping[File, str]) -> list[str]:
    """Return one line for each file that is not as it was attached."""
    words = {FileState.MISSING: "missing", FileState.ALTERED: "not what was attached"}
    return [
        f"file {name}: {words[FileState(state)]}"
        for (name, _), state in sorted(found.items())
        if state != FileState.INTACT
    ]


def log_found(found: Mapping[File, str]) -> None:
    """Log what was found of files, where it is not what the last check found."""
    if not found:
        return
    last = file_states()
    for (name, sha256), state in found.items():
        if last.get((name, sha256), FileState.INTACT) != state:
            FileCheck.objects.create(
                at=timezone.now(), name=name, sha256=sha256, found=FileState(state).value
            )
            security_log.log_on_commit("evidence_file_checked", file=name, found=str(state))


def _quick_state(name: str, sha256: str) -> FileState:
    try:
        size = default_storage.size(name)
        modified = default_storage.get_modified_time(name)
    except FileNotFoundError:
        return FileState.MISSING
    return _state_of_content(name, sha256, size, modified)


@lru_cache(maxsize=4096)
def _state_of_content(name: str, sha256: str, size: int, modified: datetime) -> FileState:
    return _full_state(name, sha256)


def _full_state(name: str, sha256: str) -> FileState:
    try:
        content = read_verified(default_storage, name, sha256)
    except FileNotFoundError:
        return FileState.MISSING
    return FileState.ALTERED if content is None else FileState.INTACT
