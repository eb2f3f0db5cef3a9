"""What people changed of checks lately, for the notices on the board: as one edit, not by row.

A form writes a row for the check and one for each condition; together they are one edit.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from gates.board.check_replay import (
    CHECK_COLUMNS,
    CONDITION_COLUMNS,
    ReplayedCheck,
    ReplayedChecks,
)
from gates.history.check_changes import ChecksGate, check_changes
from gates.history.origin import ORIGIN_COLUMNS, Origin
from gates.models import Check, Condition, Gate
from gates.models.check_rows import CheckRow
from gates.rules.reason import Reason

ONE_EDIT = timedelta(seconds=10)

# (origin, place among those of the same moment, history id, id, columns)
Row = tuple[Origin, int, int, int, tuple[Any, ...]]


class CheckEvent(NamedTuple):
    """One edit of one check, as sentences."""

    origin: Origin
    reasons: list[Reason]


def check_notices(
    launch_id: int,
    span: tuple[datetime, datetime],
    check_rows: Collection[int],
    condition_rows: Collection[int],
) -> list[CheckEvent]:
    """Return the edits of a launch's checks in a span. In six queries; none without rows.

    check_rows, condition_rows: ids of the history rows of the span.
    """
    if not check_rows and not condition_rows:
        return []
    since, now = span
    edited = set(Check.history.filter(history_id__in=check_rows).values_list("id", flat=True))
    conditions = Condition.history.filter(history_id__in=condition_rows).values("id")
    held = Condition.history.filter(id__in=conditions).values_list("gate_check_id", flat=True)
    gates = _gates(launch_id, now)
    told = []
    for origin, old, new in _edits(edited | set(held), now):
        of_launch = any(row is not None and row.gate_id in gates for row in (old, new))
        if origin.at >= since and of_launch:
            reasons = [change.reason for change in check_changes(old, new, gates)]
            told += [CheckEvent(origin, reasons)] if reasons else []
    return told


def _gates(launch_id: int, now: datetime) -> dict[int, ChecksGate]:
    """Return the gates of a launch at a moment, also those that are gone."""
    rows = Gate.history.filter(launch_id=launch_id, history_date__lte=now).order_by("history_id")
    found = {
        pk: ChecksGate(code, is_linked=kind != "-")
        for pk, code, kind in rows.values_list("id", "code", "history_type")
    }
    unrecorded = Gate.objects.filter(launch_id=launch_id).exclude(pk__in=found)
    return found | {pk: ChecksGate(code) for pk, code in unrecorded.values_list("pk", "code")}


def _edits(
    checks: Collection[int], now: datetime
) -> Iterator[tuple[Origin, CheckRow | None, CheckRow | None]]:
    """Yield each edit with the check before and after it, of all time up to a moment."""
    replayed = ReplayedChecks()
    states: dict[int, CheckRow | None] = {}
    for _, rows in groupby(_rows(checks, now), key=_Edits()):
        edit = list(rows)
        changed: dict[int, ReplayedCheck] = {}
        for _, place, _, pk, (kind, *columns) in edit:
            apply = replayed.apply_condition if place else replayed.apply_check
            changed |= {check.id: check for check in apply(kind, pk, *columns)}
        last = edit[-1][0]
        why = next((origin.reason for origin, *_ in edit if origin.reason), None)
        for pk, check in changed.items():
            old, new = states.get(pk), check.row if check.there else None
            states[pk] = new
            kind = "+" if old is None else "-" if new is None else "~"
            yield last._replace(kind=kind, reason=why), old, new


class _Edits:
    """The key of `groupby`: a number that grows where another edit begins."""

    def __init__(self) -> None:
        self.number = 0
        self.last: Origin | None = None

    def __call__(self, row: Row) -> int:
        """Return the number of the edit that a row belongs to. Rows come in their order."""
        origin = row[0]
        if self.last is not None and not _is_one_edit(self.last, origin):
            self.number += 1
        self.last = origin
        return self.number


def _is_one_edit(one: Origin, next_one: Origin) -> bool:
    return next_one.at - one.at <= ONE_EDIT and (one.by, one.sha256) == (
        next_one.by,
        next_one.sha256,
    )


def _rows(checks: Collection[int], now: datetime) -> list[Row]:
    """Return the history rows of checks and of all conditions that they had, in their order."""
    ids = Condition.history.filter(gate_check_id__in=checks).order_by().values("id")
    found: list[Row] = []
    for place, history, columns in (
        (0, Check.history.filter(id__in=checks), CHECK_COLUMNS),
        (1, Condition.history.filter(id__in=ids), CONDITION_COLUMNS),
    ):
        rows = history.filter(history_date__lte=now).order_by()
        for values in rows.values_list(*ORIGIN_COLUMNS, "history_id", "id", *columns):
            origin, (number, pk, *rest) = Origin(*values[:5]), values[5:]
            found.append((origin, place, number, pk, (origin.kind, *rest)))
    return sorted(found, key=lambda row: (row[0].at, row[1], row[2]))
