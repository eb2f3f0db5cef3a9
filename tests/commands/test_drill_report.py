"""`manage.py drill --json` reports what was compared; a failed drill reports no success."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gates.measurements import read_report
from gates.models import Evidence
from gates.operations import backup, drill
from gates.operations.table_checksums import TableChecksums
from gates.rules.measures import Kind
from tests.support.assertions import sql, triggers_lifted

pytestmark = pytest.mark.usefixtures("committed")

STEPS = ["dump", "files", "restore", "tables", "evidence", "integrity"]


def reported(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """The measures of the report on standard output."""
    report = read_report(Kind.RESTORE, capsys.readouterr().out.encode())
    return {name: int(value) for name, value in report.measures.items() if value % 1 == 0}


def test_the_report_is_all_of_standard_output(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
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
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
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
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
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
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    with triggers_lifted():
        sql("DELETE FROM gates_evidence")

    with pytest.raises(CommandError, match="closed without evidence"):
        call_command("drill", json=True)

    assert capsys.readouterr().out == ""


def test_there_is_no_report_before_a_restore_was_tried(
    board_with_file: Evidence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(_folder: Path) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(drill, "_copy_files", copy)

    with pytest.raises(CommandError, match="the disk is full"):
        call_command("drill", json=True)

    assert capsys.readouterr().out == ""
