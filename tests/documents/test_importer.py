"""Importing a document: all of it with history, or nothing with the row and field named."""

import sys
from typing import Any

import pytest
from django.core.management import call_command

from gates.models import TRACKED, Gate, Launch, Owner, Section
from tests.support.admin_forms import person
from tests.support.documents import SNAPSHOT, Rows, counts, row, run

pytestmark = pytest.mark.django_db


def test_an_import_writes_history_under_the_importing_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sami = person("sami", "Founder")

    out = run(SNAPSHOT, capsys, by="sami")

    assert "+ gate T6" in out
    assert all(rows == history > 0 for rows, history in counts())
    for model in TRACKED:
        for recorded in model.history.all():
            assert recorded.history_type == "+"
            assert (recorded.history_user_id, recorded.history_user_name) == (sami.pk, "sami")
            assert recorded.history_change_reason.startswith(
                "Import of launch_gates_2026-04-23.json (SHA-256 "
            )
    closed = Gate.objects.get(code="T5")
    assert (closed.progress, closed.closed_at, closed.closed_by) == ("closed", None, None)
    assert closed.closing_note.startswith("DLQ/retry/idempotency now live")


def test_importing_the_same_file_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(SNAPSHOT, capsys)
    before = counts()

    out = run(SNAPSHOT, capsys)

    assert out == "launch_gates_2026-04-23.json: nothing differs\n"
    assert counts() == before


def test_rows_that_came_by_loaddata_are_put_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    assert Gate.history.count() == 0

    run(SNAPSHOT, capsys)

    assert all(rows == history for rows, history in counts())
    assert Gate.history.get(code="T1").progress == "closed"


def test_a_dry_run_says_what_would_change_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], written: Any
) -> None:
    run(SNAPSHOT, capsys)
    before = counts()
    path = written(lambda rows: row(rows, "gate", code="T6").update(priority="P0"))

    out = run(path, capsys, dry_run=True)

    assert "~ gate T6: priority: — → P0" in out
    assert counts() == before
    assert Gate.objects.get(code="T6").priority == ""


def test_a_later_document_closes_and_reopens_through_the_rule(
    capsys: pytest.CaptureFixture[str], written: Any
) -> None:
    run(SNAPSHOT, capsys)
    key = ["v3-0-0-primitive-launch", "T6"]

    def change(rows: Rows) -> None:
        row(rows, "gate", code="T6").update(progress="closed")
        rows.append(
            {"model": "gates.evidence", "fields": {"gate": key, "summary": "k6: p95 410 ms"}}
        )
        row(rows, "gate", code="T1").update(progress="partial")

    out = run(written(change), capsys)

    assert "~ gate T6: progress: open → closed" in out
    assert "~ gate T1: progress: closed → partial" in out
    assert Gate.objects.get(code="T6").progress == "closed"
    assert Gate.objects.get(code="T1").progress == "partial"
    assert Gate.objects.get(code="T1").history.count() == 2


def test_what_people_decided_on_the_board_stays(capsys: pytest.CaptureFixture[str]) -> None:
    """The document does not say who owns a gate or how urgent it is, so an import leaves it."""
    run(SNAPSHOT, capsys)
    gate = Gate.objects.get(code="T6")
    gate.priority, gate.owner = "P0", Owner.objects.get()
    gate.save()

    out = run(SNAPSHOT, capsys)

    assert "nothing differs" in out
    gate.refresh_from_db()
    assert (gate.priority, gate.owner) == ("P0", Owner.objects.get())


def test_importing_under_another_slug_makes_a_second_launch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(SNAPSHOT, capsys)

    run(SNAPSHOT, capsys, launch="second")

    assert Gate.objects.filter(launch__slug="second").count() == 34
    assert Gate.objects.count() == 68
    assert Section.objects.count() == 14
    assert Launch.objects.get(is_current=True).slug == "v3-0-0-primitive-launch"


def test_on_a_terminal_it_says_how_far_it_is_and_in_a_pipe_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("import_snapshot", str(SNAPSHOT), dry_run=True)
    quiet = capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    call_command("import_snapshot", str(SNAPSHOT), dry_run=True)

    assert quiet == ""
    assert "50 of " in capsys.readouterr().err
