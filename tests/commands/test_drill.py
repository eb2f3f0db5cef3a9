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
from gates.measurements import read_report
from gates.models import Evidence
from gates.operations import backup, drill
from gates.operations.record import record_head
from gates.operations.table_checksums import TableChecksums
from gates.rules.measures import Kind
from tests.support import factory
from tests.support.assertions import sql, triggers_lifted

pytestmark = pytest.mark.usefixtures("committed")

STEPS = ["dump", "files", "restore", "tables", "evidence", "integrity"]


@pytest.fixture
def board(committed: None, settings: Any) -> Evidence:
    """A closed gate whose evidence is a file, the only file stored."""
    settings.STORAGES = {**settings.STORAGES}  # a change of settings begins with empty storage
    gate = factory.closed_gate("T6")
    file = ContentFile(b"p95 410 ms", "k6.txt")
    return factory.evidence(gate, "k6, 5 minutes", kind="file", file=file)


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
    board: Evidence, capsys: pytest.CaptureFixture[str]
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
    board: Evidence, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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
    board: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    call_command("drill")

    assert [part.strip() for part in capsys.readouterr().err.split("…")[:-1]] == STEPS


def test_the_dump_can_be_kept_and_holds_the_files(board: Evidence, tmp_path: Path) -> None:
    call_command("drill", keep=tmp_path / "kept")

    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert kept == ["database.dump", "files"]
    assert (tmp_path / "kept" / "files" / board.file.name).read_bytes() == b"p95 410 ms"
    with pytest.raises(CommandError):
        call_command("drill", keep=tmp_path / "kept")


def test_a_violation_in_the_dump_is_found(
    board: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    with triggers_lifted():
        sql("DELETE FROM gates_evidence")

    step, cause = failed(capsys)

    assert step == "integrity"
    assert "gate T6 of primitive is closed without evidence" in cause


def test_a_changed_history_is_found(board: Evidence, capsys: pytest.CaptureFixture[str]) -> None:
    with triggers_lifted():
        sql("UPDATE gates_historicalgate SET title = 'Another title'")

    step, cause = failed(capsys)

    assert step == "integrity"
    assert "its newest history row says 'Another title'" in cause


def test_a_trigger_missing_in_the_dump_is_found(
    board: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    trigger = triggers.ALL_TRIGGERS[connection.vendor][-1]
    on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {trigger.name}{on_table}")

    step, cause = failed(capsys)

    assert step == "integrity"
    assert f"trigger {trigger.name} on {trigger.table} is missing" in cause


def test_a_row_lost_on_the_way_is_found(
    board: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
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
    board: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
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
    board: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    default_storage.delete(board.file.name)

    assert failed(capsys) == (
        "evidence",
        f"the drill failed: the evidence files:\n  file {board.file.name}: missing",
    )


def test_an_evidence_file_that_is_not_what_was_attached_is_found(
    board: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    default_storage.delete(board.file.name)
    default_storage.save(board.file.name, ContentFile(b"p95 10 ms"))

    step, cause = failed(capsys)

    assert step == "evidence"
    assert f"file {board.file.name}: not what was attached" in cause


# --- the report for machines -------------------------------------------------------------------


def reported(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """The measures of the report on standard output."""
    report = read_report(Kind.RESTORE, capsys.readouterr().out.encode())
    return {name: int(value) for name, value in report.measures.items() if value % 1 == 0}


def test_the_report_is_all_of_standard_output(
    board: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("drill", json=True)

    out, err = capsys.readouterr()
    report = read_report(Kind.RESTORE, out.encode())
    assert report.form == "tables"
    assert report.tool_time is not None
    assert not report.measures["tables_differing"]
    assert not report.measures["rows_lost"]
    assert report.measures["rows"] > 0
    assert {"minutes", "dump_age_hours"} <= report.measures.keys()
    assert [line.split()[0] for line in err.splitlines()[:-1]] == STEPS


def test_the_report_of_a_failed_restore_says_so(
    board: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def restore(*_arguments: object) -> None:
        raise backup.BackupError("the dump is damaged")

    monkeypatch.setattr(drill, "restore_to_temporary", restore)

    with pytest.raises(CommandError):
        call_command("drill", json=True)

    measures = reported(capsys)
    assert measures["tables_differing"] == measures["tables"] > 0
    assert measures["rows"] == 0
    assert measures["rows_lost"] > 0


def test_the_report_of_a_lost_row_says_so(
    board: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dump(path: Path) -> TableChecksums:
        tables = dict(backup.dump(path))
        return {**tables, "gates_gate": (tables["gates_gate"][0] + 1, "")}

    monkeypatch.setattr(drill, "dump", dump)

    with pytest.raises(CommandError):
        call_command("drill", json=True)

    measures = reported(capsys)
    assert (measures["tables_differing"], measures["rows_lost"]) == (1, 1)


def test_there_is_no_report_of_equal_tables_when_the_drill_failed(
    board: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    with triggers_lifted():
        sql("DELETE FROM gates_evidence")

    with pytest.raises(CommandError, match="closed without evidence"):
        call_command("drill", json=True)

    assert capsys.readouterr().out == ""


def test_there_is_no_report_before_a_restore_was_tried(
    board: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(_folder: Path) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(drill, "_copy_files", copy)

    with pytest.raises(CommandError, match="the disk is full"):
        call_command("drill", json=True)

    assert capsys.readouterr().out == ""


@pytest.mark.postgresql
def test_without_the_tools_it_says_what_to_install(
    board: Evidence, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.POSTGRES_BIN = str(tmp_path)

    step, cause = failed(capsys)

    assert step == "dump"
    assert f"there is no pg_dump in {tmp_path}" in cause
    assert "postgresql-client" in cause


@pytest.mark.sqlite
def test_a_dump_is_what_was_there_when_it_began(board: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "dump"

    tables = backup.dump(path)
    factory.gate("T7")

    with sqlite3.connect(path) as raw:
        (count,) = raw.execute("SELECT count(*) FROM gates_gate").fetchone()
    assert tables["gates_gate"][0] == count == 1
