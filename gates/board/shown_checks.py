"""A check as its gate's page shows it: what it asks against what was seen."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from gates.board.check_runs import CheckRuns, RunRow, read_last_runs
from gates.board.rows import GateRow
from gates.board.run_picture import Picture, draw_runs
from gates.models.check_rows import CheckRow
from gates.rules import CheckState, Condition, Kind, Status

MAX_COLUMNS = 4  # of a table of runs, for its conditions; the report has the other numbers


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """One condition beside the number of the newest run that counts.

    kind: of its check, for the words of the measure.
    value: None if there is no such run, or it lacks the measure.
    holds: None where nothing was seen, or the run was judged by an earlier definition.
    picture: of the shown runs; None if none has the measure.
    """

    kind: Kind
    condition: Condition
    unit: str
    value: Decimal | None
    holds: bool | None
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """One check of a gate, on the day of its page.

    shared_from: the code of the gate that it belongs to; empty for the gate's own.
    is_required: it can take the closed gate back on this day.
    is_announced: it can from a later day on.
    would_cost: it is announced, and the closed gate would not count if that day was today.
    """

    row: CheckRow
    runs: CheckRuns
    conditions: tuple[ShownCondition, ...]
    shared_from: str
    is_required: bool
    is_announced: bool
    would_cost: bool

    def columns(self) -> tuple[ShownCondition, ...]:
        """Return the conditions that a table of runs has a column for: the first ones."""
        return self.conditions[:MAX_COLUMNS]

    def is_earlier(self, run: RunRow) -> bool:
        """Return whether a run was judged by an earlier definition of the check."""
        return run.definition != self.row.definition

    def is_newest_earlier(self) -> bool:
        """Return whether the newest run that counts was judged by an earlier definition."""
        return self.runs.newest is not None and self.is_earlier(self.runs.newest)


def shown_checks(gate: GateRow, today: date, as_of: datetime | None = None) -> list[ShownCheck]:
    """Return the checks of a gate with their last runs. Two queries; none without checks.

    today: the day of the page.
    as_of: with the runs up to this moment; None for all.
    """
    if not gate.checks:
        return []
    runs = read_last_runs([check.id for check in gate.checks], as_of)
    return [
        shown_check(gate, check, runs.get(check.id, CheckRuns()), today) for check in gate.checks
    ]


def shown_check(gate: GateRow, check: CheckRow, runs: CheckRuns, today: date) -> ShownCheck:
    """Return one check of a gate with some of its runs."""
    day = check.required_from
    announced = not check.rule.retired and day is not None and day > today
    is_shared = check.gate_id != gate.id and check.gate_id == gate.covered_by_id
    return ShownCheck(
        check,
        runs,
        _shown_conditions(check, runs),
        gate.covered_by if is_shared else "",
        is_required=check.is_required(today),
        is_announced=announced,
        would_cost=announced and gate.status == Status.CLOSED and check.state != CheckState.GREEN,
    )


def _shown_conditions(check: CheckRow, runs: CheckRuns) -> tuple[ShownCondition, ...]:
    rule, newest = check.rule, runs.newest
    shown = []
    for condition, unit in zip(rule.conditions, check.units, strict=True):
        value = newest.measures.get(condition.measure) if newest else None
        judged = newest is not None and newest.definition == check.definition
        holds = condition.holds(value) if judged else None
        picture = draw_runs(condition, runs.last)
        shown.append(ShownCondition(rule.kind, condition, unit, value, holds, picture))
    return tuple(shown)
