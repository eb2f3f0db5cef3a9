"""The counts over time, from history, and what they say about the pace."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.history.burnup import Point, burnup
from gates.history.pace import Pace, pace
from gates.models import Evidence, Launch
from tests.support import factory
from tests.support.clock import START

pytestmark = pytest.mark.django_db

A_WEEK_AGO = date(2026, 5, 4)  # from the day on which the pace is asked


def points(days: int) -> list[tuple[int, int, int]]:
    """Day after the start, closed, counted."""
    launch = Launch.objects.get(slug="primitive")
    found = burnup(launch.pk, START + timedelta(days=days))
    return [((point.day - START.date()).days, point.closed, point.counted) for point in found]


def test_every_day_on_which_a_count_changed(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gates = [factory.gate(f"T{number}") for number in (1, 2, 3)]
    on_day(2)
    factory.evidence(gates[0])
    gates[0].close(factory.user(), "Seen green")
    on_day(3)
    gates[1].notes = "Nothing that counts"
    gates[1].save()
    on_day(5)
    gates[2].counted, gates[2].not_counted_reason = False, "Commercial"
    gates[2].save()
    on_day(6)
    gates[0].reopen(factory.user(), "It broke")

    assert points(10) == [(0, 0, 3), (2, 1, 3), (5, 1, 2), (6, 0, 2)]
    assert points(2) == [(0, 0, 3), (2, 1, 3)]


def test_expiry_and_blockers_move_the_line(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T1")
    factory.evidence(gate, valid_until=START.date() + timedelta(days=4))
    gate.close(factory.user(), "Seen green")
    on_day(1)
    blocker = factory.blocker(gate)
    on_day(2)
    blocker.resolve(factory.user(), "Came")

    assert points(3) == [(0, 1, 1), (1, 0, 1), (2, 1, 1)]
    assert points(10) == [(0, 1, 1), (1, 0, 1), (2, 1, 1), (5, 0, 1)]


def test_evidence_that_was_moved_counts_where_it_is(on_day: Callable[[int], None]) -> None:
    on_day(0)
    first, second = factory.closed_gate("T1"), factory.gate("T2")
    spare = factory.evidence(first, "A second proof")
    on_day(1)
    spare.gate = second
    spare.save()
    second.close(factory.user(), "Proven by the same run")

    assert points(1) == [(0, 1, 2), (1, 2, 2)]
    assert Evidence.objects.count() == 2


def board_says(days: int) -> tuple[int, int]:
    """Closed and counted on the past board of the first launch."""
    moment = START + timedelta(days=days)
    launch = get_launch("primitive", moment)
    assert launch
    found = read_board(launch, moment, moment).totals
    return found.closed, found.counted


@pytest.mark.parametrize("what", ["blocker", "evidence", "gate"])
def test_what_went_to_another_launch_is_no_longer_here(
    what: str, on_day: Callable[[int], None]
) -> None:
    """No form lets it go; an earlier release did, and raw SQL may."""
    on_day(0)
    gate, other = factory.closed_gate("T1"), factory.closed_gate("T2")
    there = factory.gate("S1", section=factory.section("S", launch=factory.launch("second")))
    factory.evidence(gate, "Runs out", valid_until=START.date() + timedelta(days=2))
    moved: Any = {
        "blocker": lambda: factory.blocker(gate),
        "evidence": lambda: gate.evidence.get(summary=factory.PROOF),
        "gate": lambda: gate,
    }[what]()
    on_day(1)
    moved.gate = there
    if moved == gate:
        moved.section, moved.launch = there.section, there.launch
    moved.save_base()  # past the model's rule, with a history row
    on_day(4)
    other.reopen(factory.user(), "Broken again")

    for day in range(6):
        assert points(day)[-1][1:] == board_says(day)


def test_what_came_from_another_launch_begins_here_when_it_came(
    on_day: Callable[[int], None],
) -> None:
    on_day(-9)
    there = factory.gate("S1", section=factory.section("S", launch=factory.launch("second")))
    ran_out = START.date() - timedelta(days=5)
    proof = factory.evidence(there, valid_until=ran_out)
    on_day(0)
    gate = factory.gate("T1", section=factory.section("T", launch=factory.launch()))
    on_day(1)
    proof.gate, proof.valid_until = gate, None
    proof.save_base()
    gate.close(factory.user(), "Proven by the same run")

    assert points(2) == [(0, 0, 1), (1, 1, 1)]


def test_what_was_deleted_is_gone_from_its_day_on(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T1")
    factory.gate("T2")
    on_day(1)
    gate.delete()

    assert points(1) == [(0, 0, 2), (1, 0, 1)]


@pytest.mark.parametrize(
    ("closed_by_day", "threshold", "expected"),
    [
        ({}, 24, Pace(0, A_WEEK_AGO)),
        ({0: 18}, 24, Pace(0, A_WEEK_AGO)),
        ({0: 18, 8: 20}, 24, Pace(2, A_WEEK_AGO, date(2026, 5, 25))),
        ({0: 18, 8: 20}, None, Pace(2, A_WEEK_AGO)),
        ({0: 18, 8: 24}, 24, Pace(6, A_WEEK_AGO)),
        ({0: 18, 8: 17}, 24, Pace(-1, A_WEEK_AGO)),
        ({8: 18, 9: 20}, 24, Pace(2, date(2026, 5, 9), date(2026, 5, 15))),
        ({10: 18}, 24, Pace(0, date(2026, 5, 11))),
    ],
)
def test_the_pace(closed_by_day: dict[int, int], threshold: int | None, expected: Any) -> None:
    line = [
        Point(START.date() + timedelta(days=day), closed, 30)
        for day, closed in closed_by_day.items()
    ]

    assert pace(line, threshold, START.date() + timedelta(days=10)) == expected
