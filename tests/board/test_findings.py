"""What the board says against itself."""

from datetime import date

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
