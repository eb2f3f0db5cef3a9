"""Recent events that only the history knows: changed claims, reopened gates, imports.

The database compares each row of the span with the row before it and returns only changes: a busy
week has thousands of history rows. The cost does not grow with the history before the span.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from gates.board.as_of import object_rows, previous_rows
from gates.board.datetimes import days_before
from gates.history.check_notices import CheckEvent, check_notices
from gates.history.origin import ORIGIN_COLUMNS, Origin
from gates.models import Check, Claim, Condition, Evidence, Gate, Import, Launch, Requirement
from gates.models.launch import TAKEN_OVER_FROM

NEWS_DAYS = 7
RULE_NOTICE_DAYS = 14
ONE_STEP = timedelta(minutes=5)  # in which a launch is made from the one before

# How the database puts the columns of `ClaimState` into one value, so that a claim's previous row
# is looked up once and compared as a whole.
CLAIM_STATE = JSONObject(
    slug="slug", launch_id="launch_id", min_closed="min_closed", requires_p0="requires_p0"
)


class ClaimState(NamedTuple):
    """The columns of a claim that make its rule, and where it stands."""

    slug: str
    launch_id: int
    min_closed: int | None
    requires_p0: bool


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """A claim was added or deleted, or its rule, slug or launch changed.

    Attributes:
        claim: The claim's name in this row.
        old: Its state in the row before; None where there is none.
        new: Its state in this row.
    """

    origin: Origin
    claim: str
    old: ClaimState | None
    new: ClaimState


@dataclass(frozen=True, slots=True)
class RequirementEvent:
    """A claim began or ceased to require a gate.

    Attributes:
        claim: The claim's name at the moment shown.
        gate: The gate's code at the moment shown; "#<id>" where it has none.
        on_board: Whether the gate has a page at the moment shown.
    """

    origin: Origin
    claim: str
    gate: str
    on_board: bool


@dataclass(frozen=True, slots=True)
class RecentEvents:
    """The events of one launch up to a moment, in no order.

    Attributes:
        claims: Changed claims of the last `RULE_NOTICE_DAYS`.
        requirements: Changed requirements of the last `RULE_NOTICE_DAYS`.
        checks: Edits of checks in the last `RULE_NOTICE_DAYS`.
        closed: Ids of gates that were marked closed in the last `NEWS_DAYS`, for those whose row
            does not say when; not those that the launch's first document closed. Of any launch.
        reopened: Ids of gates that ceased to be marked closed in the last `NEWS_DAYS`. They are of
            any launch and may be closed again or deleted.
        rewritten: Ids of gates whose evidence changed in the last `NEWS_DAYS` while they were
            marked closed. They are of any launch.
        imports: The imports of the last `RULE_NOTICE_DAYS`, oldest first.
    """

    claims: list[ClaimEvent]
    requirements: list[RequirementEvent]
    checks: list[CheckEvent]
    closed: set[int]
    reopened: set[int]
    rewritten: set[int]
    imports: list[Import]


def recent_events(launch_id: int, now: datetime) -> RecentEvents:
    """Return the recent events of a launch up to a moment.

    In four queries; claims and requirements take one more each if they changed, checks four, a
    new launch one. Mostly they did not, and Django takes longer to build those queries than the
    database to answer them.
    """
    notices = (days_before(now, RULE_NOTICE_DAYS), now)
    news = (days_before(now, NEWS_DAYS), now)
    imports = Import.objects.filter(launch_id=launch_id, at__range=notices).order_by("at", "pk")
    closed, reopened = _decided_gates(launch_id, news)
    edited = _rule_row_ids(launch_id, notices)
    return RecentEvents(
        claims=_claim_events(launch_id, edited[Claim]),
        requirements=_requirement_events(launch_id, edited[Requirement], now),
        checks=check_notices(launch_id, notices, edited[Check], edited[Condition]),
        closed=closed,
        reopened=reopened,
        rewritten=_gates_with_rewritten_evidence(news),
        imports=list(imports),
    )


def _claim_events(launch_id: int, row_ids: list[int]) -> list[ClaimEvent]:
    if not row_ids:
        return []
    previous = previous_rows(Claim).values(state=CLAIM_STATE)[:1]
    rows = (
        Claim.history.filter(history_id__in=row_ids)
        .order_by()
        .annotate(new=CLAIM_STATE, old=Subquery(previous))
        .filter(~Q(history_type="~") | ~Q(old=F("new")))
        .values_list(*ORIGIN_COLUMNS, "name", "old", "new")
    )
    events = [
        ClaimEvent(Origin(*origin), name, _claim_state(old), ClaimState(**new))
        for *origin, name, old, new in rows
    ]
    # Here, because in SQL it would look up the previous row once more.
    return [
        event
        for event in events
        if event.new.launch_id == launch_id or (event.old and event.old.launch_id == launch_id)
    ]


def _claim_state(values: dict[str, Any] | None) -> ClaimState | None:
    return ClaimState(**values) if values else None


def _requirement_events(
    launch_id: int, row_ids: list[int], now: datetime
) -> list[RequirementEvent]:
    if not row_ids:
        return []
    rows = (
        Requirement.history.filter(history_id__in=row_ids)
        .exclude(history_type="~")
        .order_by()
        .annotate(
            claim_then=_row_in_force(Claim, "claim_id", "name", now),
            gate_then=_row_in_force(Gate, "gate_id", "code", now),
        )
        .values_list(*ORIGIN_COLUMNS, "gate_id", "claim_then", "gate_then")
    )
    return [
        RequirementEvent(
            origin=Origin(*origin),
            claim=claim["name"],
            gate=gate["name"] if gate else f"#{gate_id}",
            on_board=_is_of_launch(gate, launch_id),
        )
        for *origin, gate_id, claim, gate in rows
        if _is_of_launch(claim, launch_id)
    ]


def _is_of_launch(row: dict[str, Any] | None, launch_id: int) -> bool:
    return row is not None and row["launch_id"] == launch_id and row.get("kind") != "-"


def _decided_gates(launch_id: int, span: tuple[datetime, datetime]) -> tuple[set[int], set[int]]:
    """Return the ids of the gates that were closed, and of those that were reopened."""
    rows = Gate.history.filter(history_type="~", history_date__range=span).order_by()
    previous = Subquery(previous_rows(Gate).values("progress")[:1])
    decided = rows.alias(was=previous).exclude(was=F("progress"))
    decided = decided.filter(Q(progress="closed") | Q(was="closed"))
    found = list(decided.values_list("id", "progress", "history_import"))
    first: set[str] = set()
    if any(progress == "closed" and sha256 for _, progress, sha256 in found):
        first = _first_documents(launch_id)
    closed = {pk for pk, progress, sha256 in found if progress == "closed" and sha256 not in first}
    return closed, {pk for pk, progress, _ in found if progress != "closed"}


def _first_documents(launch_id: int) -> set[str]:
    """Return the documents that made the launch; what they bring is no news."""
    made = Launch.history.filter(id=launch_id, history_type="+", history_import__isnull=False)
    return set(made.values_list("history_import", flat=True))


def _gates_with_rewritten_evidence(span: tuple[datetime, datetime]) -> set[int]:
    # Deleted beside other evidence is rewritten too.
    rows = Evidence.history.exclude(history_type="+").filter(history_date__range=span).order_by()
    gate_then = object_rows(Gate, "gate_id").filter(history_date__lte=OuterRef("history_date"))
    of_closed = rows.alias(was=Subquery(gate_then.values("progress")[:1])).filter(was="closed")
    return set(of_closed.values_list("gate_id", flat=True).distinct())


RULE_MODELS: tuple[Any, ...] = (Claim, Requirement, Check, Condition)


def _rule_row_ids(launch_id: int, span: tuple[datetime, datetime]) -> dict[Any, list[int]]:
    """Return by model the ids of the history rows of a span, but not of what came with the launch.

    The document that made the launch, or the launch before, brings its claims and checks; they are
    no news.
    """
    columns = ("history_id", "history_type", "history_import", "history_date")
    first_model, *others = (
        model.history.filter(history_date__range=span)
        .order_by()
        .values_list(Value(number), *columns, "history_change_reason")
        for number, model in enumerate(RULE_MODELS)
    )
    found = list(first_model.union(*others, all=True))
    first: set[str] = set()
    if any(kind == "+" and sha256 for _, _, kind, sha256, *_ in found):
        first = _first_documents(launch_id)
    came = _came_with(launch_id, found)
    row_ids: dict[Any, list[int]] = {model: [] for model in RULE_MODELS}
    for number, row_id, kind, sha256, *_ in found:
        if (kind != "+" or sha256 not in first) and (number, row_id) not in came:
            row_ids[RULE_MODELS[number]].append(row_id)
    return row_ids


def _came_with(launch_id: int, rows: list[Any]) -> set[tuple[int, int]]:
    """Return which added rows came with the launch from the one before, in the same step.

    As (number of the model, id of the history row).
    """
    taken_over = [
        (number, row_id, at, reason)
        for number, row_id, kind, _sha256, at, reason in rows
        if kind == "+" and (reason or "").startswith(TAKEN_OVER_FROM)
    ]
    if not taken_over:
        return set()
    made = Launch.history.filter(id=launch_id, history_type="+").order_by("history_id")
    start = made.values_list("history_date", "history_change_reason").first()
    if start is None:
        return set()
    until = start[0] + ONE_STEP
    return {
        (number, row_id)
        for number, row_id, at, reason in taken_over
        if reason == start[1] and start[0] <= at <= until
    }


def _row_in_force(model: Any, reference: str, name: str, now: datetime) -> Coalesce:
    """Return the name, launch and kind of the row that a column refers to, as they were `now`.

    Rows that came by `loaddata` have no history; they are as their table has them, without kind.
    """
    past = object_rows(model, reference).filter(history_date__lte=now)
    recorded = Exists(model.history.filter(id=OuterRef("id")))
    unrecorded = model.objects.filter(~recorded, id=OuterRef(reference)).order_by()
    columns = {"name": name, "launch_id": "launch_id"}
    return Coalesce(
        Subquery(past.values(row=JSONObject(**columns, kind="history_type"))[:1]),
        Subquery(unrecorded.values(row=JSONObject(**columns))[:1]),
    )
