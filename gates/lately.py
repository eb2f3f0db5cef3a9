"""What happened lately, for the first screen: the week's news, and claims that were changed.

Most of it the rows on the board say themselves. What they no longer tell (a gate that was
reopened, a rule that was another) comes from the history, in one query over its tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import IntegerField, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast
from django.utils import timezone

from gates.models import Claim, Gate, Import, Launch, Requirement
from gates.reasons import Plural, Reason, gettext_noop, ngettext_noop
from gates.rows import Board, GateRow
from gates.rules import Status

WEEK = timedelta(days=7)
RULES_SHOWN_FOR = timedelta(days=14)
NAMED_AT_MOST = 12  # gates in one sentence; of more there is only the number

TOLD = (
    "history_date",
    "history_type",
    "history_user_name",
    "history_change_reason",
    "history_import",
)
NO_NAME = Value("")
NO_NUMBER = Value(None, IntegerField())


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changed in a claim's rule, by whom or by which document, when and why."""

    reason: Reason
    by: str
    at: datetime
    why: str
    document: str = ""


class Event(NamedTuple):
    """One history row (a claim's, a required gate's, a reopened gate's), or an import.

    `why` is the reason, and of an import the document's name.
    """

    what: str
    at: datetime
    kind: str
    by: str
    why: str | None
    sha256: str | None
    claim: str
    gate: str
    slug_was: str | None
    slug: str
    launch_was: int | None
    launch: int | None
    least_was: int | None
    least: int | None
    p0_was: int | None
    p0: int | None


@dataclass(frozen=True, slots=True)
class Lately:
    """The news of the last seven days, a sentence a kind, and the claims that were changed."""

    news: list[Reason]
    rules: list[RuleChange]


def lately(board: Board) -> Lately:
    """What happened on a board in the days before the moment that it shows.

    A changed claim stands for 14 days, newest first; the next import ends the notice. What an
    import changed itself stands as long: a document is the easiest way to lower the bar.
    """
    events = _events(board.launch.id, board.as_of)
    imports = sorted((e for e in events if e.what == "import"), key=lambda event: event.at)
    rules = []
    for event in events:
        since = [found for found in imports if found.at >= event.at]
        own = next((found for found in since if found.sha256 == event.sha256), None)
        if any(found is not own for found in since):
            continue
        document = (own.why or "") if own else ""
        why = "" if own else event.why or ""
        rules += [
            RuleChange(reason, event.by, event.at, why, document)
            for reason in _changed_rules(event, board.launch.id)
        ]
    return Lately(
        news=_news(board, {event.gate for event in events if event.what == "gate"}),
        rules=sorted(rules, key=lambda change: change.at, reverse=True),
    )


def last_import(launch_id: int, until: datetime) -> datetime | None:
    """When a document was last brought onto the launch's board; None where none was."""
    found = Import.objects.filter(launch_id=launch_id, at__lte=until).aggregate(last=Max("at"))
    last: datetime | None = found["last"]
    return last


# --- what the rows on the board say themselves ---------------------------------------------


def _news(board: Board, reopened: set[str]) -> list[Reason]:
    since, until = board.as_of - WEEK, board.as_of

    def new(moment: datetime | None) -> bool:
        return moment is not None and since <= moment <= until

    def ran_out(gate: GateRow) -> bool:
        ends = (proof.valid_until for proof in gate.evidence if not proof.is_current)
        first_day = timezone.localdate(since)
        return gate.progress == "closed" and any(end and end >= first_day for end in ends)

    kinds: tuple[tuple[str, Plural, Callable[[GateRow], bool]], ...] = (
        (
            "news_closed",
            ngettext_noop("%(count)s gate closed", "%(count)s gates closed"),
            lambda gate: gate.status == Status.CLOSED and new(gate.closed_at),
        ),
        (
            "news_reopened",
            ngettext_noop("%(count)s gate reopened", "%(count)s gates reopened"),
            lambda gate: gate.code in reopened and gate.progress != "closed",
        ),
        (
            "news_expired",
            ngettext_noop(
                "The evidence of %(count)s closed gate ran out",
                "The evidence of %(count)s closed gates ran out",
            ),
            ran_out,
        ),
        (
            "news_blocked",
            ngettext_noop(
                "%(count)s gate began to wait for somebody",
                "%(count)s gates began to wait for somebody",
            ),
            lambda gate: any(new(row.raised_at) for row in gate.unresolved_blockers()),
        ),
        (
            "news_resolved",
            ngettext_noop(
                "%(count)s gate got what it waited for", "%(count)s gates got what they waited for"
            ),
            lambda gate: any(new(row.resolved_at) for row in gate.blockers),
        ),
        (
            "news_evidence",
            ngettext_noop("%(count)s gate got evidence", "%(count)s gates got evidence"),
            lambda gate: any(new(proof.recorded_at) for proof in gate.evidence),
        ),
    )
    return [
        _counted(code, words, [gate.code for gate in board.gates if is_news(gate)])
        for code, words, is_news in kinds
        if any(map(is_news, board.gates))
    ]


def _counted(code: str, words: Plural, gates: list[str]) -> Reason:
    named = tuple(gates) if len(gates) <= NAMED_AT_MOST else ()
    return Reason(code, **words, values={"count": len(gates)}, count=len(gates), gates=named)


# --- what only the history knows -----------------------------------------------------------


def _events(launch_id: int, now: datetime) -> list[Event]:
    """Claims changed, gates reopened and the imports, up to a moment; one query."""
    fortnight, week = (now - RULES_SHOWN_FOR, now), (now - WEEK, now)
    # The document that made the launch brings its claims; they are not news.
    made_by = Launch.history.filter(id=launch_id, history_type="+", history_import__isnull=False)
    from_start = Q(history_type="+", history_import__in=made_by.values("history_import"))
    claims = (
        Claim.history.filter(history_date__range=fortnight)
        .exclude(from_start)
        .alias(launch_was=_before(Claim, "launch_id"))
        .filter(Q(launch_id=launch_id) | Q(launch_was=launch_id))
        .values_list(
            Value("claim"),
            *TOLD,
            "name",
            NO_NAME,
            _before(Claim, "slug"),
            "slug",
            _before(Claim, "launch_id"),
            "launch_id",
            _before(Claim, "min_closed"),
            "min_closed",
            Cast(_before(Claim, "requires_p0"), IntegerField()),
            Cast("requires_p0", IntegerField()),
        )
    )
    required = (
        Requirement.history.filter(claim__launch_id=launch_id, history_date__range=fortnight)
        .exclude(from_start)
        .values_list(
            Value("requirement"),
            *TOLD,
            "claim__name",
            "gate__code",
            *[NO_NAME] * 2,
            *[NO_NUMBER] * 6,
        )
    )
    reopened = (
        Gate.history.filter(launch_id=launch_id, history_date__range=week, history_type="~")
        .exclude(progress="closed")
        .alias(was=_before(Gate, "progress"))
        .filter(was="closed")
        .values_list(Value("gate"), *TOLD, NO_NAME, "code", *[NO_NAME] * 2, *[NO_NUMBER] * 6)
    )
    imports = Import.objects.filter(launch_id=launch_id, at__range=fortnight).values_list(
        Value("import"),
        "at",
        *[NO_NAME] * 2,
        "document",
        "sha256",
        *[NO_NAME] * 4,
        *[NO_NUMBER] * 6,
    )
    parts = [rows.order_by() for rows in (claims, required, reopened, imports)]
    return [Event(*row) for row in parts[0].union(*parts[1:], all=True)]


def _before(model: Any, column: str) -> Subquery:
    """What a history row's object said just before that row."""
    earlier = Q(history_date__lt=OuterRef("history_date")) | Q(
        history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id")
    )
    rows = model.history.filter(earlier, id=OuterRef("id"))
    return Subquery(rows.order_by("-history_date", "-history_id").values(column)[:1])


def _changed_rules(event: Event, launch_id: int) -> list[Reason]:
    """How a claim differs from what it was, in sentences; of a new claim, that it is."""
    values = {"claim": event.claim, "old": event.least_was, "new": event.least}
    match event.what, event.kind:
        case "requirement", "+":
            words = gettext_noop("%(claim)s: requires %(gates)s now")
            return [Reason("gate_required", words, values, gates=(event.gate,))]
        case "requirement", "-":
            words = gettext_noop("%(claim)s: no longer requires %(gates)s")
            return [Reason("gate_not_required", words, values, gates=(event.gate,))]
        case "claim", "+":
            return [Reason("claim_added", gettext_noop("New claim: %(claim)s"), values)]
        case "claim", "-":
            return [Reason("claim_removed", gettext_noop("Claim removed: %(claim)s"), values)]
        case "claim", "~" if event.launch != launch_id:
            words = gettext_noop("Claim moved to another launch: %(claim)s")
            return [Reason("claim_moved_away", words, values)]
        case "claim", "~" if event.p0_was is not None:  # else on record only from here
            return _changed_rule(event, values)
    return []


def _changed_rule(event: Event, values: Mapping[str, Any]) -> list[Reason]:
    found = []
    if event.launch_was != event.launch:
        words = gettext_noop("Claim moved here from another launch: %(claim)s")
        found.append(Reason("claim_moved_here", words, values))
    if event.slug_was != event.slug:
        words = gettext_noop("%(claim)s: goes by “%(new)s” now, no longer by “%(old)s”")
        slugs = {**values, "old": event.slug_was, "new": event.slug}
        found.append(Reason("claim_slug_changed", words, slugs))
    if event.least_was != event.least:
        found.append(Reason("threshold_changed", _of_threshold(event), values))
    if event.p0_was and not event.p0:
        words = gettext_noop("%(claim)s: no longer asks for all P0 gates")
        found.append(Reason("p0_dropped", words, values))
    elif event.p0 and not event.p0_was:
        words = gettext_noop("%(claim)s: asks for all P0 gates now")
        found.append(Reason("p0_asked", words, values))
    return found


def _of_threshold(event: Event) -> str:
    if event.least is None:
        return gettext_noop("%(claim)s: the threshold of %(old)s was taken away")
    if event.least_was is None:
        return gettext_noop("%(claim)s: a threshold of %(new)s was set")
    if event.least < event.least_was:
        return gettext_noop("%(claim)s: threshold lowered from %(old)s to %(new)s")
    return gettext_noop("%(claim)s: threshold raised from %(old)s to %(new)s")
