"""The files in the storage of evidence: those that the history names, and those that it does not.

A file stays for as long as the history names it, also when its proof was replaced or deleted: the
page of its day hands it out. A file that no row names is an orphan: the process was killed, or the
disk was full, while it was being stored.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from gates.models import Evidence

FileChecksums = Mapping[str, str]  # by name in the storage: SHA-256 in hexadecimal

# A younger file may belong to a request that has not written its row yet.
ORPHAN_AGE = timedelta(days=1)


def attached_files() -> dict[str, str]:
    """Return the checksums of all files that proofs have or had, by name."""
    columns = ("file", "sha256")
    past = Evidence.history.exclude(file="").order_by().values_list(*columns)
    live = Evidence.objects.exclude(file="").order_by().values_list(*columns)
    return {**dict(past), **dict(live)}


def stored_files(folder: str = "") -> Iterator[str]:
    """Yield the names of all files in the storage of evidence."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing has been attached yet
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from stored_files(f"{folder}{name}/")


def orphans() -> list[str]:
    """Return the names of files that no row names or named, and that are old enough."""
    # The storage first: a file that is attached meanwhile is then young, and known.
    old = [
        name
        for name in stored_files("evidence/")
        if default_storage.get_modified_time(name) < timezone.now() - ORPHAN_AGE
    ]
    attached = attached_files()
    return [name for name in old if name not in attached]


def remove_orphans() -> list[str]:
    """Delete the orphans; return their names."""
    removed = orphans()
    for name in removed:
        default_storage.delete(name)
    return removed
