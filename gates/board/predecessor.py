"""The same gate of the launch before: what became of it there."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from gates.board.as_of import RowSource
from gates.models import Gate, Launch
from gates.rules import Progress


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The gate that another one was taken over from.

    Attributes:
        code: Its code.
        slug: The slug of its launch.
        launch: The name of its launch.
        closed: Whether it is marked closed.
        days: From the day on which it came on record to that of its closing; None where it came
            closed already, or nobody knows when it was closed.
    """

    code: str
    slug: str
    launch: str
    closed: bool
    days: int | None


def read_predecessor(gate_id: int | None, as_of: datetime | None = None) -> Predecessor | None:
    """Return a gate of an earlier launch, now or at a moment; None if there is none.

    Args:
        gate_id: The id that a gate says it follows.
        as_of: A past moment.
    """
    if gate_id is None:
        return None
    rows = RowSource(as_of, (Launch, Gate))
    columns = ("code", "launch_id", "progress", "closed_at")
    gate = rows.queryset(Gate).filter(id=gate_id).values_list(*columns).first()
    if gate is None:
        return None
    code, launch_id, progress, closed_at = gate
    launch = rows.queryset(Launch).filter(id=launch_id).values_list("slug", "name").first()
    if launch is None:
        return None
    closed = progress == Progress.CLOSED
    days = _days(gate_id, closed_at) if closed and closed_at else None
    return Predecessor(code, launch[0], launch[1], closed, days)


def _days(gate_id: int, closed_at: datetime) -> int | None:
    """Return on which day after its first one a gate was closed; None if it came closed."""
    written = Gate.history.filter(id=gate_id).order_by("history_id")
    first = written.values_list("history_date", "progress").first()
    if first is None or first[1] == Progress.CLOSED or first[0] > closed_at:
        return None
    return (timezone.localdate(closed_at) - timezone.localdate(first[0])).days
