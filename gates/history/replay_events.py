"""Read everything that ever changed a status on a launch's board, as events to replay."""

from collections.abc import Container, Iterator
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from gates.board.check_replay import CHECK_COLUMNS, CONDITION_COLUMNS
from gates.models import Blocker, Check, Condition, Evidence, FileCheck, Gate, Revocation, Run

# (moment, history id, model, row); see `replay_events`.
Event = tuple[datetime, int, Any, tuple[Any, ...]]


def replay_events(launch_id: int, now: datetime) -> Iterator[Event]:
    """Yield an event for every object that was ever on the launch's board.

    Rows in which an object is elsewhere are included; without them a moved object would stay.
    Rows, by model:

    Gate: (history_type, id, is on this board, progress, counted)
    Evidence, Blocker, Check: (history_type, id, gate id, column, ...)
    Condition: (history_type, id, check id, column, ...)
    Run: (check id, token id, observed_at, passed, definition); of one day only the last of each
        check and token
    Revocation: (token id,), where the runs count no more
    FileCheck: (name, checksum, what was found), of any launch

    The last three have their own id in place of the history id.
    """
    order = ("history_date", "history_id", "history_type", "id")

    def history_rows(model: Any, *columns: str) -> list[tuple[Any, ...]]:
        rows = model.history.filter(history_date__lte=now).order_by()
        return list(rows.values_list(*order, *columns))

    gates = _ever_at({launch_id}, history_rows(Gate, "launch_id", "progress", "counted"))
    gate_ids = {row[3] for row in gates}
    for when, number, kind, pk, launch, *rest in gates:
        yield when, number, Gate, (kind, pk, launch == launch_id, *rest)
    evidence = ("gate_id", "file", "sha256", "gate_check_id", "valid_until", "withdrawn_on")
    shown = (
        (Evidence, evidence),
        (Blocker, ("gate_id", "needs", "resolved_at")),
        (Check, CHECK_COLUMNS),
    )
    check_ids: set[int] = set()
    for model, columns in shown:
        rows = _ever_at(gate_ids, history_rows(model, *columns))
        check_ids |= {row[3] for row in rows if model is Check}
        for when, number, *row in rows:
            yield when, number, model, tuple(row)
    if check_ids:
        for when, number, *row in _ever_at(check_ids, history_rows(Condition, *CONDITION_COLUMNS)):
            yield when, number, Condition, tuple(row)
        yield from _run_events(check_ids, now)
    checks = FileCheck.objects.filter(at__lte=now).order_by()
    for when, number, *found in checks.values_list("at", "id", "name", "sha256", "found"):
        yield when, number, FileCheck, tuple(found)


def _run_events(check_ids: set[int], now: datetime) -> Iterator[Event]:
    zone = timezone.get_current_timezone()  # looked up once: there may be a run every minute
    last: dict[tuple[int, int, date], Event] = {}
    runs = Run.objects.filter(gate_check_id__in=check_ids, counts=True, received_at__lte=now)
    columns = ("gate_check_id", "token_id", "observed_at", "passed", "definition")
    for when, number, *row in runs.order_by("pk").values_list("received_at", "id", *columns):
        day = when.astimezone(zone).date()
        last[row[0], row[1], day] = (when, number, Run, tuple(row))
    yield from last.values()
    ended = Revocation.objects.filter(runs_count=False, at__lte=now).order_by()
    for when, number, token in ended.values_list("at", "id", "token_id"):
        yield when, number, Revocation, (token,)


def _ever_at(places: Container[int], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return all rows of the objects that were at one of these places at any time."""
    ids = {row[3] for row in rows if row[4] in places}
    return [row for row in rows if row[3] in ids]
