"""What the burn-up says about the pace of closing, and the coordinates of its chart."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest

from gates.history.burnup import Point

PACE_SPAN = timedelta(days=7)


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
