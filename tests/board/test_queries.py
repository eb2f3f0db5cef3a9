"""The board as data: every number from rows, at a constant number of queries."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from gates.board import queries as board_module
from gates.board.launches import get_launch
from gates.board.queries import read_board, read_gate
from gates.board.statuses import derive_statuses
from gates.models import Blocker, Evidence, Gate
from gates.rules import Status
from tests.support import factory
from tests.support.boards import board

pytestmark = pytest.mark.django_db


def test_status_follows_from_what_the_rows_say() -> None:
    factory.gate("T1")
    factory.gate("T2", progress="partial")
    factory.closed_gate("T3")
    factory.blocker(factory.closed_gate("T4"))
    expired = factory.closed_gate("T5")
    Evidence.objects.filter(gate=expired).update(valid_until=date(2020, 1, 1))

    found = {gate.code: gate.status for gate in board().gates}

    assert found == {
        "T1": Status.OPEN,
        "T2": Status.PARTIAL,
        "T3": Status.CLOSED,
        "T4": Status.BLOCKED,
        "T5": Status.PARTIAL,
    }


def test_resolving_the_last_blocker_is_unblocking() -> None:
    blocker = factory.blocker(factory.closed_gate("T1"))
    assert board().totals.blocked == 1

    blocker.resolve(factory.user(), "The key came")

    assert (board().totals.blocked, board().totals.closed) == (0, 1)


def test_a_gate_drops_out_of_the_count_the_day_after_its_evidence_ends() -> None:
    gate = factory.closed_gate("T1")
    Evidence.objects.filter(gate=gate).update(valid_until=date(2026, 6, 1))

    # 2026-06-01 ends at 21:00 UTC in Riyadh.
    before = board(datetime(2026, 6, 1, 20, 59, tzinfo=UTC))
    after = board(datetime(2026, 6, 1, 21, 0, tzinfo=UTC))

    assert (before.totals.closed, after.totals.closed) == (1, 0)
    assert str(after.gates[0].reasons[0]) == "evidence expired 2026-06-01"


def test_gates_that_are_not_counted_are_rows_and_nothing_else() -> None:
    factory.closed_gate("T1")
    factory.closed_gate("T2", counted=False, not_counted_reason="Commercial")

    found = board()

    assert (found.totals.rows, found.totals.counted, found.totals.closed) == (2, 1, 1)
    assert found.count(Status.CLOSED) == 2
    assert [gate.code for gate in found.not_counted()] == ["T2"]


def test_another_launch_does_not_leak_in() -> None:
    factory.closed_gate("T1")
    other = factory.launch("other")
    factory.closed_gate("T9", section=factory.section("T", launch=other))
    factory.action(other)
    factory.claim(other)

    found = board()

    assert [gate.code for gate in found.gates] == ["T1"]
    assert (found.actions, found.claims) == ([], [])


def test_one_gate_read_alone_is_the_gate_of_the_board() -> None:
    covering = factory.closed_gate("T7")
    gate = factory.gate("T8", covered_by=covering, owner=factory.owner("Lina"))
    factory.blocker(gate)
    factory.action(gate.launch, gate=gate)
    whole = board()

    for on_board in whole.gates:
        alone = read_gate(whole.launch, on_board.code, whole.as_of)

        assert alone == on_board


def test_lists_show_the_status_of_the_board() -> None:
    factory.closed_gate("T1")
    factory.blocker(factory.gate("T2"))
    factory.gate("T3", progress="partial")

    listed = derive_statuses(dict(Gate.objects.values_list("pk", "progress")), timezone.now())

    for gate in board().gates:
        assert (listed[gate.id].status, listed[gate.id].reasons) == (gate.status, gate.reasons)


@pytest.mark.parametrize("gates", [1, 60])
def test_the_number_of_queries_does_not_depend_on_the_size(
    django_assert_num_queries, gates: int
) -> None:
    for number in range(1, gates + 1):
        gate = factory.closed_gate(f"T{number}")
        factory.blocker(gate)
        factory.action(gate.launch, f"Step {number}", gate=gate)
    factory.requirement(factory.claim(gate.launch), gate)
    launch = get_launch()
    assert launch is not None

    with django_assert_num_queries(8):
        read_board(launch, timezone.now())
    with django_assert_num_queries(8):
        read_gate(launch, "T1", timezone.now())


def test_what_is_added_while_the_board_is_read_does_not_break_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another person's gate, with evidence, between the first query and the second."""
    factory.closed_gate("T1")
    launch = get_launch()
    assert launch is not None
    read_evidence = board_module._evidence_rows

    def read_after_somebody_wrote(*scope: Any) -> Any:
        late = factory.closed_gate("T2")
        factory.blocker(late)
        factory.requirement(factory.claim(late.launch), late)
        return read_evidence(*scope)

    monkeypatch.setattr(board_module, "_evidence_rows", read_after_somebody_wrote)

    found = read_board(launch, timezone.now())

    assert [gate.code for gate in found.gates] == ["T1"]
    assert Blocker.objects.count() == 1
