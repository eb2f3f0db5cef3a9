"""The burn-up: counted and closed gates over time, replayed from history in one pass."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import zip_longest
from operator import itemgetter
from typing import Any

from django.utils import timezone

from gates.models import Blocker, Evidence, FileCheck, Gate
from gates.rules import (
    BlockerFact,
    EvidenceFact,
    GateFacts,
    GateStanding,
    Progress,
    count_totals,
    derive_status,
)

PACE_SPAN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Point:
    """The counts at the end of a day on which they changed."""

    day: date
    closed: int
    counted: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The net pace of closing.

    Attributes:
        gained: How many more gates are closed than on the day `since`; negative for fewer.
        since: Seven days ago, or the first day of the history if that is later.
        reached_on: When the threshold is reached at this pace; None if it is not.
        moved: Whether the count changed in between, even if it came back.
    """

    gained: int
    since: date
    reached_on: date | None = None
    moved: bool = field(default=False, compare=False)

    @property
    def lost(self) -> int:
        """How many fewer gates are closed: -`gained`."""
        return -self.gained


@dataclass(frozen=True, slots=True)
class Chart:
    """The coordinates of the SVG chart, 1000 by 300 units, y downwards.

    Attributes:
        closed: The points of a stepped line, "x,y x,y ...".
        counted: The same for counted gates.
        threshold: The y of the threshold; None without one.
        top: The count at the upper edge.
    """

    closed: str
    counted: str
    threshold: float | None
    top: int


@dataclass(slots=True)
class _Gate:
    """The state of one gate during the replay; `there` says whether it is on the board."""

    progress: Progress = Progress.OPEN
    counted: bool = True
    there: bool = False
    # By id: the file's name and checksum, the last day of the evidence, the day it was withdrawn.
    evidence: dict[int, tuple[str, str, date | None, date | None]] = field(default_factory=dict)
    blockers: dict[int, BlockerFact] = field(default_factory=dict)

    def standing(self, today: date, files: Mapping[tuple[str, str], str]) -> GateStanding:
        evidence = [
            EvidenceFact(valid_until, withdrawn_on, files.get((name, sha256)))
            for name, sha256, valid_until, withdrawn_on in self.evidence.values()
        ]
        facts = GateFacts(self.progress, evidence, list(self.blockers.values()))
        return GateStanding("", derive_status(facts, today).status, self.counted)


def burnup(launch_id: int, now: datetime) -> list[Point]:
    """Return the counts of a launch at the end of every day on which they changed, oldest first.

    The day after evidence expires is such a day too. Empty without history.
    """
    gates: dict[int, _Gate] = defaultdict(_Gate)
    gate_of: dict[tuple[Any, int], int] = {}  # by (model, id) of evidence or blocker
    files: dict[tuple[str, str], str] = {}  # by name and checksum: what the last check found
    points: list[Point] = []
    today = timezone.localdate(now)
    by_day: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
    zone = timezone.get_current_timezone()  # looked up once: there is an event for every edit
    for event in sorted(_events(launch_id, now), key=itemgetter(0, 1)):
        by_day[event[0].astimezone(zone).date()].append(event)
    for day in sorted({*by_day, *_days_after_expiry(by_day, today)}):
        for _, _, model, row in by_day.get(day, ()):
            if model is FileCheck:
                files[row[:2]] = row[2]
            else:
                _replay(gates, gate_of, model, row)
        there = [gate.standing(day, files) for gate in gates.values() if gate.there]
        if not there and not points:
            continue  # evidence that moved here later has history before the first gate
        totals = count_totals(there)
        point = Point(day, totals.closed, totals.counted)
        if not points or (points[-1].closed, points[-1].counted) != (totals.closed, totals.counted):
            points.append(point)
    return points


def pace(points: list[Point], threshold: int | None, today: date) -> Pace:
    """Return the net pace of the last seven days, or since the history begins."""
    since = today - PACE_SPAN
    if not points:
        return Pace(0, since)
    closed = points[-1].closed
    before = [point.closed for point in points if point.day <= since]
    since = max(since, points[0].day)
    gained = closed - (before[-1] if before else points[0].closed)
    moved = any(point.closed != closed for point in points if point.day > since)
    if gained <= 0 or threshold is None or closed >= threshold:
        return Pace(gained, since, moved=moved)
    days = -(-(threshold - closed) * (today - since).days // gained)
    return Pace(gained, since, today + timedelta(days=days), moved)


def chart(points: list[Point], threshold: int | None, today: date) -> Chart:
    """Return the lines of the chart from the first day of the history to today."""
    top = max([threshold or 0, 1, *(max(point.counted, point.closed) for point in points)])
    first = points[0].day if points else today
    days = max((today - first).days, 1)

    def height(count: int) -> float:
        return round(300 - 300 * count / top, 1)

    def line(name: str) -> str:
        corners: list[str] = []
        for point, after in zip_longest(points, points[1:]):
            y = height(getattr(point, name))
            for day in (point.day, after.day if after else today):
                corners.append(f"{round(1000 * (day - first).days / days, 1)},{y}")
        return " ".join(corners)

    mark = height(threshold) if threshold is not None else None
    return Chart(line("closed"), line("counted"), mark, top)


def _events(launch_id: int, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Yield (date, history id, model, row) for every object that was ever on the launch's board.

    Rows in which an object is elsewhere are included; without them a moved object would stay. Rows:
    (history_type, id, is on this board, progress, counted) of a gate; (history_type, id, gate id,
    column, ...) of evidence and blockers. Checks of stored files are of any launch: (name,
    checksum, what was found), with the check's id in place of the history id.
    """
    order = ("history_date", "history_id", "history_type", "id")

    def history_rows(model: Any, place: str, *columns: str) -> list[tuple[Any, ...]]:
        rows = model.history.filter(history_date__lte=now).order_by()
        return list(rows.values_list(*order, place, *columns))

    gates = _ever_at({launch_id}, history_rows(Gate, "launch_id", "progress", "counted"))
    gate_ids = {row[3] for row in gates}
    for when, number, kind, pk, launch, *rest in gates:
        yield when, number, Gate, (kind, pk, launch == launch_id, *rest)
    shown = (
        (Evidence, ("file", "sha256", "valid_until", "withdrawn_on")),
        (Blocker, ("needs", "resolved_at")),
    )
    for model, columns in shown:
        for when, number, *row in _ever_at(gate_ids, history_rows(model, "gate_id", *columns)):
            yield when, number, model, tuple(row)
    checks = FileCheck.objects.filter(at__lte=now).order_by()
    for when, number, *found in checks.values_list("at", "id", "name", "sha256", "found"):
        yield when, number, FileCheck, tuple(found)


def _ever_at(places: Container[int], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return all rows of the objects that were at one of these places at any time."""
    ids = {row[3] for row in rows if row[4] in places}
    return [row for row in rows if row[3] in ids]


def _replay(
    gates: Mapping[int, _Gate],
    gate_of: dict[tuple[Any, int], int],
    model: Any,
    row: tuple[Any, ...],
) -> None:
    """Apply one history row to the gates; `gate_of` maps (model, id) to the object's gate."""
    kind, pk, *values = row
    if model is Gate:
        gate = gates[pk]
        of_launch, progress, gate.counted = values
        gate.there = of_launch and kind != "-"
        gate.progress = Progress(progress)
        return
    belongings = "evidence" if model is Evidence else "blockers"
    if (earlier := gate_of.get((model, pk))) is not None:
        getattr(gates[earlier], belongings).pop(pk, None)
    if kind == "-":
        return
    gate_id, *rest = values
    gate_of[(model, pk)] = gate_id
    if model is Evidence:
        gates[gate_id].evidence[pk] = (rest[0], rest[1], rest[2], rest[3])
    else:
        gates[gate_id].blockers[pk] = BlockerFact(rest[0], "", rest[1] is not None)


def _days_after_expiry(by_day: Mapping[date, list[tuple[Any, ...]]], today: date) -> set[date]:
    """Return the first days, up to today, on which some evidence has expired."""
    ends = {
        last + timedelta(days=1)
        for events in by_day.values()
        for _, _, model, row in events
        if model is Evidence and (last := EvidenceFact(*row[-2:]).last_day()) is not None
    }
    return {day for day in ends if day <= today and by_day and day >= min(by_day)}
