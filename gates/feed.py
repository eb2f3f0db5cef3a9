"""Everything recorded about every table, newest first, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from gates.history import Entry, Rows, stream
from gates.models import TRACKED, Action, Blocker, Claim, Evidence, Gate, Launch, Requirement

PER_PAGE = 50

KINDS = {model._meta.model_name: model for model in TRACKED}
OF_A_GATE = (Evidence, Blocker, Action, Requirement)


@dataclass(frozen=True, slots=True)
class FeedFilters:
    """What the feed is narrowed to; empty means everything."""

    person: str = ""
    gate: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the feed; `older` tells whether there is another one."""

    entries: list[Entry]
    number: int
    older: bool


def feed(filters: FeedFilters, number: int = 1) -> Page:
    """A page of the feed, counted from 1.

    Of each table only the newest rows are looked at, by index, and of each row only the one
    before it. So a page costs the same however long the history is, and later pages a little more.
    """
    start = (number - 1) * PER_PAGE
    gates = _gates_called(filters.gate) if filters.gate else None
    newest = [
        (when, table, history_id, before)
        for table, model in enumerate(TRACKED)
        for when, history_id, before in _newest(filters, model, gates, start + PER_PAGE + 1)
    ]
    chosen = sorted(newest, reverse=True, key=lambda row: row[:3])[start : start + PER_PAGE + 1]
    shown = chosen[:PER_PAGE]
    rows = []
    for table, model in enumerate(TRACKED):
        ids = {pk for _, at, *pair in shown if at == table for pk in pair}
        rows.append((model, list(model.history.filter(pk__in=ids).values()) if ids else []))
    told = {(entry.model, entry.history_id): entry for entry in stream(rows)}
    launches = _launches(rows)
    entries = []
    for _, at, pk, _ in shown:
        key = (TRACKED[at]._meta.model_name, pk)
        entries.append(replace(told[key], launch=launches.get(key, "")))
    return Page(entries, number, older=len(chosen) > PER_PAGE)


def _launches(rows: Sequence[Rows]) -> dict[tuple[Any, int], str]:
    """By model and history id, the launch that a row is about; empty where there is only one."""
    names = dict(Launch.objects.order_by().values_list("id", "name"))
    if len(names) < 2:
        return {}
    at: dict[tuple[str, Any], int] = {}
    for model, key in ((Gate, "gate_id"), (Claim, "claim_id")):
        ids = {row[key] for _, found in rows for row in found if row.get(key)}
        known = model.history.filter(id__in=ids).order_by("history_date", "history_id")
        at |= {(key, pk): launch for pk, launch in known.values_list("id", "launch_id")}
    found = {}
    for model, history in rows:
        for row in history:
            own = row["id"] if model is Launch else row.get("launch_id", 0)
            related = (at.get((key, row.get(key))) for key in ("gate_id", "claim_id"))
            launch = own or next(filter(None, related), 0)
            found[(model._meta.model_name, row["history_id"])] = names.get(launch, "")
    return found


def _newest(
    filters: FeedFilters, model: Any, gates: list[int] | None, how_many: int
) -> Iterable[tuple[datetime, int, int]]:
    """When, history id, and the history id of what stood before (0: nothing), newest first."""
    if filters.kind and KINDS.get(filters.kind) is not model:
        return []
    rows = model.history.order_by("-history_date", "-history_id")
    if filters.person:
        rows = rows.filter(history_user_name=filters.person)
    if filters.since:
        rows = rows.filter(history_date__gte=filters.since)
    if filters.until:
        rows = rows.filter(history_date__lte=filters.until)
    if gates is not None:
        if (ids := _of_gates(model, gates)) is None:
            return []
        rows = rows.filter(id__in=ids)
    keys: Iterable[tuple[datetime, int, int]] = rows.values_list(
        "history_date", "history_id", Coalesce(_before(model), 0)
    )[:how_many]
    return keys


def _before(model: Any) -> Subquery:
    """The newest earlier history row of the same object."""
    earlier = Q(history_date__lt=OuterRef("history_date")) | Q(
        history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id")
    )
    rows = model.history.filter(earlier, id=OuterRef("id"))
    return Subquery(rows.order_by("-history_date", "-history_id").values("history_id")[:1])


def _gates_called(code: str) -> list[int]:
    """The gates that have or had a code."""
    return list(Gate.history.filter(code=code).order_by().values_list("id", flat=True).distinct())


def _of_gates(model: Any, gates: list[int]) -> list[int] | None:
    """The objects that belong to some gates or ever did, before they moved; None: none can."""
    if model is Gate:
        return gates
    if model not in OF_A_GATE:
        return None
    rows = model.history.filter(gate_id__in=gates).order_by()
    return list(rows.values_list("id", flat=True).distinct())
