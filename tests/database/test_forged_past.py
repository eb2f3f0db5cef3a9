"""Whoever takes over the web server cannot write a past: as the web role, on PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import LaunchRow
from gates.database.append_only import LOG_TABLES
from gates.models import FileCheck, Gate, Import, Launch
from gates.operations.integrity import integrity_errors
from tests.support import factory
from tests.support.assertions import everything, sql
from tests.support.database_roles import WEB, log_in

pytestmark = pytest.mark.postgresql

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"
FIRST_OF_MAY = datetime(2026, 5, 1, 7, tzinfo=UTC)
COLUMNS = (
    "id, code, title, priority, definition_of_done, notes, counted, not_counted_reason, position,"
    " version, launch_id, section_id"
)


@pytest.fixture
def board(roles: str) -> Launch:
    """The snapshot, imported in April, seen from the web server's connection."""
    factory.user("sami")
    call_command("import_snapshot", SNAPSHOT, dated="2026-04-23", stdout=StringIO())
    log_in(WEB)
    return Launch.objects.get()


def forged_row(**columns: str) -> str:
    """The statement that puts T6, closed by the founder on 1 May, into the history."""
    values = {
        "progress": "'closed'",
        "closing_note": "'Measured'",
        "history_date": f"'{FIRST_OF_MAY.isoformat()}'",
        "history_type": "'~'",
        "history_user_name": "'sami'",
        "history_late": "FALSE",
        "history_digest": "repeat('0', 64)",
        **columns,
    }
    return (
        f"INSERT INTO gates_historicalgate ({COLUMNS}, {', '.join(values)})"
        f" SELECT {COLUMNS}, {', '.join(values.values())} FROM gates_gate WHERE code = 'T6'"
    )


@pytest.mark.parametrize("columns", [{}, {"history_recorded_at": f"'{FIRST_OF_MAY.isoformat()}'"}])
def test_a_row_gets_the_moment_at_which_it_was_written(
    board: Launch, columns: dict[str, str]
) -> None:
    sql(forged_row(**columns))

    row = Gate.history.filter(code="T6").order_by("-history_id")[0]
    then = read_board(board_row(FIRST_OF_MAY), timezone.now(), FIRST_OF_MAY)
    assert timezone.now() - row.history_date < timedelta(minutes=1)
    assert row.history_digest != "0" * 64
    assert {gate.code: gate.status for gate in then.gates}["T6"] == "open"
    # It is no longer than now, and the board's own row says otherwise.
    assert any("progress is 'open'" in line for line in integrity_errors())


DATED = {"history_dated": f"'{FIRST_OF_MAY.isoformat()}'"}


BACKDATED = {
    "by itself": DATED,
    "by no import": {**DATED, "history_import": "repeat('a', 64)"},
    # That of the document which was imported in April.
    "by an earlier import": {**DATED, "history_import": "(SELECT max(sha256) FROM gates_import)"},
    "to an earlier import": {
        "history_dated": "(SELECT max(at) FROM gates_import)",
        "history_import": "(SELECT max(sha256) FROM gates_import)",
    },
}


def test_a_row_is_not_dated_back(board: Launch) -> None:
    before = everything()

    for columns in BACKDATED.values():
        refused = pytest.raises(DatabaseError, match="only a logged import dates")
        with refused, transaction.atomic():
            sql(forged_row(**columns))

    assert everything() == before


def test_an_import_cannot_be_dated_before_what_happened_since(board: Launch) -> None:
    gate = Gate.objects.get(code="T1")
    gate.reopen(factory.user("sami"), "Seen red")
    before = everything()

    with pytest.raises(DatabaseError, match="would rewrite later history"), transaction.atomic():
        Import.objects.create(launch=board, at=FIRST_OF_MAY, dated=True, sha256="a" * 64)

    assert everything() == before


def test_an_import_is_not_dated_after_today(board: Launch) -> None:
    later = datetime(2099, 1, 1, tzinfo=UTC)

    with pytest.raises(DatabaseError, match="would rewrite later history"), transaction.atomic():
        Import.objects.create(launch=board, at=later, dated=True, sha256="a" * 64)

    assert Import.objects.filter(at=later).count() == 0


def test_an_import_that_is_not_dated_has_the_moment_at_which_it_was_logged(board: Launch) -> None:
    Import.objects.create(launch=board, at=FIRST_OF_MAY, sha256="a" * 64, document="May.md")

    logged = Import.objects.get(document="May.md")
    assert timezone.now() - logged.at < timedelta(minutes=1)
    assert logged.recorded_at is not None


def test_a_document_is_imported_under_its_own_date(roles: str) -> None:
    factory.user("sami")
    log_in(WEB)

    call_command("import_snapshot", SNAPSHOT, dated="2026-04-23", stdout=StringIO())

    assert Gate.history.count() >= 34
    assert {row.history_date.date() for row in Gate.history.all()} == {date(2026, 4, 22)}  # in UTC
    assert integrity_errors() == []


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
def test_what_is_logged_stays(board: Launch, statement: str) -> None:
    for table in LOG_TABLES:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            sql(statement.format(table))


def test_the_web_role_does_not_choose_when_something_was_logged(board: Launch) -> None:
    sami = factory.user("sami")
    FileCheck.objects.create(at=FIRST_OF_MAY, name="x", sha256="a" * 64, found="missing")
    LogEntry.objects.create(
        action_time=FIRST_OF_MAY, user=sami, object_repr="lina", action_flag=CHANGE
    )

    for moment in (FileCheck.objects.get().at, LogEntry.objects.get().action_time):
        assert timezone.now() - moment < timedelta(minutes=1)


def test_a_table_that_a_migration_adds_can_be_read_and_added_to_at_once(roles: str) -> None:
    from tests.support.database_roles import OWNER

    log_in(OWNER)
    sql("CREATE TABLE public.gates_later (id bigserial PRIMARY KEY, note text)")
    try:
        log_in(WEB)
        sql("INSERT INTO gates_later (note) VALUES ('from the release before')")

        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            sql("UPDATE gates_later SET note = ''")
    finally:
        log_in(OWNER)
        sql("DROP TABLE public.gates_later")


def board_row(moment: datetime) -> LaunchRow:
    launch = get_launch(None, moment)
    assert launch is not None
    assert connection.settings_dict["USER"] == WEB
    return launch
