"""The news of the last seven days, a sentence a kind, from what the rows on the board say."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from gates.board.datetimes import days_before
from gates.board.rows import Board, GateRow
from gates.history.recent_events import NEWS_DAYS
from gates.rules import Status
from gates.rules.reason import Plural, Reason, ngettext_noop

MAX_NAMED_GATES = 12  # gates in one sentence; of more there is only the number


def weekly_news(
    board: Board, were_closed: set[int | None], rewritten: set[int | None]
) -> list[Reason]:
    """What is new on a board.

    Only history knows the ids of gates that were closed at some time of the week (`were_closed`)
    and of those whose evidence was changed while they were (`rewritten`).
    """
    since, until = days_before(board.until, NEWS_DAYS), board.until
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
            lambda gate: gate.id in were_closed and gate.progress != "closed",
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
    found = (
        (code, words, [g.code for g in board.gates if is_news(g)]) for code, words, is_news in kinds
    )
    return [_news_reason(code, words, gates) for code, words, gates in found if gates]


def _news_reason(code: str, words: Plural, gates: list[str]) -> Reason:
    named = tuple(gates) if len(gates) <= MAX_NAMED_GATES else ()
    return Reason(code, **words, values={"count": len(gates)}, count=len(gates), gates=named)
