"""Everything recorded about every table, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value

from gates.history import Entry, stream
from gates.models import TRACKED, Action, Blocker, Evidence, Gate

PER_PAGE = 50

KINDS = {model._meta.model_name: model for model in TRACKED}
OF_A_GATE = (Evidence, Blocker, Action)


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

    One query over all history tables finds the page's rows; then one a table reads the objects
    they belong to, for what stood before. So the number of queries is the same on every page.
    """
    start = (number - 1) * PER_PAGE
    chosen = list(_newest(filters)[start : start + PER_PAGE + 1])
    shown = chosen[:PER_PAGE]
    rows = []
    for table, model in enumerate(TRACKED):
        ids = {pk for _, _, at, pk in shown if at == table}
        rows.append((model, list(model.history.filter(id__in=ids).values()) if ids else []))
    told = {(entry.model, entry.history_id): entry for entry in stream(rows)}
    entries = [told[(TRACKED[at]._meta.model_name, number)] for _, number, at, _ in shown]
    return Page(entries, number, older=len(chosen) > PER_PAGE)


def _newest(filters: FeedFilters) -> QuerySet[Any, tuple[Any, ...]]:
    """When, history id, table and object of every row that the filters leave, newest first."""
    found = []
    for table, model in enumerate(TRACKED):
        rows = model.history.order_by()
        if filters.kind and KINDS.get(filters.kind) is not model:
            rows = rows.none()
        if filters.person:
            rows = rows.filter(history_user_name=filters.person)
        if filters.since:
            rows = rows.filter(history_date__gte=filters.since)
        if filters.until:
            rows = rows.filter(history_date__lte=filters.until)
        if filters.gate:
            rows = _of_gate(rows, model, filters.gate)
        keys = rows.annotate(at=Value(table))
        found.append(keys.values_list("history_date", "history_id", "at", "id"))
    union: QuerySet[Any, tuple[Any, ...]] = found[0].union(*found[1:], all=True)
    return union.order_by("-history_date", "-at", "-history_id")


def _of_gate(rows: Any, model: Any, code: str) -> Any:
    if model is Gate:
        return rows.filter(code=code)
    if model in OF_A_GATE:
        return rows.filter(gate_id__in=Gate.history.filter(code=code).values("id"))
    return rows.none()
