"""The audit log: the history of all tables, newest first, in pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Subquery

from gates.board.as_of import previous_rows
from gates.history.entries import Entry, merge_entries
from gates.history.names import HistoryRows, NamesOnRecord
from gates.models import (
    TRACKED,
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
)
from gates.rules.text import clean_code, clean_name, same_as

PER_PAGE = 50
LAST_PAGE = 1000  # later pages cost more; older entries are reached by date

KINDS = {model._meta.model_name: model for model in TRACKED}
GATE_MODELS = (Evidence, Blocker, Action, Check, Requirement)


@dataclass(frozen=True, slots=True)
class AuditLogFilters:
    """The filters of the audit log; an empty one matches everything.

    Attributes:
        person: A user name.
        gate: A code that the gate has or had, of any launch, or "launch/code".
        kind: A key of KINDS.
        since: The earliest moment, included.
        until: The latest moment, included.
    """

    person: str = ""
    gate: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLogPage:
    """One page of the audit log.

    Attributes:
        entries: The entries, newest first.
        number: The page, counted from 1.
        older: Whether a next page follows.
        until: On page LAST_PAGE, if there are older entries: the filter that shows them. They begin
            with the entries of that same moment, so none is left out, unless more entries than all
            pages hold share one moment.
    """

    entries: list[Entry]
    number: int
    older: bool
    until: datetime | None = None


def audit_log_page(filters: AuditLogFilters, number: int = 1) -> AuditLogPage:
    """Return a page of the audit log; a number beyond the last page means the last one.

    Of each table only the keys of the newest rows are read, by index. The row before is read only
    for rows that are shown. So the cost of a page does not depend on the length of the history;
    later pages cost a little more.
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
    by_key = {(entry.model, entry.history_id): entry for entry in merge_entries(rows)}
    launches = _launch_names(rows)
    entries = []
    for _, at, pk in shown:
        key = (TRACKED[at]._meta.model_name, pk)
        entries.append(replace(by_key[key], launch=launches.get(key, "")))
    older = len(newest) > number * PER_PAGE
    until = entries[-1].at if older and number == LAST_PAGE else None
    return AuditLogPage(entries, number, older=older and not until, until=until)


def _with_previous_rows(model: Any, keys: list[int]) -> list[dict[str, Any]]:
    """Return history rows by id, together with the row before each of the same object."""
    if not keys:
        return []
    rows = model.history.order_by()
    wanted = rows.filter(pk__in=keys)
    previous = Subquery(previous_rows(model).values("history_id")[:1])
    both = wanted.values("history_id").union(wanted.values(before=previous))
    return list(rows.filter(history_id__in=both).values())


def _launch_names(rows: Sequence[HistoryRows]) -> dict[tuple[Any, int], str]:
    """Return launch names by (model name, history id); empty where there is only one launch."""
    launches = set(Launch.objects.order_by().values_list("id", flat=True))
    if len(launches) < 2:
        return {}
    names = NamesOnRecord({Launch: launches})
    checks = {
        row["gate_check_id"] for model, history in rows if model is Condition for row in history
    }
    gate_of = dict(
        Check.history.filter(id__in=checks).order_by("history_id").values_list("id", "gate_id")
    )
    launch_of: dict[tuple[str, Any], int] = {}  # by (foreign key, id) of gate or claim
    for model, key in ((Gate, "gate_id"), (Claim, "claim_id")):
        ids = {row[key] for _, history in rows for row in history if row.get(key)}
        ids |= set(gate_of.values()) if model is Gate else set()
        past = model.history.filter(id__in=ids).order_by("history_id")
        launch_of |= {(key, pk): launch for pk, launch in past.values_list("id", "launch_id")}
    launch_names = {}
    for model, history in rows:
        for row in history:
            own = row["id"] if model is Launch else row.get("launch_id", 0)
            of_check = gate_of.get(row.get("gate_check_id", 0)) if model is Condition else None
            keys = {"gate_id": row.get("gate_id") or of_check, "claim_id": row.get("claim_id")}
            related = (launch_of.get(pair) for pair in keys.items())
            launch = own or next(filter(None, related), 0)
            if launch in launches:
                name = names.name(Launch, launch, row["history_date"])
                launch_names[(model._meta.model_name, row["history_id"])] = name
    return launch_names


def _newest_keys(
    filters: AuditLogFilters,
    model: Any,
    gates: list[int] | None,
    people: set[str],
    how_many: int,
) -> Iterable[tuple[datetime, int]]:
    """Yield (moment, history id) of the newest rows that pass the filters.

    A row that was written after a later moment of its object stands at that moment. Such rows are
    few and have an index of their own.
    """
    if filters.kind and KINDS.get(filters.kind) is not model:
        return
    rows = model.history.order_by("-history_date", "-history_id")
    if filters.person:
        rows = rows.filter(history_user_name__in=people)
    if filters.since:
        rows = rows.filter(history_date__gte=filters.since)
    if filters.until:
        rows = rows.filter(history_date__lte=filters.until)
    if gates is not None:
        if (ids := _object_ids_of_gates(model, gates)) is None:
            return
        rows = rows.filter(id__in=ids)
    yield from rows.filter(history_late=False).values_list("history_date", "history_id")[:how_many]
    latest = previous_rows(model).order_by("id", "-history_date").values("history_date")[:1]
    late = rows.filter(history_late=True).annotate(place=Subquery(latest))
    yield from late.order_by("-place", "-history_id").values_list("place", "history_id")[:how_many]


def _usernames_of(person: str) -> set[str]:
    """The names on record that a person means: an account's or an owner's, in any spelling."""
    own = same_as(person)
    accounts = get_user_model().objects.values_list("username", flat=True)
    owners = Owner.objects.exclude(user=None).values_list("name", "user__username")
    found = {name for name in accounts if same_as(name) == own}
    found |= {username for name, username in owners if same_as(name) == own}
    return found | {clean_name(person), clean_name(person).casefold()}


def _gate_ids_with_code(code: str) -> list[int]:
    """Return ids of the gates that have or had a code: "T8", or "launch/T8" for one launch."""
    slug, _slash, code = clean_name(code).rpartition("/")
    gates = Gate.history.filter(code=clean_code(code)).order_by()
    if slug:
        launches = Launch.history.filter(slug=slug.strip()).order_by()
        gates = gates.filter(launch_id__in=launches.values("id"))
    return list(gates.values_list("id", flat=True).distinct())


def _object_ids_of_gates(model: Any, gates: list[int]) -> list[int] | None:
    """Return ids of objects that belong or belonged to some gates; None if none of them can."""
    if model is Gate:
        return gates
    if model is Condition:
        checks = Check.history.filter(gate_id__in=gates).order_by()
        rows = Condition.history.filter(gate_check_id__in=checks.values("id")).order_by()
    elif model in GATE_MODELS:
        rows = model.history.filter(gate_id__in=gates).order_by()
    else:
        return None
    return list(rows.values_list("id", flat=True).distinct())
