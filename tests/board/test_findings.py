"""What the board says against itself."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gates.board.findings import findings
from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.models import Evidence
from tests.support import factory
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 1)


def found() -> dict[str, tuple[str, ...]]:
    launch = get_launch()
    assert launch is not None
    board = read_board(launch, timezone.now())
    return {row.reason.code: row.gates or row.claims for row in findings(board, TODAY)}


def test_closed_on_a_statement_alone() -> None:
    for code, fields in {
        "T1": {},
        "T2": {"kind": "link", "url": "https://example.com/"},
        "T3": {"kind": "output", "output": "p95 410 ms"},
    }.items():
        gate = factory.gate(code)
        factory.evidence(gate, **fields)
        gate.close(factory.user(), "Seen")

    assert found()["statement_only"] == ("T1",)


def test_a_link_that_has_expired_does_not_make_up_for_a_statement() -> None:
    gate = factory.closed_gate("T1")
    old = {"kind": "link", "url": "https://example.com/", "valid_until": date(2020, 1, 1)}
    factory.evidence(gate, "The old report", **old)

    assert found()["statement_only"] == ("T1",)


@pytest.mark.parametrize(
    ("valid_until", "told"),
    [
        (date(2026, 4, 30), False),
        (date(2026, 5, 1), True),
        (date(2026, 5, 15), True),
        (date(2026, 5, 16), False),
    ],
)
def test_evidence_that_is_about_to_expire(valid_until: date, told: bool) -> None:
    factory.evidence(factory.gate("T1"), valid_until=valid_until)

    assert ("expiring" in found()) == told


def test_gates_and_blockers_about_which_something_is_not_said() -> None:
    gate = factory.closed_gate("T1")
    factory.action(gate.launch, "Test it too", gate=gate)
    factory.gate(
        "T2", owner=factory.owner("Lina"), priority="P0", definition_of_done="p95 below 500 ms"
    )
    factory.blocker(factory.gate("T3"))
    full = {"owner": factory.owner(), "priority": "P1", "definition_of_done": "Seen"}
    factory.blocker(factory.gate("T4", **full), waiting_on=None, due_on=date(2026, 6, 1))

    assert found() == {
        "statement_only": ("T1",),
        "numbers_without_check": ("T2",),
        "closed_with_actions": ("T1",),
        "nobody_named": ("T4",),
        "no_due_date": ("T3",),
        "no_priority": ("T1", "T3"),
        "no_owner": ("T1", "T3"),
        "no_definition": ("T1", "T3"),
    }


def test_claims_that_may_not_be_made() -> None:
    factory.claim(factory.launch(), "launched")

    assert found() == {"claims_refused": ("launched",)}


def test_the_page_of_the_snapshot(client: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    client.force_login(factory.user("reader"))

    text = text_of(client, "/honesty/")

    assert "17 gates are closed on statements alone" in text
    assert "3 closed gates still have steps that are not done" in text
    assert "34 gates have no owner" in text
    assert "32 gates have no priority" in text
    assert "2 claims may not be made" in text
    assert Evidence.objects.count() == 18


def test_checks_that_need_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"T1": 0, "T2": 4, "T3": 8, "T4": 0}
    for code, ago in days.items():
        check = factory.check(factory.gate(code), fresh_days=7)
        seen = timezone.now() - timedelta(days=ago)
        monkeypatch.setattr(timezone, "now", lambda seen=seen: seen)
        factory.run(check, passed=code != "T4")
        monkeypatch.undo()
    factory.check(factory.gate("T5"))
    factory.check(factory.gate("T6"), retired_why="Nobody calls it any more")

    launch = get_launch()
    assert launch is not None
    board = read_board(launch, timezone.now())
    told = {row.reason.code: row.gates for row in findings(board, timezone.localdate())}

    assert told["check_red"] == ("T3", "T4")
    assert told["check_stale_soon"] == ("T2",)
    assert told["check_never_run"] == ("T5",)
    assert told["check_retired"] == ("T6",)


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ("p95 <500ms", True),
        ("100 rps for 5 min", True),
        ("أقل من ٥ دقائق", True),
        ("ping if daily spend >$10", True),
        ("v3.0.0 on k6, as T8 says", False),
        ("published email", False),
    ],
)
def test_numbers_in_a_definition_of_done_call_for_a_check(definition: str, told: bool) -> None:
    gate = factory.gate("T1", definition_of_done=definition)

    assert ("numbers_without_check" in found()) == told
    factory.check(gate)
    assert "numbers_without_check" not in found()
