"""The history is a chain: what is changed, put in between, cut off or dated back is found."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import LaunchRow
from gates.database.record_chain import broken_links, canonical_row, row_digest
from gates.models import TRACKED, Gate
from gates.operations.integrity import integrity_errors
from gates.operations.record import future_rows, head_errors, record_head
from tests.support import checks, factory
from tests.support.assertions import sql, triggers_lifted
from tests.support.random_edits import EDITS, clock, edit, small_board

pytestmark = pytest.mark.django_db

VALUES = (
    st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00")) | st.integers()
)
ROWS = st.dictionaries(st.sampled_from(["id", "title", "notes", "version"]), VALUES, min_size=1)


@given(first=ROWS, second=ROWS)
def test_different_rows_have_different_bytes(
    first: dict[str, object], second: dict[str, object]
) -> None:
    said = [{k: str(v) for k, v in row.items() if v is not None} for row in (first, second)]

    assert (canonical_row(first) == canonical_row(second)) == (said[0] == said[1])


def test_a_new_column_that_is_null_leaves_the_digest() -> None:
    row = {"id": 1, "title": "k6"}

    assert row_digest("", {**row, "later": None}) == row_digest("", row)
    assert row_digest("", {**row, "later": ""}) != row_digest("", row)


def test_the_digest_is_the_same_on_both_engines() -> None:
    row = {
        "id": 7, "counted": True, "title": "نسخة k6", "notes": "", "owner_id": None,
        "history_id": 3, "history_date": datetime(2026, 5, 1, 10, 0, 0, 120000, tzinfo=UTC),
    }  # fmt: skip

    assert canonical_row(row) == (
        b"counted=4:true;history_date=28:2026-05-01T10:00:00.12+00:00;id=1:7;notes=0:;"
        b"title=" + str(len("نسخة k6".encode())).encode() + b":" + "نسخة k6".encode() + b";"
    )


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_edited_every_row_follows_from_the_one_before(seed: int) -> None:
    with clock() as time:
        small_board()
        for step, name in enumerate(EDITS):
            time.pass_by(hours=1)
            edit(name, step * 7 + seed, step + seed)

    for model in TRACKED:
        rows = list(model.history.order_by("id", "history_id").values())
        assert list(broken_links(rows)) == []
        assert all(row["history_recorded_at"] for row in rows)
    assert integrity_errors() == []


def edited_gate() -> Gate:
    gate = factory.gate("T1")
    for title in ("k6", "k6 against production", "k6, 100 rps"):
        gate.title = title
        gate.save()
    return gate


FORGERIES = {
    "a value": "UPDATE gates_historicalgate SET title = 'another' WHERE history_id = {row}",
    "the author": "UPDATE gates_historicalgate SET history_user_name = 'sami'"
    " WHERE history_id = {row}",
    "the moment": "UPDATE gates_historicalgate SET history_date = '2026-05-01 07:00:00+00:00'"
    " WHERE history_id = {row}",
    "a row taken out": "DELETE FROM gates_historicalgate WHERE history_id = {row}",
    "a digest": "UPDATE gates_historicalgate SET history_digest = '0' WHERE history_id = {row}",
}


@pytest.mark.parametrize("statement", FORGERIES.values(), ids=FORGERIES)
def test_the_owner_of_the_tables_is_found_out(statement: str) -> None:
    gate = edited_gate()
    row = gate.history.order_by("history_id").values_list("history_id", flat=True)[1]
    assert integrity_errors() == []

    with triggers_lifted():
        sql(statement.format(row=row))

    found = integrity_errors()
    assert found
    assert all("does not follow from the row before it" in line for line in found)
    assert all(f"history of gate {gate.pk}" in line for line in found)


def test_an_end_that_was_cut_off_is_found_by_a_head_kept_outside() -> None:
    gate = edited_gate()
    kept = record_head()
    assert head_errors(kept) == []
    last = gate.history.order_by("-history_id").first()

    gate.notes = "goes on"
    gate.save()

    assert head_errors(kept) == []
    with triggers_lifted():
        sql("DELETE FROM gates_historicalgate WHERE history_id >= %s", last.history_id)
        sql("UPDATE gates_gate SET title = 'k6 against production', notes = '', version = 3")
    assert integrity_errors() == []
    assert head_errors(kept) == [
        "the record is not the one whose head was kept: rows before it differ or are gone"
    ]


def test_a_head_from_before_a_table_was_added_still_holds() -> None:
    gate = edited_gate()
    kept = json.loads(record_head())
    for name in ("check", "condition"):
        assert kept["last"].pop(name) is None
    line = json.dumps(kept)

    checks.report(checks.check(gate))

    assert head_errors(line) == []
    assert head_errors(line.replace('"head": "', '"head": "0')) != []


@pytest.mark.parametrize("line", ["", "{}", "[]", "null", '{"last": 1, "head": ""}', "\x00"])
def test_a_line_that_is_no_head(line: str) -> None:
    assert head_errors(line) == ["the kept head is not a line of `manage.py record_head`"]


def test_the_command_prints_a_head_and_checks_one(capsys: pytest.CaptureFixture[str]) -> None:
    edited_gate()
    call_command("record_head")
    kept = capsys.readouterr().out.strip()

    call_command("record_head", check=kept)
    assert "ok" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not the one whose head was kept"):
        call_command(
            "record_head", check=kept.replace('"head": "', '"head": "0'), stdout=StringIO()
        )


def test_a_history_row_without_a_digest_is_refused_or_given_one() -> None:
    gate = factory.gate()
    columns = (
        "id, code, title, progress, priority, definition_of_done, notes, counted,"
        " not_counted_reason, position, closing_note, version, launch_id, section_id"
    )
    statement = (
        f"INSERT INTO gates_historicalgate ({columns}, history_date, history_type,"
        " history_user_name, history_late, history_digest)"
        f" SELECT {columns}, '2026-05-01 07:00:00+00:00', '~', 'sami', FALSE, ''"
        " FROM gates_gate WHERE id = %s"
    )

    if connection.vendor == "sqlite":
        with pytest.raises(IntegrityError, match="history_row_is_chained"), transaction.atomic():
            sql(statement, gate.pk)
        assert gate.history.count() == 1
    else:
        sql(statement, gate.pk)
        assert integrity_errors() == []


# --- a clock that is set right -------------------------------------------------------------


def test_the_order_is_that_of_the_writes_whatever_the_clock_says(
    on_day: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    gate = factory.closed_gate("T1")
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2))
    gate.reopen(factory.user(), "Seen red")
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=1))
    gate.close(factory.user(), "Seen green again")
    assert list(future_rows()) == []  # the newest row is of now

    live = read_board(found(get_launch()), timezone.now())
    later = now + timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    past = read_board(found(get_launch(None, later)), later, later)

    assert (live.totals.closed, past.totals.closed) == (1, 1)
    assert list(gate.history.order_by("history_id").values_list("history_late", flat=True)) == [
        False, False, False, True,
    ]  # fmt: skip
    assert integrity_errors() == []


def test_a_row_from_the_future_is_named_until_the_next_change(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: datetime(2099, 1, 1, tzinfo=UTC))
    gate = factory.gate("T1")
    monkeypatch.setattr(timezone, "now", lambda: now)

    call_command("verify_integrity")
    printed = capsys.readouterr().out
    assert f"history of gate {gate.pk}: row" in printed
    assert "is from the future (2099-01-01" in printed

    gate.title = "Seen again"
    gate.save()

    assert [line for line in future_rows() if f"gate {gate.pk}:" in line] == []


def found(launch: LaunchRow | None) -> LaunchRow:
    assert launch is not None
    return launch
