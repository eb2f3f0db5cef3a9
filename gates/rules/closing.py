"""The closing rule: the reasons why a gate may not be closed, or a decision not be recorded.

`Gate.close` applies it; `gates/database/closing_rule.py` holds its first part in the database.
"""

from datetime import date

from django.utils.translation import gettext_noop

from .checks import check_errors
from .evidence import letters_and_digits
from .reason import Reason
from .status import (
    GateFacts,
    blocker_values,
    last_valid_day,
    lost_file_reasons,
    unresolved_blockers,
)

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
    """Return the reasons why the gate may not be closed on a day; empty if it may.

    A gate needs at least one piece of current evidence, the files of all that has not expired, no
    unresolved blocker, and green checks where they are required.
    """
    reasons: list[Reason] = []
    proofs = facts.proofs(today)
    if not proofs:
        reasons.append(NEEDS_EVIDENCE)
    elif lost := lost_file_reasons(proofs, today):
        reasons += lost
    elif not any(fact.is_current(today) for fact in proofs):
        message = gettext_noop(
            "All attached evidence has expired (last valid %(date)s): attach current evidence."
        )
        if all(fact.withdrawn_on for fact in proofs):
            message = gettext_noop(
                "None of the attached evidence holds any more: attach current evidence."
            )
        reasons.append(Reason("all_expired", message, {"date": last_valid_day(proofs)}))
    for blocker in unresolved_blockers(facts.blockers):
        message = gettext_noop("Still waiting for: %(needs)s. Resolve the blocker first.")
        if blocker.waiting_on:
            message = gettext_noop(
                "Still waiting on %(owner)s: %(needs)s. Resolve the blocker first."
            )
        reasons.append(Reason("unresolved_blocker", message, blocker_values(blocker)))
    reasons += check_errors(facts.checks, today)
    return tuple(reasons)


def decision_errors(reason: str) -> tuple[Reason, ...]:
    """Return what is wrong with the written reason for closing or reopening; empty if nothing.

    It must hold a letter or a digit.
    """
    if letters_and_digits(reason):
        return ()
    message = gettext_noop("Say why: the reason is recorded with your name.")
    return (Reason("no_reason", message),)
