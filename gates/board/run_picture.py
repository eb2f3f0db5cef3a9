"""A small picture of a measure against its bound over the last runs, in whole coordinates.

Whole, because a template formats fractions in the reader's language, and SVG reads only one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gates.board.check_runs import RunRow
from gates.rules import Condition

WIDTH, HEIGHT, MARGIN = 240, 48, 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One run: met, missed or uncounted."""

    x: int
    y: int
    look: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The runs from the oldest to the newest, and the height of the bound.

    line: the points of the runs that count, for a polyline.
    """

    marks: tuple[Mark, ...]
    line: str
    bound_y: int


def draw_runs(condition: Condition, runs: Sequence[RunRow]) -> Picture | None:
    """Return the picture of a condition; None if no run has its measure.

    runs: the newest first.
    """
    seen = [run for run in reversed(runs) if condition.measure in run.measures]
    if not seen or not condition.bound.is_finite():
        return None
    values = [run.measures[condition.measure] for run in seen]
    low, high = min(*values, condition.bound), max(*values, condition.bound)
    marks = []
    for number, (run, value) in enumerate(zip(seen, values, strict=True)):
        look = "met" if condition.holds(value) else "missed"
        x = MARGIN + _part(number, max(len(seen) - 1, 1), WIDTH - 2 * MARGIN)
        marks.append(Mark(x, _height(value, low, high), look if run.decides else "uncounted"))
    counted = [mark for mark in marks if mark.look != "uncounted"]
    line = " ".join(f"{mark.x},{mark.y}" for mark in counted)
    return Picture(tuple(marks), line, _height(condition.bound, low, high))


def _height(value: Decimal, low: Decimal, high: Decimal) -> int:
    if high == low:
        return HEIGHT // 2
    return HEIGHT - MARGIN - _part(value - low, high - low, HEIGHT - 2 * MARGIN)


def _part(part: Decimal | int, whole: Decimal | int, length: int) -> int:
    return round(length * part / whole)
