"""What keeps a gate from closing, and what a decision must carry."""

from datetime import date

from django.utils.translation import gettext_noop

from .evidence import _letters
from .reason import Reason
from .status import GateFacts, _blocking_reasons, _expired

NEEDS_EVIDENCE = Reason(
    "no_evidence", gettext_noop("A gate can only be closed once evidence is attached.")
)
KEEPS_EVIDENCE = Reason(
    "last_evidence",
    gettext_noop(
        "This is the last evidence of a closed gate, so it stays. "
        "Attach other evidence first, or reopen the gate."
    ),
)


def closing_errors(facts: GateFacts, today: date) -> tuple[Reason, ...]:
    """What keeps a gate from closing on a day; empty when nothing does."""
    reasons: list[Reason] = []
    if not facts.evidence:
        reasons.append(NEEDS_EVIDENCE)
    elif not any(fact.is_current(today) for fact in facts.evidence):
        words = gettext_noop(
            "All attached evidence has expired (last valid %(date)s): attach current evidence."
        )
        reasons.append(Reason("all_expired", words, _expired(facts.evidence).values))
    for waiting in _blocking_reasons(facts.blockers):
        words = gettext_noop("Still waiting on %(owner)s: %(needs)s. Resolve the blocker first.")
        reasons.append(Reason("unresolved_blocker", words, waiting.values))
    return tuple(reasons)


def decision_errors(reason: str) -> tuple[Reason, ...]:
    """What is missing from the written reason for closing or reopening; empty when nothing is."""
    if _letters(reason):
        return ()
    words = gettext_noop("Say why: the reason goes on record with your name.")
    return (Reason("no_reason", words),)
