"""One check while its history is replayed: what it asks, and its newest run that counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gates.models.check_rows import CheckRow
from gates.rules import CheckFact, CheckRule, Condition, CountingRun, Kind, Operator
from gates.rules.conditions import bound_number
from gates.rules.runs import newest_run

# The columns that make a check and a condition, as the replay takes them.
CHECK_COLUMNS = (
    "gate_id", "key", "kind", "fresh_days", "repository", "ref", "required_from", "retired_why",
)  # fmt: skip
CONDITION_COLUMNS = ("gate_check_id", "measure", "operator", "bound", "unit")


@dataclass(slots=True)
class ReplayedCheck:
    """One check at one moment of the replay.

    revoked: the tokens whose runs count no more; all checks of a replay share it.
    there: whether it exists; before its first row and after its deletion it does not.
    columns: the values of `CHECK_COLUMNS`.
    conditions: condition and unit by the condition's id.
    newest: by token, its newest run that counts.
    """

    id: int
    revoked: set[int]
    there: bool = False
    columns: tuple[Any, ...] = ()
    conditions: dict[int, tuple[Condition, str]] = field(default_factory=dict)
    newest: dict[int, CountingRun] = field(default_factory=dict)
    _row: CheckRow | None = None

    def change(self, columns: Sequence[Any], *, there: bool) -> None:
        """Apply a history row of the check."""
        self.columns, self.there, self._row = tuple(columns), there, None

    def set_condition(self, pk: int, columns: Sequence[Any] | None) -> None:
        """Apply a history row of a condition: those of `CONDITION_COLUMNS` after the first.

        columns: None if it is no longer a condition of this check.
        """
        self.conditions.pop(pk, None)
        if columns is not None:
            measure, operator, bound, unit = columns
            condition = Condition(measure, Operator(operator), bound_number(bound))
            self.conditions[pk] = (condition, unit)
        self._row = None

    def receive(self, token: int, run: CountingRun) -> None:
        """Apply a run that counts; of one token each is newer than the one before."""
        self.newest[token], self._row = run, None

    def forget_newest(self) -> None:
        """Look for the newest run again: `revoked` has changed."""
        self._row = None

    @property
    def row(self) -> CheckRow:
        """The check as the board reads it; do not change it."""
        if self._row is None:
            gate_id, key, kind, fresh_days, repository, ref, required_from, why = self.columns
            kept = [self.conditions[pk] for pk in sorted(self.conditions)]
            self._row = CheckRow(
                self.id,
                gate_id,
                key,
                CheckRule(
                    Kind(kind), tuple(c for c, _ in kept), fresh_days, repository, ref, bool(why)
                ),
                tuple(unit for _, unit in kept),
                required_from,
                why,
                newest_run(run for token, run in self.newest.items() if token not in self.revoked),
            )
        return self._row

    def fact(self, *, attached: bool = False) -> CheckFact:
        """Return what the status of a gate depends on."""
        return self.row.fact(attached=attached)

    def days_of_change(self) -> Iterator[date]:
        """Yield the days on which time alone may change what the check does to its gate."""
        if self.there:
            fact = self.fact()
            if fact.required_from is not None:
                yield fact.required_from
            if (until := fact.fresh_until()) is not None:
                yield until + timedelta(days=1)


class ReplayedChecks:
    """The checks of a replay by id, changed by rows of two history tables."""

    def __init__(self) -> None:
        """Begin before the first row: there are none."""
        self.by_id: dict[int, ReplayedCheck] = {}
        self.revoked: set[int] = set()
        self._holders: dict[int, int] = {}  # condition → its check

    def get(self, pk: int) -> ReplayedCheck:
        """Return a check, which may not be there yet."""
        return self.by_id.setdefault(pk, ReplayedCheck(pk, self.revoked))

    def apply_check(self, kind: str, pk: int, *columns: Any) -> list[ReplayedCheck]:
        """Apply a history row of a check; return the changed checks."""
        check = self.get(pk)
        check.change(columns, there=kind != "-")
        return [check]

    def apply_condition(
        self, kind: str, pk: int, check_id: int, *columns: Any
    ) -> list[ReplayedCheck]:
        """Apply a history row of a condition; return the changed checks, two if it moved."""
        changed = []
        if (earlier := self._holders.pop(pk, None)) is not None:
            changed.append(self.get(earlier))
            changed[0].set_condition(pk, None)
        if kind != "-":
            self._holders[pk] = check_id
            changed.append(self.get(check_id))
            changed[-1].set_condition(pk, columns)
        return changed
