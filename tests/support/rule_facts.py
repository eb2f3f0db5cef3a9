"""Facts that the tests of the rules share, and the sentences of reasons."""

from datetime import date, timedelta

from gates.rules import (
    BlockerFact,
    EvidenceFact,
)
from gates.rules.reason import Reason

TODAY = date(2026, 6, 2)
YESTERDAY = TODAY - timedelta(days=1)

LASTING = EvidenceFact()
ENDS_TODAY = EvidenceFact(TODAY)
EXPIRED = EvidenceFact(YESTERDAY)
LONG_EXPIRED = EvidenceFact(date(2026, 4, 23))
WAITING = BlockerFact("PostHog API key", "Sami")
WITHDRAWN = EvidenceFact(None, YESTERDAY)
RESOLVED = BlockerFact("PostHog API key", "Sami", resolved=True)


def said(reasons: tuple[Reason, ...]) -> list[str]:
    return [str(reason) for reason in reasons]


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]
