"""Counts of gates, and the verdict on a claim. No database: facts in, sentences out."""

import pytest

from gates import rules
from gates.rules import (
    ClaimRule,
    GateStanding,
    Status,
)
from tests.support.rule_facts import said

# --- counts and claims ---------------------------------------------------------------------

CLOSED = Status.CLOSED
OPEN = Status.OPEN


def board(closed: int, still_open: int, priority: str = "P1") -> list[GateStanding]:
    """A board with that many closed and open gates, closed ones first."""
    statuses = [CLOSED] * closed + [OPEN] * still_open
    return [GateStanding(f"T{n}", status, True, priority) for n, status in enumerate(statuses, 1)]


def test_totals_count_the_counted_gates_and_all_the_rows() -> None:
    standings = [
        *board(closed=2, still_open=1),
        GateStanding("O3", Status.BLOCKED),
        GateStanding("I1", Status.PARTIAL),
        GateStanding("G5", CLOSED, counted=False),
        GateStanding("R2", OPEN, counted=False),
    ]

    answer = rules.count_totals(standings)

    assert answer == rules.Totals(rows=7, counted=5, closed=2, partial=1, open=1, blocked=1)


def test_an_empty_board_has_empty_totals() -> None:
    assert rules.count_totals([]) == rules.Totals(0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("rule", "standings", "reasons"),
    [
        (ClaimRule(min_closed=24), board(24, 6), []),
        (ClaimRule(min_closed=24), board(18, 12), ["6 more gates must close: 18 of 24"]),
        (ClaimRule(min_closed=24), board(23, 7), ["1 more gate must close: 23 of 24"]),
        (ClaimRule(min_closed=24), [], ["24 more gates must close: 0 of 24"]),
        (
            ClaimRule(min_closed=2),
            [*board(1, 0), GateStanding("G5", CLOSED, counted=False)],
            ["1 more gate must close: 1 of 2"],
        ),
        (ClaimRule(requires_p0=True), board(3, 3, "P1"), []),
        (ClaimRule(requires_p0=True), board(3, 0, "P0"), []),
        (ClaimRule(requires_p0=True), board(3, 0, ""), []),
        (ClaimRule(requires_p0=True), board(1, 1, "P0"), ["1 P0 gate is not closed: T2"]),
        (ClaimRule(requires_p0=True), board(0, 2, "P0"), ["2 P0 gates are not closed: T1, T2"]),
        (
            ClaimRule(requires_p0=True),
            board(1, 1, ""),
            ["1 gate that is not closed has no priority, so it may be P0: T2"],
        ),
        (
            ClaimRule(requires_p0=True),
            board(0, 2, ""),
            ["2 gates that are not closed have no priority, so any may be P0: T1, T2"],
        ),
        (
            ClaimRule(requires_p0=True),
            [GateStanding("G4", OPEN, False, "P0"), GateStanding("G5", OPEN, False, "")],
            [],
        ),
        (ClaimRule(required_gates=("T1",)), board(1, 1), []),
        (
            ClaimRule(required_gates=("T1", "T2")),
            board(1, 1),
            ["1 required gate is not closed: T2"],
        ),
        (
            ClaimRule(required_gates=("T1", "T2")),
            board(0, 2),
            ["2 required gates are not closed: T1, T2"],
        ),
        (ClaimRule(required_gates=("G5",)), [GateStanding("G5", CLOSED, counted=False)], []),
        (
            ClaimRule(required_gates=("G5",)),
            [GateStanding("G5", Status.BLOCKED, counted=False)],
            ["1 required gate is not closed: G5"],
        ),
        (
            ClaimRule(required_gates=("Z9",)),
            board(3, 0),
            ["1 required gate is not closed: Z9"],
        ),
        (
            ClaimRule(),
            board(3, 0),
            ["No rule is set for this claim, so nothing can make it true."],
        ),
        (
            ClaimRule(min_closed=24, requires_p0=True, required_gates=("G5",)),
            [
                *board(18, 0),
                GateStanding("T19", OPEN, priority="P0"),
                GateStanding("T20", Status.BLOCKED, priority="P0"),
                GateStanding("O3", Status.PARTIAL),
                GateStanding("G5", OPEN, counted=False),
            ],
            [
                "6 more gates must close: 18 of 24",
                "2 P0 gates are not closed: T19, T20",
                "1 gate that is not closed has no priority, so it may be P0: O3",
                "1 required gate is not closed: G5",
            ],
        ),
    ],
)
def test_a_claim_is_refused_with_every_reason_that_holds(
    rule: ClaimRule, standings: list[GateStanding], reasons: list[str]
) -> None:
    answer = rules.judge_claim(rule, standings)

    assert said(answer.reasons) == reasons
    assert answer.allowed is (not reasons)


def test_a_reason_names_the_gates_so_that_a_page_can_link_them() -> None:
    answer = rules.judge_claim(ClaimRule(requires_p0=True), board(0, 2, "P0"))

    assert answer.reasons[0].gates == ("T1", "T2")


def test_a_sentence_can_be_put_into_the_readers_language() -> None:
    reason = rules.judge_claim(ClaimRule(min_closed=24), board(18, 0)).reasons[0]

    sentence = reason.render(
        ngettext=lambda _one, _many, n: f"ينقص {n}: %(closed)s/%(needed)s",
        show=lambda value: f"<{value}>",
    )

    assert sentence == "ينقص 6: <18>/<24>"
