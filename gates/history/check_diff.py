"""What differs between the checks of two boards: what they ask, and what their runs say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from gates.board.rows import Board, GateRow
from gates.history.check_changes import ChecksGate, check_changes
from gates.models.check_rows import CheckRow
from gates.rules import CheckState
from gates.rules.checks import check_reason, check_state
from gates.rules.reason import Reason


@dataclass(frozen=True, slots=True)
class CheckNews:
    """One check's state now, as a sentence, and its gate."""

    code: str
    title: str
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class CheckDiff:
    """The differences of the checks of two boards.

    Attributes:
        easier: Sentences about checks that ask less, and removed or retired ones.
        others: Sentences about all other edits of checks.
        turned_red: Checks that are no longer green: failed, stale, or without a run that counts.
        turned_green: Checks that are green now and were not.
        received: Checks in the same state as before, with another newest run.
    """

    easier: list[Reason] = field(default_factory=list)
    others: list[Reason] = field(default_factory=list)
    turned_red: list[CheckNews] = field(default_factory=list)
    turned_green: list[CheckNews] = field(default_factory=list)
    received: list[CheckNews] = field(default_factory=list)


def diff_checks(old: Board, new: Board) -> CheckDiff:
    """Return the differences from the checks of one board to those of a later one."""
    gone = {gate.id: ChecksGate(gate.code, is_linked=False) for gate in old.gates}
    gates = gone | {gate.id: ChecksGate(gate.code) for gate in new.gates}
    earlier, later = dict(_own_checks(old.gates)), dict(_own_checks(new.gates))
    changes = CheckDiff()
    for pk in [*later, *(pk for pk in earlier if pk not in later)]:
        was, now = earlier.get(pk), later.get(pk)
        for reason, easier in check_changes(was and was[1], now and now[1], gates):
            (changes.easier if easier else changes.others).append(reason)
        if now is not None:
            _compare_states(changes, was and was[1], now, old.day, new.day)
    return changes


def _own_checks(gates: list[GateRow]) -> Iterator[tuple[int, tuple[GateRow, CheckRow]]]:
    for gate in gates:
        for check in gate.checks:
            if check.gate_id == gate.id:
                yield check.id, (gate, check)


def _compare_states(
    changes: CheckDiff, old: CheckRow | None, new: tuple[GateRow, CheckRow], then: date, today: date
) -> None:
    gate, check = new
    fact = check.fact(attached=False)
    before = check_state(old.fact(attached=False), then) if old else CheckState.NEVER_RUN
    now = check_state(fact, today)
    if now == CheckState.RETIRED:
        return  # the edit says so
    news = CheckNews(gate.code, gate.title, (check_reason(fact, today),))
    if now == CheckState.GREEN != before:
        changes.turned_green.append(news)
    elif before == CheckState.GREEN != now or (now == CheckState.FAILED != before):
        changes.turned_red.append(news)
    elif now != before or check.newest != (old and old.newest):
        changes.received.append(news)
