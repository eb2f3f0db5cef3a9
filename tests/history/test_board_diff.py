"""What changed between two boards, as a pure function of the two."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gates import rules
from gates.board.child_rows import BlockerRow, EvidenceRow
from gates.board.rows import Board, ClaimRow, GateRow, LaunchRow, SectionRow
from gates.history.board_diff import BoardDiff, diff_boards
from gates.history.row_diff import RowChange
from gates.rules import BlockerFact, EvidenceFact, GateFacts
from gates.rules.reason import Reason

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def evidence(pk: int, gate_id: int = 1, **fields: Any) -> EvidenceRow:
    empty: dict[str, Any] = dict.fromkeys(("url", "output", "file", "sha256", "commit"), "")
    found = {"observed_at": None, "valid_until": None, "recorded_at": NOW, "recorded_by_id": None}
    said = {"summary": f"Proof {pk}", **empty, **found, **fields}
    return EvidenceRow(pk, gate_id, "statement", **said)


def blocker(pk: int, **fields: Any) -> BlockerRow:
    found = BlockerRow(pk, 1, f"Key {pk}", "", 1, NOW, None, None, None, "", waiting_on="Sami")
    return replace(found, **fields)


def resolved(pk: int) -> BlockerRow:
    return blocker(pk, resolved_at=NOW, resolution="It came")


def gate(pk: int, code: str, progress: str = "open", **fields: Any) -> GateRow:
    row = GateRow(
        pk, 1, code, f"Gate {code}", progress, "", "", "", None, True, "", None, None, None, ""
    )
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def claim(**fields: Any) -> ClaimRow:
    return ClaimRow(**{"id": 1, "slug": "launched", "name": "Launched", "min_closed": 24,
                       "requires_p0": True, **fields})  # fmt: skip


def board(*gates: GateRow, claims: tuple[ClaimRow, ...] = ()) -> Board:
    for row in gates:
        for proof in row.evidence:
            proof.gate_code = row.code
        for waits in row.blockers:
            waits.gate_code = row.code
        facts = GateFacts(
            rules.Progress(row.progress),
            [EvidenceFact(proof.valid_until) for proof in row.evidence],
            [BlockerFact(b.needs, b.waiting_on, b.resolved_at is not None) for b in row.blockers],
        )
        found = rules.derive_status(facts, NOW.date())
        row.status, row.reasons = found.status, found.reasons
    launch = LaunchRow(1, "v3", "v3", date(2026, 4, 23), date(2026, 4, 23), "", True)
    totals = rules.count_totals([row.standing() for row in gates])
    section = SectionRow(1, "T", "Technical", list(gates))
    return Board(launch, NOW, NOW, [section], list(claims), [], totals)


def told(changes: BoardDiff) -> dict[str, Any]:
    """What a comparison found, by kind, in short."""
    return {
        name: [in_short(item) for item in getattr(changes, name)]
        for name in changes.__slots__
        if name not in {"before", "after"} and getattr(changes, name)
    }


def in_short(item: Any) -> Any:
    if isinstance(item, Reason):
        return str(item)
    if isinstance(item, RowChange):
        fields = "; ".join(f"{change.field} {change.old} → {change.new}" for change in item.fields)
        return f"{item.sign} {item.kind} {item.gate}: {fields}"
    return getattr(item, "code", item)


def closed(pk: int, code: str) -> GateRow:
    return gate(pk, code, "closed", evidence=[evidence(pk)])


CASES: dict[str, tuple[Callable[[], Board], Callable[[], Board], dict[str, Any]]] = {
    "nothing": (lambda: board(gate(1, "T1")), lambda: board(gate(1, "T1")), {}),
    "closed, with its evidence": (
        lambda: board(gate(1, "T1")),
        lambda: board(closed(1, "T1")),
        {"closed": ["T1"], "evidence_added": [("T1", "Proof 1")]},
    ),
    "reopened": (
        lambda: board(closed(1, "T1")),
        lambda: board(gate(1, "T1", "partial", evidence=[evidence(1)])),
        {"reopened": ["T1"]},
    ),
    "gone stale": (
        lambda: board(closed(1, "T1")),
        lambda: board(
            gate(1, "T1", "closed", evidence=[evidence(1, valid_until=date(2026, 4, 30))])
        ),
        {
            "stale": ["T1"],
            "rewritten": ["~ piece of evidence T1: valid until  → 2026-04-30"],
        },
    ),
    "reopened after its evidence ran out": (
        lambda: board(
            gate(1, "T1", "closed", evidence=[evidence(1, valid_until=date(2026, 4, 30))])
        ),
        lambda: board(
            gate(1, "T1", "partial", evidence=[evidence(1, valid_until=date(2026, 4, 30))])
        ),
        {"reopened": ["T1"]},
    ),
    "partial, and open again": (
        lambda: board(gate(1, "T1"), gate(2, "T2", "partial")),
        lambda: board(gate(1, "T1", "partial"), gate(2, "T2")),
        {
            "edits": [
                "~ gate T1: progress Open → Partial",
                "~ gate T2: progress Partial → Open",
            ]
        },
    ),
    "a proof rewritten": (
        lambda: board(closed(1, "T1"), gate(2, "T2", evidence=[evidence(2, 2)])),
        lambda: board(
            gate(1, "T1", "closed", evidence=[evidence(1, summary="Other")]),
            gate(2, "T2", evidence=[evidence(2, 2, commit="abc")]),
        ),
        {
            "rewritten": ["~ piece of evidence T1: summary Proof 1 → Other"],
            "edits": ["~ piece of evidence T2: commit  → abc"],
        },
    ),
    "a proof moved from a closed gate": (
        lambda: board(gate(1, "T1", "closed", evidence=[evidence(1), evidence(2)]), gate(2, "T2")),
        lambda: board(closed(1, "T1"), gate(2, "T2", evidence=[evidence(2, gate_id=2)])),
        {"rewritten": ["~ piece of evidence T2: gate T1 → T2"]},
    ),
    "a code, with the claim that requires it": (
        lambda: board(gate(1, "T1"), claims=(claim(required_gates=["T1"]),)),
        lambda: board(gate(1, "T9", title="Gate T1"), claims=(claim(required_gates=["T9"]),)),
        {"edits": ["~ gate T9: code T1 → T9"]},
    ),
    "resolved": (
        lambda: board(gate(1, "T1", blockers=[blocker(1)])),
        lambda: board(gate(1, "T1", blockers=[resolved(1)])),
        {"unblocked": ["T1"], "blockers_resolved": [("T1", "Key 1")]},
    ),
    "raised and resolved in between": (
        lambda: board(gate(1, "T1")),
        lambda: board(gate(1, "T1", blockers=[resolved(1)])),
        {"blockers_raised": [("T1", "Key 1")], "blockers_resolved": [("T1", "Key 1")]},
    ),
    "blocked": (
        lambda: board(gate(1, "T1")),
        lambda: board(gate(1, "T1", blockers=[blocker(1)])),
        {"blocked": ["T1"], "blockers_raised": [("T1", "Key 1")]},
    ),
    "unblocked": (
        lambda: board(gate(1, "T1", blockers=[blocker(1)])),
        lambda: board(gate(1, "T1")),
        {"unblocked": ["T1"], "blockers_removed": [("T1", "Key 1")]},
    ),
    "unblocked and closed": (
        lambda: board(gate(1, "T1", blockers=[blocker(1)], evidence=[evidence(1)])),
        lambda: board(gate(1, "T1", "closed", blockers=[resolved(1)], evidence=[evidence(1)])),
        {"closed": ["T1"], "unblocked": ["T1"], "blockers_resolved": [("T1", "Key 1")]},
    ),
    "added and removed": (
        lambda: board(gate(1, "T1")),
        lambda: board(gate(2, "T2")),
        {"added": ["T2"], "removed": ["T1"]},
    ),
    "evidence removed": (
        lambda: board(gate(1, "T1", evidence=[evidence(1), evidence(2)])),
        lambda: board(gate(1, "T1", evidence=[evidence(2)])),
        {"evidence_removed": [("T1", "Proof 1")]},
    ),
    "priority, owner and counted": (
        lambda: board(gate(1, "T1")),
        lambda: board(gate(1, "T1", priority="P0", owner="Lina", counted=False)),
        {
            "edits": ["~ gate T1: priority  → P0; owner  → Lina; counted yes → no"],
        },
    ),
    "a threshold lowered": (
        lambda: board(claims=(claim(),)),
        lambda: board(claims=(claim(min_closed=20),)),
        {"loosened_claims": ["Launched: gates that must be closed 24 → 20"]},
    ),
    "a threshold taken away": (
        lambda: board(claims=(claim(),)),
        lambda: board(claims=(claim(min_closed=None),)),
        {"loosened_claims": ["Launched: gates that must be closed 24 → —"]},
    ),
    "a threshold raised": (
        lambda: board(claims=(claim(),)),
        lambda: board(claims=(claim(min_closed=28),)),
        {"rules": ["Launched: gates that must be closed 24 → 28"]},
    ),
    "P0 no longer asked for": (
        lambda: board(claims=(claim(),)),
        lambda: board(claims=(claim(requires_p0=False),)),
        {"loosened_claims": ["Launched: all P0 gates closed ✓ → ✗"]},
    ),
    "a required gate dropped": (
        lambda: board(claims=(claim(required_gates=["G5"]),)),
        lambda: board(claims=(claim(),)),
        {"loosened_claims": ["Launched: required gates G5 → —"]},
    ),
    "a claim added": (
        board,
        lambda: board(claims=(claim(),)),
        {"rules": ["New claim: Launched"]},
    ),
    "a claim removed": (
        lambda: board(claims=(claim(),)),
        board,
        {"loosened_claims": ["Claim removed: Launched"]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_differs_is_told_and_nothing_else(name: str) -> None:
    old, new, expected = CASES[name]

    changes = diff_boards(old(), new())

    assert told(changes) == expected
    assert bool(changes) == bool(expected)


def test_the_counts_before_and_after() -> None:
    changes = diff_boards(board(gate(1, "T1")), board(closed(1, "T1")))

    assert (changes.before.closed, changes.after.closed) == (0, 1)


def test_a_board_does_not_differ_from_itself() -> None:
    same = board(closed(1, "T1"), gate(2, "T2", blockers=[blocker(1)]), claims=(claim(),))

    assert not diff_boards(same, deepcopy(same))
