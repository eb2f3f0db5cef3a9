"""`manage.py move_data` copies all rows to another database of either engine, or none."""

import sqlite3
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from gates.models import Gate, Import, Launch
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.assertions import everything, sql, triggers_lifted
from tests.support.databases import TEMPLATE, WORKER, manage, url_of

pytestmark = pytest.mark.usefixtures("committed")

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"


@pytest.fixture
def target(migrated_sqlite: Path) -> str:
    """The DATABASE_URL of an empty, migrated SQLite database."""
    return f"sqlite:///{migrated_sqlite}"


@pytest.fixture
def own_database() -> Iterator[str]:
    """The DATABASE_URL of an empty, migrated PostgreSQL database beside that of the tests."""
    name = f"moved_here_{WORKER}"
    outside = connection.copy()
    with outside.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        yield url_of(name)
    finally:
        with outside.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        outside.close()


@pytest.fixture
def board(committed: None) -> None:
    """An imported launch with edits, a session and a second factor."""
    sami = person("sami", "Founder")
    call_command("import_snapshot", str(SNAPSHOT), by="sami", verbosity=0, stdout=StringIO())
    gate = Gate.objects.filter(progress="open", blockers=None).order_by("pk")[0]
    factory.evidence(
        gate, "ثبت في 2026-11-01 \N{RIGHT-TO-LEFT MARK}‘quoted’ \\ 100 %s", recorded_by=sami
    )
    gate.close(sami, "Seen green")
    gate.reopen(sami, "Red again")
    gate.close(sami, "Green again")
    Authenticator.objects.create(user=sami, type="totp", data={"secret": "x", "a": [1, None]})
    Client().force_login(sami)


@pytest.fixture
def newest_gone(board: None) -> int:
    """The key of the newest gate, which was deleted."""
    gate = factory.gate("T99", section=Gate.objects.order_by("pk")[0].section)
    key = int(gate.pk)
    gate.delete()
    return key


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


def test_everything_arrives_with_its_keys_and_is_sound(
    board: None, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything()

    call_command("move_data", target)

    assert capsys.readouterr().out.startswith("Moved ")
    assert everything() == before
    with sqlite3.connect(Path(urlsplit(target).path)) as raw:
        for model in apps.get_models(include_auto_created=True):
            meta = model._meta
            keys = raw.execute(f'SELECT "{meta.pk.column}" FROM {meta.db_table}').fetchall()
            there = model._base_manager.values_list("pk", flat=True)
            assert sorted(key for (key,) in keys) == sorted(there), meta.db_table
    assert Import.objects.count() == Session.objects.count() == Authenticator.objects.count() == 1
    verified = manage(target, "verify_integrity")
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.postgresql
def test_there_and_back_again_is_the_same_board_on_both_engines(
    newest_gone: int, target: str, own_database: str
) -> None:
    exported = {}

    call_command("move_data", target)
    back = manage(target, "move_data", own_database)

    assert (back.returncode, back.stderr) == (0, "")
    ours = url_of(connection.settings_dict["NAME"])
    for url in (ours, target, own_database):
        done = manage(url, "dumpdata", "--all", "--natural-foreign", "--format", "json")
        assert done.returncode == 0, done.stderr
        exported[url] = done.stdout
        verified = manage(url, "verify_integrity")
        assert verified.returncode == 0, verified.stderr
    assert exported[ours] == exported[target] == exported[own_database]


def test_the_key_of_a_deleted_row_is_not_given_out_again(newest_gone: int, target: str) -> None:
    call_command("move_data", target)

    made = manage(target, "shell", "--verbosity", "0", "-c", NEXT_GATE)
    assert (made.returncode, made.stdout.strip()) == (0, str(newest_gone + 1)), made.stderr


@pytest.mark.postgresql
def test_nor_on_the_way_to_postgresql(newest_gone: int, target: str, own_database: str) -> None:
    call_command("move_data", target)
    assert manage(target, "move_data", own_database).returncode == 0

    made = manage(own_database, "shell", "--verbosity", "0", "-c", NEXT_GATE)

    assert (made.returncode, made.stdout.strip()) == (0, str(newest_gone + 1)), made.stderr


NEXT_GATE = """
from gates.models import Gate, Section
print(Gate.objects.create(section=Section.objects.order_by("pk")[0], code="T98", title="x").pk)
"""


# --- what is refused -----------------------------------------------------------------------


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


def test_on_a_terminal_it_says_what_it_is_doing(
    target: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    call_command("move_data", target)

    assert "gates_historicalgate …" in capsys.readouterr().err
