"""The status of a gate, derived from facts. No database: facts in, sentences out."""

from datetime import timedelta

import pytest

from gates import rules
from gates.rules import (
    BlockerFact,
    GateFacts,
    Progress,
    Status,
)
from tests.support.rule_facts import (
    ENDS_TODAY,
    EXPIRED,
    LASTING,
    LONG_EXPIRED,
    RESOLVED,
    TODAY,
    WAITING,
    WITHDRAWN,
    said,
)

# --- status --------------------------------------------------------------------------------

NOT_STARTED = "not started, or explicitly incomplete"
PARTLY = "partly there: not yet wired, measured or verified in production"
ONE_PROOF = "1 piece of current evidence"
NOT_CLOSED = "not closed; 1 piece of current evidence"
NO_LONGER = "not closed; its evidence no longer counts"
FORGED = "marked closed, but no evidence is attached"
ON_SAMI = "waiting on Sami: PostHog API key"


@pytest.mark.parametrize(
    ("facts", "status", "reasons"),
    [
        (GateFacts(Progress.OPEN), Status.OPEN, [NOT_STARTED]),
        (GateFacts(Progress.OPEN, [LASTING]), Status.OPEN, [NOT_CLOSED]),
        (GateFacts(Progress.OPEN, [WITHDRAWN]), Status.OPEN, [NO_LONGER]),
        (GateFacts(Progress.CLOSED, [WITHDRAWN, LASTING]), Status.CLOSED, [ONE_PROOF]),
        (GateFacts(Progress.PARTIAL), Status.PARTIAL, [PARTLY]),
        (GateFacts(Progress.PARTIAL, [LASTING], [RESOLVED]), Status.PARTIAL, [PARTLY]),
        (GateFacts(Progress.CLOSED, [LASTING]), Status.CLOSED, [ONE_PROOF]),
        (GateFacts(Progress.CLOSED, [ENDS_TODAY]), Status.CLOSED, [ONE_PROOF]),
        (GateFacts(Progress.CLOSED, [EXPIRED, LASTING]), Status.CLOSED, [ONE_PROOF]),
        (GateFacts(Progress.CLOSED, [LASTING], [RESOLVED]), Status.CLOSED, [ONE_PROOF]),
        (
            GateFacts(Progress.CLOSED, [LASTING, ENDS_TODAY]),
            Status.CLOSED,
            ["2 pieces of current evidence"],
        ),
        (GateFacts(Progress.CLOSED), Status.OPEN, [FORGED]),
        (GateFacts(Progress.CLOSED, [EXPIRED]), Status.PARTIAL, ["evidence expired 2026-06-01"]),
        (
            GateFacts(Progress.CLOSED, [EXPIRED, LONG_EXPIRED]),
            Status.PARTIAL,
            ["evidence expired 2026-06-01"],
        ),
        (GateFacts(Progress.OPEN, [], [WAITING]), Status.BLOCKED, [ON_SAMI]),
        (GateFacts(Progress.PARTIAL, [], [WAITING]), Status.BLOCKED, [ON_SAMI]),
        (GateFacts(Progress.CLOSED, [LASTING], [WAITING]), Status.BLOCKED, [ON_SAMI]),
        (GateFacts(Progress.CLOSED, [], [WAITING]), Status.BLOCKED, [ON_SAMI]),
        (
            GateFacts(Progress.OPEN, [], [BlockerFact("domain not bought")]),
            Status.BLOCKED,
            ["waiting for: domain not bought"],
        ),
        (
            GateFacts(Progress.OPEN, [], [WAITING, RESOLVED, BlockerFact("a staging host", "Ali")]),
            Status.BLOCKED,
            [ON_SAMI, "waiting on Ali: a staging host"],
        ),
    ],
)
def test_a_status_follows_from_the_facts_with_its_reason(
    facts: GateFacts, status: Status, reasons: list[str]
) -> None:
    answer = rules.derive_status(facts, TODAY)

    assert answer.status == status
    assert said(answer.reasons) == reasons


def test_a_gate_drops_out_by_itself_the_day_after_its_evidence_ends() -> None:
    facts = GateFacts(Progress.CLOSED, [ENDS_TODAY])

    days = [rules.derive_status(facts, TODAY + timedelta(days=n)).status for n in (-1, 0, 1)]

    assert days == [Status.CLOSED, Status.CLOSED, Status.PARTIAL]


def test_resolving_the_last_blocker_is_unblocking() -> None:
    facts = GateFacts(Progress.CLOSED, [LASTING], [RESOLVED])

    answer = rules.derive_status(facts, TODAY)

    assert answer.status == Status.CLOSED
