"""What keeps a gate from closing, and what a decision must carry."""

from dataclasses import replace

import pytest

from gates import rules
from gates.rules import BlockerFact, CheckFact, EvidenceFact, GateFacts, LastRun, Progress
from tests.support.rule_facts import (
    ENDS_TODAY,
    EXPIRED,
    LASTING,
    LONG_EXPIRED,
    RESOLVED,
    TODAY,
    WAITING,
    YESTERDAY,
    said,
)

# --- closing -------------------------------------------------------------------------------

NO_EVIDENCE = "A gate can only be closed once evidence is attached."
FAILED = CheckFact("load", 7, YESTERDAY, last=LastRun(YESTERDAY, passed=False))
GREEN = CheckFact("load", 7, YESTERDAY, last=LastRun(YESTERDAY, passed=True), attached=True)
STILL_WAITING = "Still waiting on Sami: PostHog API key. Resolve the blocker first."


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (GateFacts(Progress.OPEN, [LASTING]), []),
        (GateFacts(Progress.PARTIAL, [ENDS_TODAY]), []),
        (GateFacts(Progress.OPEN, [EXPIRED, LASTING], [RESOLVED]), []),
        (GateFacts(Progress.OPEN), [NO_EVIDENCE]),
        (
            GateFacts(Progress.OPEN, [LONG_EXPIRED, EXPIRED]),
            ["All attached evidence has expired (last valid 2026-06-01): attach current evidence."],
        ),
        (
            GateFacts(Progress.OPEN, [EvidenceFact(withdrawn_on=TODAY)]),
            ["None of the attached evidence holds any more: attach current evidence."],
        ),
        (GateFacts(Progress.OPEN, [LASTING], [WAITING]), [STILL_WAITING]),
        (GateFacts(Progress.OPEN, [], [WAITING]), [NO_EVIDENCE, STILL_WAITING]),
        (GateFacts(Progress.OPEN, [LASTING], [], [FAILED]), ["check load: failed on 2026-06-01"]),
        (GateFacts(Progress.OPEN, [LASTING], [], [replace(FAILED, required_from=None)]), []),
        (GateFacts(Progress.OPEN, [], [], [GREEN]), []),
        (
            GateFacts(Progress.OPEN, [LASTING], [BlockerFact("a domain")]),
            ["Still waiting for: a domain. Resolve the blocker first."],
        ),
    ],
)
def test_everything_that_keeps_a_gate_open_is_said(facts: GateFacts, reasons: list[str]) -> None:
    answer = rules.closing_errors(facts, TODAY)

    assert said(answer) == reasons


@pytest.mark.parametrize("reason", ["Seen green after the deploy", "PR #54", "تمت المراجعة"])
def test_a_decision_with_words_has_its_reason(reason: str) -> None:
    assert rules.decision_errors(reason) == ()


@pytest.mark.parametrize("reason", ["", " ", "\n\t", "-", "...", "✅", "\u200b", "\u00a0"])
def test_a_decision_without_words_lacks_its_reason(reason: str) -> None:
    answer = rules.decision_errors(reason)

    assert said(answer) == ["Say why: the reason is recorded with your name."]
