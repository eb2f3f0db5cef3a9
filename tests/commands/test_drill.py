"""`manage.py drill` finds a backup that cannot be restored or is not sound."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from gates.database import triggers
from gates.models import Evidence
from gates.operations import backup, drill
from gates.operations.record import record_head
from gates.operations.table_checksums import TableChecksums
from tests.support import factory
from tests.support.assertions import sql, triggers_lifted

pytestmark = pytest.mark.usefixtures("committed")

STEPS = ["dump", "files", "restore", "tables", "evidence", "integrity"]


def failed(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Return (step that failed, cause)."""
    with pytest.raises(CommandError) as failure:
        call_command("drill")
    assert failure.value.returncode == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert "FAILED" in last
    return last.split()[0], str(failure.value)


def restored_databases() -> set[str]:
    """The databases that a drill of any worker has left on the server."""
    if connection.vendor == "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dealix_drill%'")
        return {name for (name,) in cursor.fetchall()}


def test_a_sound_board_passes_and_leaves_nothing_behind(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    before = restored_databases()

    call_command("drill")

    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [[step, "ok"] for step in STEPS]
    assert "1 files" in lines[1]
    assert lines[-1].startswith("The drill passed in ")
    assert err == ""
    assert restored_databases() == before


def test_a_history_that_was_cut_off_is_found_by_the_head_that_was_kept(
    board_with_file: Evidence, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = factory.owner("Omar")
    heads = tmp_path / "heads"
    heads.write_text(f"an older one\n{record_head()}\n\n")
    call_command("drill", heads=heads)
    sound = capsys.readouterr().out
    with triggers_lifted():
        sql("DELETE FROM gates_historicalowner WHERE id = %s", owner.pk)
        sql("DELETE FROM gates_owner WHERE id = %s", owner.pk)
    call_command("drill")  # which alone finds nothing

    with pytest.raises(CommandError, match="not the one whose head was kept"):
        call_command("drill", heads=heads)

    assert "head       ok" in sound


def test_on_a_terminal_it_says_what_it_is_doing(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    call_command("drill")

    assert [part.strip() for part in capsys.readouterr().err.split("…")[:-1]] == STEPS


def test_the_dump_can_be_kept_and_holds_the_files(
    board_with_file: Evidence, tmp_path: Path
) -> None:
    call_command("drill", keep=tmp_path / "kept")

    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert kept == ["database.dump", "files"]
    assert (tmp_path / "kept" / "files" / board_with_file.file.name).read_bytes() == b"p95 410 ms"
    with pytest.raises(CommandError):
        call_command("drill", keep=tmp_path / "kept")


def test_a_violation_in_the_dump_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    with triggers_lifted():
        sql("DELETE FROM gates_evidence")

    step, cause = failed(capsys)

    assert step == "integrity"
    assert "gate T6 of primitive is closed without evidence" in cause


def test_a_changed_history_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    with triggers_lifted():
        sql("UPDATE gates_historicalgate SET title = 'Another title'")

    step, cause = failed(capsys)

    assert step == "integrity"
    assert "its newest history row says 'Another title'" in cause


def test_a_trigger_missing_in_the_dump_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    trigger = triggers.ALL_TRIGGERS[connection.vendor][-1]
    on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {trigger.name}{on_table}")

    step, cause = failed(capsys)

    assert step == "integrity"
    assert f"trigger {trigger.name} on {trigger.table} is missing" in cause


def test_a_row_lost_on_the_way_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dump(path: Path) -> TableChecksums:
        """Dump, and count a row that is not in the file."""
        tables = dict(backup.dump(path))
        count, _checksum = tables["gates_gate"]
        return {**tables, "gates_gate": (count + 1, "")}

    monkeypatch.setattr(drill, "dump", dump)
    before = restored_databases()

    step, cause = failed(capsys)

    assert step == "tables"
    assert "table gates_gate: 2 rows before, 1 after" in cause
    assert restored_databases() == before


def test_a_damaged_dump_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dump(path: Path) -> TableChecksums:
        tables = backup.dump(path)
        content = path.read_bytes()
        path.write_bytes(b"\0" * 100 + content[100 : len(content) // 2])
        return tables

    monkeypatch.setattr(drill, "dump", dump)
    before = restored_databases()

    step, _cause = failed(capsys)

    assert step == "restore"
    assert restored_databases() == before


def test_an_evidence_file_that_is_missing_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    default_storage.delete(board_with_file.file.name)

    assert failed(capsys) == (
        "evidence",
        f"the drill failed: the evidence files:\n  file {board_with_file.file.name}: missing",
    )


def test_an_evidence_file_that_is_not_what_was_attached_is_found(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    default_storage.delete(board_with_file.file.name)
    default_storage.save(board_with_file.file.name, ContentFile(b"p95 10 ms"))

    step, cause = failed(capsys)

    assert step == "evidence"
    assert f"file {board_with_file.file.name}: not what was attached" in cause


@pytest.mark.postgresql
def test_without_the_tools_it_says_what_to_install(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.POSTGRES_BIN = str(tmp_path)

    step, cause = failed(capsys)

    assert step == "dump"
    assert f"there is no pg_dump in {tmp_path}" in cause
    assert "postgresql-client" in cause


@pytest.mark.sqlite
def test_a_dump_is_what_was_there_when_it_began(board_with_file: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "dump"

    tables = backup.dump(path)
    factory.gate("T7")

    with sqlite3.connect(path) as raw:
        (count,) = raw.execute("SELECT count(*) FROM gates_gate").fetchone()
    assert tables["gates_gate"][0] == count == 1
