"""The status of a gate, derived from facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_noop

from .reason import Reason, ngettext_noop


class Progress(StrEnum):
    """How far people say a gate is. What the board shows is its `Status`, derived from facts."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"


class Status(StrEnum):
    """What a gate is worth, derived from facts and never stored."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"
    BLOCKED = "blocked"


P0 = "P0"


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """What a rule needs to know of one piece of evidence: the last day on which it holds."""

    valid_until: date | None = None

    def is_current(self, today: date) -> bool:
        """Whether it still counts: no end is set, or the end is today or later."""
        return self.valid_until is None or self.valid_until >= today


@dataclass(frozen=True, slots=True)
class BlockerFact:
    """What a rule needs to know of one blocker."""

    needs: str
    waiting_on: str
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Everything a gate's status depends on."""

    progress: Progress
    evidence: Sequence[EvidenceFact] = ()
    blockers: Sequence[BlockerFact] = ()


@dataclass(frozen=True, slots=True)
class StatusResult:
    """A status and why it is that one."""

    status: Status
    reasons: tuple[Reason, ...]


def derive_status(facts: GateFacts, today: date) -> StatusResult:
    """The status of a gate on a day (DESIGN: "Status is derived, never stored").

    An unresolved blocker wins over everything; closed needs current evidence; expired proof
    drops the gate to partial by itself; a row forged closed without evidence reads open.
    """
    waiting = _blocking_reasons(facts.blockers)
    if waiting:
        return StatusResult(Status.BLOCKED, waiting)
    if facts.progress == Progress.CLOSED:
        return _closed_gate_status(facts.evidence, today)
    if facts.progress == Progress.PARTIAL:
        words = gettext_noop("partly there: not yet wired, measured or verified in production")
        return StatusResult(Status.PARTIAL, (Reason("partial", words),))
    words = gettext_noop("not started, or explicitly incomplete")
    return StatusResult(Status.OPEN, (Reason("open", words),))


def _closed_gate_status(evidence: Sequence[EvidenceFact], today: date) -> StatusResult:
    if not evidence:
        words = gettext_noop("marked closed, but no evidence is attached")
        return StatusResult(Status.OPEN, (Reason("closed_without_evidence", words),))
    current = sum(fact.is_current(today) for fact in evidence)
    if not current:
        return StatusResult(Status.PARTIAL, (_expired(evidence),))
    counting = ngettext_noop(
        "%(count)s piece of current evidence", "%(count)s pieces of current evidence"
    )
    return StatusResult(
        Status.CLOSED, (Reason("proven", **counting, count=current, values={"count": current}),)
    )


def _expired(evidence: Iterable[EvidenceFact]) -> Reason:
    newest = max(fact.valid_until for fact in evidence if fact.valid_until is not None)
    return Reason("expired", gettext_noop("evidence expired %(date)s"), {"date": newest})


def _blocking_reasons(blockers: Iterable[BlockerFact]) -> tuple[Reason, ...]:
    words = gettext_noop("waiting on %(owner)s: %(needs)s")
    return tuple(
        Reason("waiting", words, {"owner": blocker.waiting_on, "needs": blocker.needs})
        for blocker in blockers
        if not blocker.resolved
    )
