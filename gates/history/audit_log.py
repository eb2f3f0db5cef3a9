"""Everything recorded about every table, newest first, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery

from gates.history.entries import Entry, HistoryRows, merge_entries
from gates.models import (
    TRACKED,
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
)
from gates.rules.text import clean_code, clean_name, same_as

PER_PAGE = 50
LAST_PAGE = 1000  # a page costs more the later it is; what is older is asked for by time

KINDS = {model._meta.model_name: model for model in TRACKED}
OF_A_GATE = (Evidence, Blocker, Action, Requirement)


@dataclass(frozen=True, slots=True)
class AuditLogFilters:
    """What the feed is narrowed to; empty means everything."""

    person: str = ""
    gate: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLogPage:
    """One page of the feed; `older` tells whether there is another one.

    After the last page that is counted there may be more: everything up to the moment `until`,
    which begins with what has that very moment, so nothing is left out in between, unless more
    than all these pages hold has one and the same moment.
    """

    entries: list[Entry]
    number: int
    older: bool
    until: datetime | None = None


def audit_log_page(filters: AuditLogFilters, number: int = 1) -> AuditLogPage:
    """A page of the feed, counted from 1; a number beyond the last page means the last one.

    Of each table only the keys of the newest rows are looked at, by index, and the row before only
    of those that are shown. So a page costs the same however long the history is, and later pages
    a little more.
    """
    end = min(number, LAST_PAGE) * PER_PAGE
    gates = _gate_ids_with_code(filters.gate) if filters.gate else None
    people = _usernames_of(filters.person) if filters.person else set()
    newest = sorted(
        (
            (when, table, history_id)
            for table, model in enumerate(TRACKED)
            for when, history_id in _newest_keys(filters, model, gates, people, end + 1)
        ),
        reverse=True,
    )
    number = max(1, -(-min(end, len(newest)) // PER_PAGE))
    shown = newest[(number - 1) * PER_PAGE : number * PER_PAGE]
    rows = [
        (model, _with_previous_rows(model, [pk for _, at, pk in shown if at == table]))
        for table, model in enumerate(TRACKED)
    ]
    told = {(entry.model, entry.history_id): entry for entry in merge_entries(rows)}
    launches = _launch_names(rows)
    entries = []
    for _, at, pk in shown:
        key = (TRACKED[at]._meta.model_name, pk)
        entries.append(replace(told[key], launch=launches.get(key, "")))
    older = len(newest) > number * PER_PAGE
    until = entries[-1].at if older and number == LAST_PAGE else None
    return AuditLogPage(entries, number, older=older and not until, until=until)


def _with_previous_rows(model: Any, keys: list[int]) -> list[dict[str, Any]]:
    """History rows by key, and of each the newest earlier row of the same object."""
    if not keys:
        return []
    rows = model.history.order_by()
    asked = rows.filter(pk__in=keys)
    both = asked.values("history_id").union(asked.values(before=_previous_row_id(model)))
    return list(rows.filter(history_id__in=both).values())


def _launch_names(rows: Sequence[HistoryRows]) -> dict[tuple[Any, int], str]:
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


def _newest_keys(
    filters: AuditLogFilters,
    model: Any,
    gates: list[int] | None,
    people: set[str],
    how_many: int,
) -> Iterable[tuple[datetime, int]]:
    """When and history id, newest first."""
    if filters.kind and KINDS.get(filters.kind) is not model:
        return []
    rows = model.history.order_by("-history_date", "-history_id")
    if filters.person:
        rows = rows.filter(history_user_name__in=people)
    if filters.since:
        rows = rows.filter(history_date__gte=filters.since)
    if filters.until:
        rows = rows.filter(history_date__lte=filters.until)
    if gates is not None:
        if (ids := _object_ids_of_gates(model, gates)) is None:
            return []
        rows = rows.filter(id__in=ids)
    keys: Iterable[tuple[datetime, int]] = rows.values_list("history_date", "history_id")[:how_many]
    return keys


def _previous_row_id(model: Any) -> Subquery:
    """The newest earlier history row of the same object."""
    earlier = Q(history_date__lt=OuterRef("history_date")) | Q(
        history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id")
    )
    rows = model.history.filter(earlier, id=OuterRef("id"))
    return Subquery(rows.order_by("-history_date", "-history_id").values("history_id")[:1])


def _usernames_of(person: str) -> set[str]:
    """The names on record that a person means: an account's or an owner's, in any spelling."""
    own = same_as(person)
    accounts = get_user_model().objects.values_list("username", flat=True)
    owners = Owner.objects.exclude(user=None).values_list("name", "user__username")
    found = {name for name in accounts if same_as(name) == own}
    found |= {username for name, username in owners if same_as(name) == own}
    return found | {clean_name(person), clean_name(person).casefold()}


def _gate_ids_with_code(code: str) -> list[int]:
    """The gates that have or had a code."""
    code = clean_code(code.rpartition("/")[2])
    return list(Gate.history.filter(code=code).order_by().values_list("id", flat=True).distinct())


def _object_ids_of_gates(model: Any, gates: list[int]) -> list[int] | None:
    """The objects that belong to some gates or ever did, before they moved; None: none can."""
    if model is Gate:
        return gates
    if model not in OF_A_GATE:
        return None
    rows = model.history.filter(gate_id__in=gates).order_by()
    return list(rows.values_list("id", flat=True).distinct())
