"""`manage.py move_data` refuses a target or a board, and then has written nothing."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from gates.models import Gate, Import, Launch
from tests.support.assertions import sql, triggers_lifted
from tests.support.databases import manage

pytestmark = pytest.mark.usefixtures("committed")


def tables(name: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(name) as raw:
        names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {table: raw.execute(f'SELECT * FROM "{table}"').fetchall() for (table,) in names}


def refusal(target: str) -> str:
    """Return the message of a refusal; the target is unchanged."""
    path = Path(urlsplit(target).path)
    before = tables(path) if path.exists() else None
    with pytest.raises(CommandError) as refused:
        call_command("move_data", target)
    assert refused.value.returncode == 1
    assert (tables(path) if path.exists() else None) == before
    return str(refused.value)


def test_a_target_that_holds_anything_is_refused(board: None, target: str) -> None:
    assert manage(target, "bootstrap").returncode == 0

    assert "the target is not empty: " in refusal(target)


def test_moving_twice_is_refused(board: None, target: str) -> None:
    call_command("move_data", target)

    assert "the target is not empty: " in refusal(target)


def test_a_target_that_is_not_migrated_is_refused(board: None, tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite3"
    sqlite3.connect(empty).close()

    assert "the target is not ready (migrations pending" in refusal(f"sqlite:///{empty}")


def test_a_target_that_is_not_there_is_refused_and_not_made(board: None, tmp_path: Path) -> None:
    missing = tmp_path / "missing.sqlite3"

    assert "migrate the target first" in refusal(f"sqlite:///{missing}")
    assert not missing.exists()


@pytest.mark.parametrize("url", ["mysql://host/name", "somewhere", "", "sqlite://"])
def test_an_address_of_anything_else_is_refused(url: str) -> None:
    with pytest.raises(CommandError, match="nothing was moved"):
        call_command("move_data", url)


def test_a_target_without_a_trigger_is_refused(board: None, target: str) -> None:
    with sqlite3.connect(Path(urlsplit(target).path)) as raw:
        raw.execute("DROP TRIGGER gates_gate_insert_closed")

    found = refusal(target)

    assert "the target is not ready (triggers faulty): run verify_integrity --repair" in found


def test_a_closed_gate_without_evidence_is_refused_by_the_target(board: None, target: str) -> None:
    with triggers_lifted():
        sql("DELETE FROM gates_evidence")

    assert "gate_closed_needs_evidence" in refusal(target)


@pytest.mark.postgresql
def test_a_text_that_the_target_cannot_hold_is_named_by_its_table_and_rows(
    board: None, own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite holds a text of any length, and PostgreSQL only what fits its column."""
    save_base = Launch.save_base

    def too_long(launch: Launch, **kwargs: Any) -> None:
        launch.name = "x" * 1000
        save_base(launch, **kwargs)

    monkeypatch.setattr(Launch, "save_base", too_long)
    pk = Launch.objects.get().pk

    with pytest.raises(CommandError) as refused:
        call_command("move_data", own_database)

    assert f"nothing was moved: table gates_launch, row {pk}: value too long" in str(refused.value)


def test_a_table_that_nothing_knows_is_not_left_behind_unseen(board: None, target: str) -> None:
    sql("CREATE TABLE socialaccount_socialaccount (id integer)")
    try:
        sql("INSERT INTO socialaccount_socialaccount VALUES (1)")

        assert "table socialaccount_socialaccount has rows" in refusal(target)
    finally:
        sql("DROP TABLE socialaccount_socialaccount")


def test_a_row_lost_on_the_way_takes_everything_back(
    board: None, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history: Any = Gate.history.model
    save_base, lost = history.save_base, history.objects.latest("pk").pk

    def lose_one(row: Any, **kwargs: Any) -> None:
        if row.pk != lost:
            save_base(row, **kwargs)

    rows = history.objects.count()
    monkeypatch.setattr(history, "save_base", lose_one)

    found = refusal(target)

    assert f"table gates_historicalgate: {rows} rows before, {rows - 1} after" in found
    assert "gates_evidence" not in found


def test_a_value_changed_on_the_way_takes_everything_back(
    board: None, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_base = Import.save_base

    def change(row: Import, **kwargs: Any) -> None:
        row.document += "."
        save_base(row, **kwargs)

    monkeypatch.setattr(Import, "save_base", change)

    assert "table gates_import: 1 rows before, 1 after" in refusal(target)


def test_what_was_wrong_with_the_board_comes_along_and_nothing_else(
    board: None, target: str
) -> None:
    with triggers_lifted():
        sql("UPDATE gates_gate SET title = 'Changed past the history' WHERE code = 'T6'")

    call_command("move_data", target)

    verified = manage(target, "verify_integrity")
    assert verified.returncode == 1
    assert len(verified.stdout.splitlines()) == 1
    assert "Changed past the history" in verified.stdout


def test_a_copy_that_breaks_a_promise_is_taken_back(
    board: None, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(using: str = "default") -> list[str]:
        return ["trigger x on y is missing"]

    monkeypatch.setattr("gates.operations.integrity.integrity_errors", broken)

    assert "trigger x on y is missing" in refusal(target)
