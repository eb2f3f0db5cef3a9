"""The news of the last seven days, one sentence a kind, derived from the rows of the board."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from gates.board.datetimes import days_before
from gates.board.rows import Board, GateRow
from gates.history.recent_events import NEWS_DAYS
from gates.models.check_rows import CheckRow, newest_runs
from gates.rules import CheckState, Status
from gates.rules.checks import check_state
from gates.rules.reason import Plural, Reason, ngettext_noop

MAX_NAMED_GATES = 12  # in one sentence; more gates are only counted


def weekly_news(
    board: Board,
    closed: set[int],
    reopened: set[int],
    rewritten: set[int],
    checks: Mapping[int, CheckState],
) -> list[Reason]:
    """Return the news of a board.

    Args:
        board: The board.
        closed: Ids of gates that were closed in the week by the history; asked where the gate's row
            does not say when.
        reopened: Ids of gates that were reopened in the week, which only the history knows. Those
            that are closed again, or are not on this board, are no news.
        rewritten: Ids of gates whose evidence was changed in the week while they were closed.
        checks: The state of each check a week ago, by check id.
    """
    since, until = days_before(board.until, NEWS_DAYS), board.until
    first_day = timezone.localdate(since)

    def is_new(moment: datetime | None) -> bool:
        return moment is not None and since <= moment <= until

    def was_closed(gate: GateRow) -> bool:
        return is_new(gate.closed_at) if gate.closed_at else gate.id in closed

    def has_expired(gate: GateRow) -> bool:
        expired = (proof for proof in gate.evidence if proof.has_expired)
        # What a check proves ends with its passes, which have a sentence of their own.
        ends = (proof.fact().last_day() for proof in expired if not proof.gate_check_id)
        return gate.progress == "closed" and any(end and end >= first_day for end in ends)

    def became_blocked(gate: GateRow) -> bool:
        return any(is_new(row.raised_at) for row in gate.unresolved_blockers())

    def was_unblocked(gate: GateRow) -> bool:
        resolved = any(is_new(row.resolved_at) for row in gate.blockers)
        return resolved and not gate.unresolved_blockers()

    def turned(state: CheckState) -> Callable[[GateRow], bool]:
        return lambda gate: any(
            check_state(check.fact(attached=False), board.day) == state != checks.get(check.id)
            for check in gate.checks
        )

    kinds: tuple[tuple[str, Plural, Callable[[GateRow], bool]], ...] = (
        (
            "news_closed",
            ngettext_noop("%(count)s gate closed", "%(count)s gates closed"),
            lambda gate: gate.status == Status.CLOSED and was_closed(gate),
        ),
        (
            "news_reopened",
            ngettext_noop("%(count)s gate reopened", "%(count)s gates reopened"),
            lambda gate: gate.id in reopened and gate.progress != "closed",
        ),
        (
            "news_rewritten",
            ngettext_noop(
                "The evidence of %(count)s closed gate was rewritten",
                "The evidence of %(count)s closed gates was rewritten",
            ),
            lambda gate: gate.id in rewritten,
        ),
        (
            "news_expired",
            ngettext_noop(
                "The evidence of %(count)s closed gate expired",
                "The evidence of %(count)s closed gates expired",
            ),
            has_expired,
        ),
        (
            "news_check_failed",
            ngettext_noop("A check of %(count)s gate failed", "Checks of %(count)s gates failed"),
            turned(CheckState.FAILED),
        ),
        (
            "news_check_stale",
            ngettext_noop(
                "A check of %(count)s gate went stale", "Checks of %(count)s gates went stale"
            ),
            turned(CheckState.STALE),
        ),
        (
            "news_check_green",
            ngettext_noop(
                "A check of %(count)s gate turned green", "Checks of %(count)s gates turned green"
            ),
            turned(CheckState.GREEN),
        ),
        (
            "news_blocked",
            ngettext_noop(
                "%(count)s gate became blocked",
                "%(count)s gates became blocked",
            ),
            became_blocked,
        ),
        (
            "news_resolved",
            ngettext_noop("%(count)s gate was unblocked", "%(count)s gates were unblocked"),
            was_unblocked,
        ),
        (
            "news_evidence",
            ngettext_noop("%(count)s gate got evidence", "%(count)s gates got evidence"),
            lambda gate: any(is_new(proof.recorded_at) for proof in gate.evidence),
        ),
    )
    news = (
        (code, message, [gate.code for gate in board.gates if is_news(gate)])
        for code, message, is_news in kinds
    )
    return [_news_reason(code, message, gates) for code, message, gates in news if gates]


def states_a_week_ago(board: Board) -> dict[int, CheckState]:
    """Return the state that each check had a week ago, as it is asked now. One query.

    None without checks.
    """
    checks: dict[int, CheckRow] = {c.id: c for gate in board.gates for c in gate.checks}
    if not checks:
        return {}
    since = days_before(board.until, NEWS_DAYS)
    newest = newest_runs(checks, as_of=since)
    then = {pk: replace(check, newest=newest.get(pk)) for pk, check in checks.items()}
    day = timezone.localdate(since)
    return {pk: check_state(check.fact(attached=False), day) for pk, check in then.items()}


def _news_reason(code: str, message: Plural, gates: list[str]) -> Reason:
    named = tuple(gates) if len(gates) <= MAX_NAMED_GATES else ()
    return Reason(code, **message, values={"count": len(gates)}, count=len(gates), gates=named)
