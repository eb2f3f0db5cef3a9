"""What holds for every gate with checks, and for runs in whatever order they arrive."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gates import rules
from gates.rules import EvidenceFact, GateFacts, Progress, Status
from gates.rules.checks import (
    CheckFact,
    CheckState,
    LastRun,
    check_errors,
    check_state,
    proven_until,
)
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
from tests.support.rule_facts import LASTING, RESOLVED, TODAY, WAITING

CLOSED = GateFacts(Progress.CLOSED, [LASTING])

days = st.integers(-12, 3).map(lambda n: TODAY + timedelta(days=n))
checks = st.lists(
    st.builds(
        CheckFact,
        st.sampled_from(["load", "soak"]),
        st.integers(1, 9),
        days,
        st.booleans(),
        st.none() | st.builds(LastRun, days, st.booleans()),
        st.none() | days,
        st.booleans(),
    ),
    max_size=3,
)
evidence = st.builds(EvidenceFact, st.none() | days)
facts = st.builds(
    GateFacts,
    st.sampled_from(Progress),
    st.lists(evidence, max_size=3).map(tuple),
    st.lists(st.sampled_from([WAITING, RESOLVED]), max_size=2).map(tuple),
)


@given(facts, checks)
def test_a_check_only_takes_away(known: GateFacts, required: list[CheckFact]) -> None:
    """With evidence that it attached itself left aside, no check makes a status better."""
    alone = rules.derive_status(known, TODAY).status

    silent = [replace(fact, attached=False) for fact in required]
    answer = rules.derive_status(replace(known, checks=silent), TODAY).status

    assert answer == alone or (alone, answer) == (Status.CLOSED, Status.PARTIAL)


@given(facts, checks)
def test_closed_means_that_every_required_check_is_green(
    known: GateFacts, required: list[CheckFact]
) -> None:
    answer = rules.derive_status(replace(known, checks=required), TODAY)

    assert answer.reasons
    if answer.status == Status.CLOSED:
        assert known.progress == Progress.CLOSED
        assert check_errors(required, TODAY) == ()
        assert any(fact.is_current(TODAY) for fact in known.evidence) or any(
            fact.attached and proven_until(fact, TODAY) >= TODAY for fact in required
        )


@given(facts, checks, evidence)
def test_a_statement_never_outvotes_a_red_check(
    known: GateFacts, required: list[CheckFact], statement: EvidenceFact
) -> None:
    said_too = replace(known, evidence=(*known.evidence, statement))

    answer = rules.derive_status(replace(said_too, checks=required), TODAY)

    if check_errors(required, TODAY):
        assert answer.status != Status.CLOSED


@given(facts, checks, st.integers(0, 12))
def test_time_alone_only_takes_away(
    known: GateFacts, required: list[CheckFact], later: int
) -> None:
    before = rules.derive_status(replace(known, checks=required), TODAY).status

    after = rules.derive_status(
        replace(known, checks=required), TODAY + timedelta(days=later)
    ).status

    assert after == before or (before, after) == (Status.CLOSED, Status.PARTIAL)


@given(facts, checks, st.integers(0, 12))
def test_time_alone_makes_no_check_green(
    known: GateFacts, required: list[CheckFact], later: int
) -> None:
    for fact in required:
        before = check_state(fact, TODAY)
        after = check_state(fact, TODAY + timedelta(days=later))
        assert after == before or (before, after) == (CheckState.GREEN, CheckState.STALE)


# --- runs as they arrive -----------------------------------------------------------------------

Arrival = tuple[ReceivedRun, datetime]  # a run, and when it was received
NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
bounds = st.integers(1, 4).map(lambda n: Decimal(100 * n))
check_rules = st.builds(
    CheckRule,
    st.just(Kind.NUMBERS),
    st.lists(
        st.builds(Condition, st.sampled_from("ab"), st.sampled_from(Operator), bounds),
        min_size=1,
        max_size=2,
    ).map(tuple),
    st.integers(1, 9),
    st.sampled_from(["", "VoXc2/dealix"]),
    st.sampled_from(["", "main"]),
)
# A run may have been observed before or after it was received.
arrivals = st.lists(
    st.tuples(
        st.builds(
            ReceivedRun,
            st.fixed_dictionaries({"a": bounds, "b": bounds}),
            st.integers(-72, 2).map(lambda hours: NOON + timedelta(hours=hours)),
            st.sampled_from(["", "VoXc2/dealix", "x/y"]),
            st.sampled_from(["main", "refs/heads/main", "refs/pull/58/merge"]),
        ),
        st.integers(-48, 0).map(lambda hours: NOON + timedelta(hours=hours)),
    ),
    max_size=6,
)


def receive(rule: CheckRule, arrived: list[Arrival]) -> dict[int, CountingRun]:
    """The runs that count, judged as they arrive, by their place in the list."""
    kept: dict[int, CountingRun] = {}
    for place, (run, now) in enumerate(arrived):
        verdict = judge_run(rule, run, now, newest_run(kept.values()))
        if verdict.counts:
            kept[place] = CountingRun(run.observed_at, verdict.passed, verdict.definition)
    return kept


def fact_of(rule: CheckRule, kept: dict[int, CountingRun]) -> CheckFact:
    runs = kept.values()
    newest = newest_run(runs)
    last = newest if newest and newest.definition == definition_hash(rule) else None
    return CheckFact(
        "load",
        rule.fresh_days,
        date(2026, 1, 1),
        last=LastRun(last.observed_at.date(), last.passed) if last else None,
        last_of_any=newest.observed_at.date() if newest else None,
        attached=any(run.passed for run in runs),
    )


@given(check_rules, arrivals, facts)
def test_a_run_that_does_not_count_changes_no_status(
    rule: CheckRule, runs: list[Arrival], known: GateFacts
) -> None:
    kept = receive(rule, runs)

    those = receive(rule, [runs[place] for place in kept])

    assert list(those.values()) == list(kept.values())
    with_all, with_those = (
        rules.derive_status(replace(known, checks=[fact_of(rule, some)]), TODAY)
        for some in (kept, those)
    )
    assert with_all == with_those


@given(check_rules, check_rules, arrivals, facts)
def test_changing_what_is_asked_turns_no_gate_green(
    asked: CheckRule,
    lowered: CheckRule,
    runs: list[Arrival],
    known: GateFacts,
) -> None:
    kept = receive(asked, runs)
    before = rules.derive_status(replace(known, checks=[fact_of(asked, kept)]), TODAY).status

    after = rules.derive_status(replace(known, checks=[fact_of(lowered, kept)]), TODAY).status

    if after == Status.CLOSED:
        assert before == Status.CLOSED
        assert definition_hash(asked) == definition_hash(lowered)


def test_a_pass_under_another_definition_is_none_under_this_one() -> None:
    asked = CheckRule(Kind.NUMBERS, (Condition("a", Operator.BELOW, Decimal(300)),), 7)
    lowered = replace(asked, conditions=(Condition("a", Operator.BELOW, Decimal(400)),))
    kept = receive(asked, [(ReceivedRun({"a": Decimal(200)}, NOON), NOON)])

    before, after = fact_of(asked, kept), fact_of(lowered, kept)

    assert check_state(before, TODAY) == CheckState.GREEN
    assert check_state(after, TODAY) == CheckState.NOT_MET
    assert rules.derive_status(replace(CLOSED, checks=[after]), TODAY).status == Status.PARTIAL
    assert fact_of(asked, kept) == before  # asked again as before, it is met as before


@given(check_rules, arrivals)
def test_the_state_is_that_of_the_newest_run_that_counts(
    rule: CheckRule, runs: list[Arrival]
) -> None:
    kept = receive(rule, runs)

    newest = newest_run(kept.values())

    assert newest == (list(kept.values())[-1] if kept else None)
