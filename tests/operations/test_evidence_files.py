"""Files that the history names are checked and kept; files that nothing names are removed."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from gates.models import Evidence
from gates.operations import evidence_files
from tests.support import factory


@pytest.fixture(autouse=True)
def _empty_storage() -> None:
    """The storage of all tests of a process is one; begin without their files."""
    for name in list(evidence_files.stored_files()):
        default_storage.delete(name)


def attached() -> Evidence:
    made = Evidence(gate=factory.gate("T6"), kind="file", summary="The log of the drill")
    made.file.save("drill.txt", ContentFile(b"p95 410 ms\n"))
    return made


@pytest.fixture
def a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files are old enough; the storage in memory knows no other time than now."""
    monkeypatch.setattr(evidence_files, "ORPHAN_AGE", timedelta(0))


def run(**options: bool) -> list[str]:
    printed = StringIO()
    call_command("orphan_files", stdout=printed, **options)
    return printed.getvalue().splitlines()


@pytest.mark.django_db
@pytest.mark.usefixtures("a_day_later")
def test_an_old_file_that_nothing_names_is_found_and_removed() -> None:
    old = default_storage.save("evidence/left/behind.txt", ContentFile(b"half of it"))

    found, removed = run(), run(remove=True)

    assert found == [old, "1 orphan files found"]
    assert removed == [old, "1 orphan files removed"]
    assert not default_storage.exists(old)
    assert evidence_files.orphans() == []


@pytest.mark.django_db
def test_a_young_file_stays() -> None:
    young = default_storage.save("evidence/just/now.txt", ContentFile(b"in a request"))

    assert run(remove=True) == ["0 orphan files removed"]
    assert default_storage.exists(young)


@pytest.mark.django_db
@pytest.mark.usefixtures("a_day_later")
def test_a_file_that_only_the_history_names_stays() -> None:
    proof = attached()
    replaced = str(proof.file.name)
    proof.file.save("drill.txt", ContentFile(b"p95 390 ms\n"))
    deleted = str(proof.file.name)
    proof.delete()

    assert run(remove=True) == ["0 orphan files removed"]
    assert default_storage.exists(replaced)
    assert default_storage.exists(deleted)


@pytest.mark.sqlite
def test_the_drill_misses_a_file_that_only_the_history_names(
    committed: None, tmp_path: Path
) -> None:
    proof = attached()
    lost = str(proof.file.name)
    proof.delete()
    default_storage.delete(lost)

    with pytest.raises(CommandError, match=f"file {lost}: missing"):
        call_command("drill", keep=tmp_path / "kept", stdout=StringIO())
