"""What happened lately, for the first screen: the week's news, and rules changed by hand.

Most of it the rows on the board say themselves. What they no longer tell (a gate that was
reopened, a rule that was another) comes from the history, in one query over its tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from gates.models import Gate
from gates.moments import days_before
from gates.reasons import Plural, Reason, gettext_noop, ngettext_noop
from gates.rows import Board, GateRow
from gates.rules import Status

WEEK = 7  # days
RULES_SHOWN_FOR = 14
NAMED_AT_MOST = 12  # gates in one sentence; of more there is only the number


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changed in a claim's rule, by whom, when and why."""

    reason: Reason
    by: str
    at: datetime
    why: str


class Event(NamedTuple):
    """One history row: a claim's, a required gate's, a reopened gate's, or the last import."""

    what: str
    at: datetime
    kind: str
    by: str
    why: str | None
    claim: str
    gate: str
    least_was: int | None
    least: int | None
    p0_was: int | None
    p0: int | None


@dataclass(frozen=True, slots=True)
class Lately:
    """The news of the last seven days, a sentence a kind, and the rules changed by hand."""

    news: list[Reason]
    rules: list[RuleChange]


def lately(board: Board) -> Lately:
    """What happened on a board in the days before the moment that it shows.

    A changed rule stands for 14 days, newest first; an import since then ends the notice.
    """
    events = _events(board.launch.id, board.as_of)
    imported = next((event.at for event in events if event.what == "import"), None)
    rules = [
        RuleChange(reason, event.by, event.at, event.why or "")
        for event in events
        if imported is None or event.at > imported
        for reason in _changed_rules(event)
    ]
    return Lately(
        news=_news(board, {event.gate for event in events if event.what == "gate"}),
        rules=sorted(rules, key=lambda change: change.at, reverse=True),
    )


def last_import(launch_id: int, until: datetime) -> datetime | None:
    """When a document last changed the launch's gates; None where none did."""
    rows = Gate.history.filter(launch_id=launch_id, history_date__lte=until)
    rows = rows.filter(history_import__isnull=False).order_by()
    found: datetime | None = rows.aggregate(last=Max("history_date"))["last"]
    return found


# --- what the rows on the board say themselves ---------------------------------------------


def _news(board: Board, reopened: set[str]) -> list[Reason]:
    since, until = days_before(board.as_of, WEEK), board.as_of
    first_day = timezone.localdate(since)

    def new(moment: datetime | None) -> bool:
        return moment is not None and since <= moment <= until

    def ran_out(gate: GateRow) -> bool:
        ends = (proof.valid_until for proof in gate.evidence if not proof.is_current)
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


# Everything that the news and the notices need, in one flat statement: built by hand, because
# putting it together takes the ORM longer than all that the page asks besides. "was" is what the
# same object said just before.
WAS = """(
    SELECT old.{column} FROM {table} old
    WHERE old.id = new.id AND (old.history_date < new.history_date
        OR old.history_date = new.history_date AND old.history_id < new.history_id)
    ORDER BY old.history_date DESC, old.history_id DESC LIMIT 1
)"""
TOLD = "new.history_date, new.history_type, new.history_user_name, new.history_change_reason"
CLAIM_WAS = {
    column: WAS.format(column=column, table="gates_historicalclaim")
    for column in ("min_closed", "requires_p0")
}
GATE_WAS = WAS.format(column="progress", table="gates_historicalgate")
EVENTS = f"""
    SELECT 'claim', {TOLD}, new.name, '', {CLAIM_WAS["min_closed"]}, new.min_closed,
        {CLAIM_WAS["requires_p0"]}, new.requires_p0
    FROM gates_historicalclaim new
    WHERE new.launch_id = %(launch)s AND new.history_import IS NULL
        AND new.history_date BETWEEN %(fortnight)s AND %(now)s
    UNION ALL
    SELECT 'requirement', {TOLD}, claim.name, gate.code, NULL, NULL, NULL, NULL
    FROM gates_historicalrequirement new
    JOIN gates_claim claim ON claim.id = new.claim_id
    LEFT JOIN gates_gate gate ON gate.id = new.gate_id
    WHERE claim.launch_id = %(launch)s AND new.history_import IS NULL
        AND new.history_date BETWEEN %(fortnight)s AND %(now)s
    UNION ALL
    SELECT 'gate', {TOLD}, '', new.code, NULL, NULL, NULL, NULL
    FROM gates_historicalgate new
    WHERE new.launch_id = %(launch)s AND new.history_type = '~' AND new.progress <> 'closed'
        AND new.history_date BETWEEN %(week)s AND %(now)s AND {GATE_WAS} = 'closed'
    UNION ALL
    SELECT 'import', MAX(new.history_date), '', '', NULL, '', '', NULL, NULL, NULL, NULL
    FROM gates_historicalgate new
    WHERE new.launch_id = %(launch)s AND new.history_import IS NOT NULL
        AND new.history_date BETWEEN %(fortnight)s AND %(now)s
    HAVING MAX(new.history_date) IS NOT NULL
"""  # noqa: S608  made of its own constants


def _events(launch_id: int, now: datetime) -> list[Event]:
    """Rules changed by hand, gates reopened and the last import, up to a moment; one query."""
    moments = {
        "fortnight": days_before(now, RULES_SHOWN_FOR),
        "week": days_before(now, WEEK),
        "now": now,
    }
    asked = {name: connection.ops.adapt_datetimefield_value(at) for name, at in moments.items()}
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, {**asked, "launch": launch_id})
        return [Event(what, _moment(at), *told) for what, at, *told in cursor.fetchall()]


def _moment(value: Any) -> datetime:
    """A moment as a driver hands it out; SQLite's have no zone and mean UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)


def _changed_rules(event: Event) -> list[Reason]:
    """How a claim's rule differs from what it was, in sentences; of a new claim, that it is."""
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
        case "claim", "~" if event.p0_was is not None:  # else on record only from here
            return _changed_rule(event, values)
    return []


def _changed_rule(event: Event, values: Mapping[str, Any]) -> list[Reason]:
    found = []
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
