"""The snapshot of 2026-04-23: every fact of the document as rows, and the numbers they give.

The numbers are those a program counted in the document (DESIGN's data page), not the ones the
document claims.
"""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import Board
from gates.database import closing_rule
from gates.models import TRACKED, Action, Blocker, Evidence, Gate
from gates.rules import Status
from tests.support.assertions import triggers_lifted

pytestmark = pytest.mark.django_db


@pytest.fixture
def board() -> Board:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    launch = get_launch()
    assert launch is not None
    return read_board(launch, timezone.now())


def test_the_sections_count_what_the_rows_say(board: Board) -> None:
    order = (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED)

    counts = {
        section.prefix: (*(section.count(status) for status in order), section.total)
        for section in board.sections
    }

    assert counts == {
        "T": (5, 0, 3, 0, 8),
        "S": (5, 0, 2, 0, 7),
        "O": (3, 0, 1, 1, 5),
        "G": (1, 0, 2, 2, 5),
        "I": (1, 1, 1, 1, 4),
        "GV": (2, 0, 0, 0, 2),
        "R": (1, 0, 2, 0, 3),
    }
    assert [board.count(status) for status in order] == [18, 1, 11, 4]


def test_the_counted_gates_give_the_documents_totals(board: Board) -> None:
    totals = board.totals

    assert (totals.rows, totals.counted) == (34, 30)
    assert (totals.closed, totals.partial, totals.open, totals.blocked) == (18, 1, 7, 4)
    assert [gate.code for gate in board.not_counted()] == ["S5", "S7", "G4", "G5"]
    assert all("ommercial" in gate.not_counted_reason for gate in board.not_counted())


def test_the_launch_claim_is_refused_with_every_reason(board: Board) -> None:
    launched, paid = board.claims

    assert [str(reason) for reason in launched.verdict.reasons] == [
        "6 more gates must close: 18 of 24",
        "12 gates that are not closed have no priority, so any may be P0: "
        "T6, T7, T8, O3, O4, G2, G3, I1, I3, I4, R2, R3",
    ]
    assert [str(reason) for reason in paid.verdict.reasons] == ["1 required gate is not closed: G5"]


def test_every_closed_gate_has_its_evidence_and_nothing_is_invented(board: Board) -> None:
    closed = [gate for gate in board.gates if gate.status == Status.CLOSED]

    assert len(closed) == Evidence.objects.count() == 18
    assert all(len(gate.evidence) == 1 for gate in closed)
    assert {gate.closed_at for gate in closed} == {None}
    assert {gate.closed_by_id for gate in closed} == {None}
    dated = Evidence.objects.exclude(observed_at=None).order_by("pk")
    assert [proof.gate.code for proof in dated] == ["T1", "S4", "GV1"]
    release = Evidence.objects.get(gate__code="T2")
    assert (release.kind, release.summary) == ("link", "Release v3.0.0")
    assert release.url == "https://github.com/VoXc2/dealix/releases/tag/v3.0.0"


def test_what_the_document_says_of_open_gates(board: Board) -> None:
    gates = {gate.code: gate for gate in board.gates}

    assert gates["T6"].definition_of_done == "100 rps sustained for 5 min with p95 <500ms"
    assert gates["T6"].notes.startswith("Script ready at `tests/load/k6_smoke.js`")
    assert gates["T7"].definition_of_done == "Scenario 2 in RUNBOOK executed, ≤5 min"
    assert {code: gate.priority for code, gate in gates.items() if gate.priority} == {
        "S5": "P1",
        "S7": "P2",
    }
    assert (gates["R2"].covered_by, gates["R3"].covered_by) == ("T8", "T7")
    assert (gates["T7"].covers, gates["T8"].covers) == (["R3"], ["R2"])
    noted = {code for code, gate in gates.items() if gate.closing_note}
    assert noted == {"T5", "S2", "S6", "G1", "GV1", "I2", "O5"}


def test_the_blockers_wait_for_sami_and_say_why(board: Board) -> None:
    waiting = board.unresolved_blockers()

    assert [(blocker.gate_code, blocker.needs) for blocker in waiting] == [
        ("O3", "PostHog API key (`phc_...`)"),
        ("G2", "Moyasar test/live secret"),
        ("G3", "HubSpot + Calendly tokens + 1 real lead"),
        ("I3", "UptimeRobot API key"),
    ]
    assert board.waiting_on_names() == ["Sami"]
    assert all(blocker.why for blocker in waiting)
    assert set(Blocker.objects.values_list("raised_at", flat=True)) == {None}


def test_the_actions_and_the_plan(board: Board) -> None:
    assert [(row.gate_code, row.estimate) for row in board.unblocked_actions()] == [
        ("T6", "15 min"),
        ("T7", "30 min"),
        ("T8", "1–2 hr"),
        ("O5", "45 min"),
        ("I1", "15 min"),
        ("R3", "20 min"),
    ]
    days = {day.label(): [row.state for row in day.actions] for day in board.plan()}
    assert days == {
        "D0": ["done", "done", "doing", "doing", "doing"],
        "D+1": ["todo", "todo", "todo"],
        "D+2": ["todo", "todo", "todo", "todo"],
    }
    assert {row.needs for row in board.plan()[2].actions} == {"Sami"}
    assert Action.objects.count() == 18


def test_loading_twice_changes_no_row() -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    first = {model: model.objects.count() for model in TRACKED}

    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    assert {model: model.objects.count() for model in TRACKED} == first
    assert Gate.objects.filter(progress="closed").count() == 18


@pytest.mark.parametrize(
    "keys", [[], ["natural_foreign"], ["natural_foreign", "natural_primary"]], ids=str
)
@pytest.mark.parametrize("order", [["gates"], ["gates.gate", "gates.evidence"]], ids=str)
def test_a_dump_loads_again_and_is_the_same(
    tmp_path: Path, keys: list[str], order: list[str]
) -> None:
    """Whatever order `dumpdata` writes in: by number evidence first, by natural key gates first."""
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    call_command("dumpdata", *order, **dict.fromkeys(keys, True), output=str(first), verbosity=0)
    empty(evidence_and_gates_only=order != ["gates"])

    call_command("loaddata", str(first), verbosity=0)

    call_command("dumpdata", *order, **dict.fromkeys(keys, True), output=str(second), verbosity=0)
    # JSON keeps milliseconds: a time within the first one comes back without any.
    assert first.read_text().replace(".000Z", "Z") == second.read_text().replace(".000Z", "Z")
    assert closing_rule.violations(connection) == []


def empty(*, evidence_and_gates_only: bool) -> None:
    """Remove the rows, so that loading has to make them."""
    Gate.objects.update(progress="open", closed_at=None, closed_by=None, closing_note="")
    Evidence.objects.all().delete()
    if evidence_and_gates_only:
        return
    Gate.objects.update(covered_by=None)
    with triggers_lifted():
        for model in reversed(TRACKED):
            model.objects.all().delete()
            model.history.all().delete()
