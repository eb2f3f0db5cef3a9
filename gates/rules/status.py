"""The status of a gate, derived from its facts and never stored (docs/decisions.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop

from .checks import CheckFact, are_all_green, check_errors, proven_until
from .reason import Reason, ngettext_noop


class Progress(StrEnum):
    """How far people say a gate is. It is stored; the board shows the derived `Status`."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"


class Status(StrEnum):
    """The status that the board shows for a gate."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"
    BLOCKED = "blocked"


class FileState(StrEnum):
    """What the last check of a stored file found."""

    INTACT = "intact"
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """One piece of evidence, as far as the rules depend on it.

    valid_until: the last day on which it counts; None if it does not expire.
    withdrawn_on: the day on which it was found not to hold; None if it still holds.
    file_state: a `FileState`; None if it has no file, or none that was ever found wrong.
    """

    valid_until: date | None = None
    withdrawn_on: date | None = None
    file_state: str | None = None

    def last_day(self) -> date | None:
        """Return the last day on which it counts; None if it counts for good."""
        withdrawn = self.withdrawn_on and self.withdrawn_on - timedelta(days=1)
        return min((day for day in (self.valid_until, withdrawn) if day), default=None)

    def is_current(self, today: date) -> bool:
        """Return whether the evidence counts on a day."""
        return not self.has_expired(today) and not self.is_file_lost

    def has_expired(self, today: date) -> bool:
        """Return whether its last day is past."""
        last = self.last_day()
        return last is not None and last < today

    @property
    def is_file_lost(self) -> bool:
        """Whether its file is missing, or not what was attached."""
        return self.file_state in {FileState.MISSING, FileState.ALTERED}


@dataclass(frozen=True, slots=True)
class BlockerFact:
    """One blocker, as far as the rules depend on it.

    needs: what the gate waits for.
    waiting_on: the name of the owner it waits for; empty while nobody is named.
    """

    needs: str
    waiting_on: str = ""
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Everything that a gate's status depends on, besides the day.

    evidence: without that of kind check, which follows from the state of `checks`.
    checks: the gate's own, and those that it shares with a gate that covers it.
    """

    progress: Progress
    evidence: Sequence[EvidenceFact] = ()
    blockers: Sequence[BlockerFact] = ()
    checks: Sequence[CheckFact] = ()

    def proofs(self, today: date) -> list[EvidenceFact]:
        """Return all evidence as of a day: what people attached, and checks that once passed."""
        attached = [check for check in self.checks if check.attached]
        return [*self.evidence, *(EvidenceFact(proven_until(c, today)) for c in attached)]


@dataclass(frozen=True, slots=True)
class StatusResult:
    """A gate's status and the reasons for it; there is always at least one."""

    status: Status
    reasons: tuple[Reason, ...]


def derive_status(facts: GateFacts, today: date) -> StatusResult:
    """Return the gate's status on a day, with its reasons.

    The first line that holds decides:
    blocked  a blocker is unresolved
    open     progress is closed, but there is no evidence (a row written past the closing rule)
    partial  progress is closed, but a required check is not green, whatever else is attached
    partial  progress is closed, but a file of evidence that has not expired is lost
    partial  progress is closed, but all evidence has expired
    closed   progress is closed
    partial  progress is partial
    open     otherwise; a gate that has evidence is never called "not started"
    """
    blocked = unresolved_blockers(facts.blockers)
    if blocked:
        return StatusResult(Status.BLOCKED, tuple(map(_waiting_reason, blocked)))
    if facts.progress == Progress.CLOSED:
        return _closed_gate_status(facts, today)
    if facts.progress == Progress.PARTIAL:
        message = gettext_noop("partly there: not yet wired, measured or verified in production")
        return StatusResult(Status.PARTIAL, (Reason("partial", message),))
    return StatusResult(Status.OPEN, (_why_open(facts.proofs(today), today),))


def _waiting_reason(blocker: BlockerFact) -> Reason:
    message = gettext_noop("waiting for: %(needs)s")
    if blocker.waiting_on:
        message = gettext_noop("waiting on %(owner)s: %(needs)s")
    return Reason("waiting", message, blocker_values(blocker))


def _why_open(evidence: Sequence[EvidenceFact], today: date) -> Reason:
    if not evidence:
        return Reason("open", gettext_noop("not started, or explicitly incomplete"))
    current = sum(fact.is_current(today) for fact in evidence)
    if not current:
        return Reason("not_closed", gettext_noop("not closed; its evidence no longer counts"))
    plural = ngettext_noop(
        "not closed; %(count)s piece of current evidence",
        "not closed; %(count)s pieces of current evidence",
    )
    return Reason("not_closed", **plural, count=current, values={"count": current})


def _closed_gate_status(facts: GateFacts, today: date) -> StatusResult:
    evidence = facts.proofs(today)
    if not evidence:
        message = gettext_noop("marked closed, but no evidence is attached")
        return StatusResult(Status.OPEN, (Reason("closed_without_evidence", message),))
    if held := check_errors(facts.checks, today):
        return StatusResult(Status.PARTIAL, held)
    if lost := lost_file_reasons(evidence, today):
        return StatusResult(Status.PARTIAL, lost)
    current = sum(fact.is_current(today) for fact in evidence)
    if not current:
        message = gettext_noop("evidence expired %(date)s")
        expired = Reason("expired", message, {"date": last_valid_day(evidence)})
        return StatusResult(Status.PARTIAL, (expired,))
    plural = ngettext_noop(
        "%(count)s piece of current evidence", "%(count)s pieces of current evidence"
    )
    return StatusResult(
        Status.CLOSED, (Reason("proven", **plural, count=current, values={"count": current}),)
    )


def is_ready_to_close(facts: GateFacts, today: date) -> bool:
    """Return whether a gate that is not closed has green checks only and waits for nobody."""
    return (
        facts.progress != Progress.CLOSED
        and are_all_green(facts.checks, today)
        and not unresolved_blockers(facts.blockers)
    )


def lost_file_reasons(evidence: Iterable[EvidenceFact], today: date) -> tuple[Reason, ...]:
    """Return a reason for missing files and one for altered files; empty if all are there.

    Evidence that has expired needs its file no more. One lost file weakens a gate whatever else
    proves it: until someone looked into it, nobody knows what else was changed.
    """
    states = [fact.file_state for fact in evidence if not fact.has_expired(today)]
    plurals = {
        FileState.MISSING: ngettext_noop(
            "the file of %(count)s piece of evidence is missing",
            "the files of %(count)s pieces of evidence are missing",
        ),
        FileState.ALTERED: ngettext_noop(
            "the file of %(count)s piece of evidence is not what was attached",
            "the files of %(count)s pieces of evidence are not what was attached",
        ),
    }
    return tuple(
        Reason(f"file_{state}", **plural, count=count, values={"count": count})
        for state, plural in plurals.items()
        if (count := states.count(state))
    )


def last_valid_day(evidence: Iterable[EvidenceFact]) -> date:
    """Return the last day on which any of the evidence counted.

    Raises:
        ValueError: none of the evidence expires.
    """
    return max(day for fact in evidence if (day := fact.last_day()) is not None)


def unresolved_blockers(blockers: Iterable[BlockerFact]) -> list[BlockerFact]:
    """Return the blockers that are not resolved, in their order."""
    return [blocker for blocker in blockers if not blocker.resolved]


def blocker_values(blocker: BlockerFact) -> dict[str, str]:
    """Return a blocker as values of a `Reason`: %(owner)s and %(needs)s."""
    return {"owner": blocker.waiting_on, "needs": blocker.needs}
