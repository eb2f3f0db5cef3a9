"""The state of a check on a day, and what it does to its gate."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gates.rules import GateFacts, Progress, Status, derive_status
from gates.rules.checks import (
    CheckFact,
    CheckState,
    LastRun,
    check_reason,
    check_state,
)
from gates.rules.status import is_ready_to_close
from tests.support.rule_facts import EXPIRED, LASTING, RESOLVED, TODAY, WAITING, YESTERDAY, said

TOMORROW = TODAY + timedelta(days=1)
OPEN, CLOSED = GateFacts(Progress.OPEN), GateFacts(Progress.CLOSED, [LASTING])


def check(ago: int | None = 0, passed: bool = True, **changes: object) -> CheckFact:
    """A check that holds for 7 days, and whose last run was so many days ago."""
    day = None if ago is None else TODAY - timedelta(days=ago)
    last = None if day is None else LastRun(day, passed)
    fact = CheckFact("load", 7, TODAY - timedelta(days=30), last=last, last_of_any=day)
    return replace(fact, **changes)  # type: ignore[arg-type]


NEVER = check(None)
NOT_MET = check(None, last_of_any=YESTERDAY)
FAILED, STALE, GREEN = check(1, passed=False), check(8), check(7)
RETIRED = check(8, retired=True)


@pytest.mark.parametrize(
    ("fact", "state", "sentence"),
    [
        (NEVER, CheckState.NEVER_RUN, "check load: no run yet"),
        (NOT_MET, CheckState.NOT_MET, "check load: no run under its current definition"),
        (FAILED, CheckState.FAILED, "check load: failed on 2026-06-01"),
        (STALE, CheckState.STALE, "check load: passed on 2026-05-25, more than 7 days ago"),
        (GREEN, CheckState.GREEN, "check load: passed on 2026-05-26, counts until 2026-06-02"),
        (check(0), CheckState.GREEN, "check load: passed on 2026-06-02, counts until 2026-06-09"),
        (check(2, fresh_days=1), CheckState.STALE,
         "check load: passed on 2026-05-31, more than 1 day ago"),
        (check(-1), CheckState.GREEN, "check load: passed on 2026-06-03, counts until 2026-06-10"),
        (RETIRED, CheckState.RETIRED, "check load: retired"),
    ],
)  # fmt: skip
def test_the_state_of_a_check(fact: CheckFact, state: CheckState, sentence: str) -> None:
    assert check_state(fact, TODAY) == state
    assert str(check_reason(fact, TODAY)) == sentence


@pytest.mark.parametrize(
    ("facts", "checks", "status", "reasons"),
    [
        (CLOSED, [], Status.CLOSED, ["1 piece of current evidence"]),
        (CLOSED, [GREEN], Status.CLOSED, ["1 piece of current evidence"]),
        (CLOSED, [replace(GREEN, attached=True)], Status.CLOSED, ["2 pieces of current evidence"]),
        (CLOSED, [NEVER], Status.PARTIAL, ["check load: no run yet"]),
        (CLOSED, [NOT_MET], Status.PARTIAL, ["check load: no run under its current definition"]),
        (CLOSED, [FAILED], Status.PARTIAL, ["check load: failed on 2026-06-01"]),
        (CLOSED, [FAILED, GREEN, replace(NEVER, key="soak")], Status.PARTIAL,
         ["check load: failed on 2026-06-01", "check soak: no run yet"]),
        (CLOSED, [RETIRED], Status.CLOSED, ["1 piece of current evidence"]),
        # Before its day a check is only shown; on its day it bites.
        (CLOSED, [replace(NEVER, required_from=TOMORROW)], Status.CLOSED,
         ["1 piece of current evidence"]),
        (CLOSED, [replace(NEVER, required_from=None)], Status.CLOSED,
         ["1 piece of current evidence"]),
        (CLOSED, [replace(NEVER, required_from=TODAY)], Status.PARTIAL, ["check load: no run yet"]),
        # The check itself is the evidence.
        (GateFacts(Progress.CLOSED), [replace(GREEN, attached=True)], Status.CLOSED,
         ["1 piece of current evidence"]),
        (GateFacts(Progress.CLOSED), [replace(STALE, attached=True)], Status.PARTIAL,
         ["check load: passed on 2026-05-25, more than 7 days ago"]),
        (GateFacts(Progress.CLOSED), [replace(RETIRED, attached=True)], Status.PARTIAL,
         ["evidence expired 2026-06-01"]),
        (GateFacts(Progress.CLOSED), [replace(FAILED, attached=True, required_from=TOMORROW)],
         Status.PARTIAL, ["evidence expired 2026-05-31"]),
        # A red check is named before evidence that expired.
        (GateFacts(Progress.CLOSED, [EXPIRED]), [FAILED], Status.PARTIAL,
         ["check load: failed on 2026-06-01"]),
        (GateFacts(Progress.CLOSED, [EXPIRED]), [GREEN], Status.PARTIAL,
         ["evidence expired 2026-06-01"]),
        # No check makes up for evidence, lifts a blocker, or closes a gate.
        (GateFacts(Progress.CLOSED), [GREEN], Status.OPEN,
         ["marked closed, but no evidence is attached"]),
        (GateFacts(Progress.CLOSED), [FAILED], Status.OPEN,
         ["marked closed, but no evidence is attached"]),
        (GateFacts(Progress.CLOSED, [LASTING], [WAITING]), [FAILED], Status.BLOCKED,
         ["waiting on Sami: PostHog API key"]),
        (OPEN, [replace(GREEN, attached=True)], Status.OPEN,
         ["not closed; 1 piece of current evidence"]),
        (GateFacts(Progress.PARTIAL), [FAILED], Status.PARTIAL,
         ["partly there: not yet wired, measured or verified in production"]),
    ],
)  # fmt: skip
def test_the_status_of_a_gate_with_checks(
    facts: GateFacts, checks: list[CheckFact], status: Status, reasons: list[str]
) -> None:
    answer = derive_status(replace(facts, checks=checks), TODAY)

    assert answer.status == status
    assert said(answer.reasons) == reasons


@pytest.mark.parametrize(
    ("facts", "checks", "ready"),
    [
        (OPEN, [GREEN], True),
        (GateFacts(Progress.PARTIAL, [], [RESOLVED]), [GREEN, RETIRED], True),
        (OPEN, [], False),
        (OPEN, [RETIRED], False),
        (OPEN, [GREEN, STALE], False),
        (OPEN, [GREEN, replace(NEVER, required_from=TOMORROW)], False),
        (GateFacts(Progress.OPEN, [], [WAITING]), [GREEN], False),
        (CLOSED, [GREEN], False),
    ],
)
def test_a_gate_is_ready_to_close(facts: GateFacts, checks: list[CheckFact], ready: bool) -> None:
    assert is_ready_to_close(replace(facts, checks=checks), TODAY) is ready
