"""One run: whether it passed, whether it counts, and under which definition."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.conditions import Condition, Operator
from gates.rules.measures import Kind
from gates.rules.runs import (
    CheckRule,
    CountingRun,
    ReceivedRun,
    definition_hash,
    judge_run,
    newest_run,
)
from tests.support.rule_facts import codes

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
RULE = CheckRule(
    Kind.NUMBERS,
    (Condition("seconds", Operator.AT_MOST, Decimal(300)),),
    fresh_days=7,
    repository="VoXc2/dealix",
    ref="main",
)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def run(seconds: int = 214, ago: timedelta = timedelta(), **changes: str) -> ReceivedRun:
    origin = {"repository": "VoXc2/dealix", "ref": "refs/heads/main", **changes}
    return ReceivedRun({"seconds": Decimal(seconds)}, NOW - ago, **origin)


def counted(passed: bool = True, ago: timedelta = timedelta(hours=1)) -> CountingRun:
    return CountingRun(NOW - ago, passed, definition_hash(RULE))


@pytest.mark.parametrize(
    ("received", "newest", "passed", "why_not"),
    [
        (run(), None, True, []),
        (run(301), None, False, []),
        (run(repository="voxc2/DEALIX/"), None, True, []),
        (run(repository="VoXc2/dealix-fork"), None, True, ["other_repository"]),
        (run(repository=""), None, True, ["other_repository"]),
        (run(ref="main"), None, True, []),
        (run(ref="refs/pull/58/merge"), None, True, ["other_ref"]),
        (run(ref="refs/tags/main"), None, True, ["other_ref"]),
        (run(ref="Main"), None, True, ["other_ref"]),
        (run(ref=""), None, True, ["other_ref"]),
        (run(ago=-timedelta(minutes=2)), None, True, []),
        (run(ago=-timedelta(minutes=2) - SECOND), None, True, ["in_future"]),
        (run(ago=DAY), None, True, []),
        (run(ago=DAY + SECOND), None, True, ["too_old"]),
        (run(), counted(), True, []),
        (run(ago=timedelta(hours=2)), counted(), True, ["not_newer"]),
        (run(301, ago=timedelta(hours=2)), counted(), False, ["not_newer"]),
        # Two of the same moment: the one that failed counts.
        (run(ago=timedelta(hours=1)), counted(), True, ["not_newer"]),
        (run(301, ago=timedelta(hours=1)), counted(passed=False), False, ["not_newer"]),
        (run(ago=timedelta(hours=1)), counted(passed=False), True, ["not_newer"]),
        (run(301, ago=timedelta(hours=1)), counted(), False, []),
        (run(ref="x", repository="y", ago=2 * DAY), counted(), True,
         ["other_repository", "other_ref", "too_old", "not_newer"]),
    ],
)  # fmt: skip
def test_whether_a_run_passes_and_counts(
    received: ReceivedRun, newest: CountingRun | None, passed: bool, why_not: list[str]
) -> None:
    verdict = judge_run(RULE, received, NOW, newest)

    assert verdict.passed is passed
    assert codes(verdict.why_not) == why_not
    assert verdict.counts is (not why_not)
    assert verdict.definition == definition_hash(RULE)


def test_a_check_without_filters_accepts_any_origin() -> None:
    rule = replace(RULE, repository="", ref="")

    assert judge_run(rule, run(repository="", ref=""), NOW, None).counts
    assert judge_run(rule, run(repository="x/y", ref="refs/pull/1/merge"), NOW, None).counts


def test_a_retired_check_counts_nothing() -> None:
    verdict = judge_run(replace(RULE, retired=True), run(), NOW, None)

    assert codes(verdict.why_not) == ["retired"]


def test_each_reason_is_a_whole_sentence() -> None:
    other = run(ref="refs/pull/58/merge", repository="x/y", ago=-DAY)

    verdict = judge_run(replace(RULE, retired=True), other, NOW, counted(ago=-2 * DAY))

    assert [str(reason) for reason in verdict.why_not] == [
        "The check is retired.",
        "It comes from the repository x/y; the check accepts VoXc2/dealix.",
        "It comes from refs/pull/58/merge; the check accepts main.",
        "It was observed in the future: a clock is wrong.",
        "A run observed at the same time or later already counts.",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        replace(RULE, kind=Kind.HEALTH),
        replace(RULE, fresh_days=8),
        replace(RULE, repository=""),
        replace(RULE, ref="develop"),
        replace(RULE, conditions=()),
        replace(RULE, conditions=(Condition("seconds", Operator.AT_MOST, Decimal(301)),)),
        replace(RULE, conditions=(Condition("seconds", Operator.BELOW, Decimal(300)),)),
        replace(RULE, conditions=(Condition("minutes", Operator.AT_MOST, Decimal(300)),)),
        replace(RULE, conditions=(*RULE.conditions, Condition("a", Operator.ABOVE, Decimal(0)))),
    ],
)
def test_whatever_is_asked_is_in_the_definition(changed: CheckRule) -> None:
    assert definition_hash(changed) != definition_hash(RULE)


def test_spelling_and_order_are_not() -> None:
    one, other = RULE.conditions[0], Condition("a", Operator.ABOVE, Decimal("0.50"))
    same = replace(
        RULE,
        conditions=(replace(other, bound=Decimal("5E-1")), replace(one, bound=Decimal("3.00E+2"))),
        repository="voxc2/Dealix",
        ref="refs/heads/main",
        retired=True,
    )

    assert definition_hash(same) == definition_hash(replace(RULE, conditions=(one, other)))


moments = st.integers(0, 5).map(lambda hours: NOW - timedelta(hours=hours))


@given(st.lists(st.tuples(moments, st.booleans()), max_size=4))
def test_the_order_of_arrival_does_not_matter(runs: list[tuple[datetime, bool]]) -> None:
    ends = set()
    for order in permutations(runs):
        kept: list[CountingRun] = []
        for moment, passes in order:
            received = replace(run(100 if passes else 999), observed_at=moment)
            verdict = judge_run(RULE, received, NOW, newest_run(kept))
            if verdict.counts:
                kept.append(CountingRun(moment, verdict.passed, verdict.definition))
        newest = newest_run(kept)
        ends.add(newest and (newest.observed_at, newest.passed))

    assert len(ends) == 1
