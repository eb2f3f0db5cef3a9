"""Bounds on measures: what meets them, and which bounds a check may have."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.conditions import (
    Condition,
    Operator,
    condition_advice,
    condition_errors,
    is_storable,
    meets,
    missing_measures,
    number_text,
    unmet_conditions,
)
from gates.rules.measures import KIND_LABELS, MEASURES, Kind, Unit, measure_errors, measure_unit
from tests.support.rule_facts import codes, said

P95 = "http_req_duration.p(95)"
numbers = st.decimals(-(10**6), 10**6, places=3)


def below(bound: str, measure: str = P95) -> Condition:
    return Condition(measure, Operator.BELOW, Decimal(bound))


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        (Operator.BELOW, [True, False, False]),
        (Operator.AT_MOST, [True, True, False]),
        (Operator.EQUAL, [False, True, False]),
        (Operator.AT_LEAST, [False, True, True]),
        (Operator.ABOVE, [False, False, True]),
    ],
)
def test_each_operator_at_its_bound(operator: Operator, holds: list[bool]) -> None:
    condition = Condition("seconds", operator, Decimal(300))

    answers = [condition.holds(Decimal(value)) for value in ("299.999", "300.0", "300.001")]

    assert answers == holds


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("value", [None, "NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_meets_no_bound(operator: Operator, value: str | None) -> None:
    condition = Condition("seconds", operator, Decimal(300))

    assert not condition.holds(None if value is None else Decimal(value))
    assert not Condition("seconds", operator, Decimal("NaN")).holds(Decimal(1))


def test_numbers_are_compared_digit_for_digit() -> None:
    measures = {P95: Decimal("499.99999999999999999")}  # as a float it is 500

    assert meets([below("500")], measures)
    assert not meets([Condition("sum", Operator.AT_MOST, Decimal("0.3"))], {"sum": Decimal(1)})


def test_all_conditions_must_hold_and_without_one_nothing_does() -> None:
    measures = {P95: Decimal(412), "duration": Decimal(12)}
    long = Condition("duration", Operator.AT_LEAST, Decimal(300))

    assert meets([below("500")], measures)
    assert not meets([below("500"), long], measures)
    assert not meets([], measures)


def test_a_missing_measure_is_named_once_and_meets_nothing() -> None:
    conditions = [below("500"), Condition(P95, Operator.ABOVE, Decimal(0)), below("1", "other")]

    reasons = missing_measures(conditions, {"duration": Decimal(300)})

    assert said(reasons) == [
        f"The report has no {P95}, which the check needs.",
        "The report has no other, which the check needs.",
    ]
    assert not meets(conditions, {"duration": Decimal(300)})


def test_a_number_that_breaks_a_condition_decides_whatever_is_missing() -> None:
    failed = Condition("http_req_failed.rate", Operator.BELOW, Decimal("0.01"))
    refused_connections = {"http_req_failed.rate": Decimal(1)}

    assert missing_measures([below("500"), failed], refused_connections) == ()
    assert not meets([below("500"), failed], refused_connections)
    assert codes(missing_measures([below("500")], refused_connections)) == ["missing_measure"]
    assert codes(missing_measures([below("500"), failed], {failed.measure: Decimal(0)})) == [
        "missing_measure"
    ]


def test_an_unmet_condition_says_what_was_seen_and_asked() -> None:
    conditions = [below("500.00"), Condition("http_reqs.count", Operator.AT_LEAST, Decimal(30000))]

    reasons = unmet_conditions(
        conditions, {P95: Decimal("612.910"), "http_reqs.count": Decimal("3E+4")}
    )

    assert said(reasons) == [f"{P95} is 612.91; required: < 500"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(Operator), numbers), max_size=4),
       st.dictionaries(st.sampled_from("ab"), numbers))  # fmt: skip
def test_a_report_passes_exactly_when_nothing_is_unmet(
    rows: list[tuple[str, Operator, Decimal]], measures: dict[str, Decimal]
) -> None:
    conditions = [Condition(*row) for row in rows]

    passes = meets(conditions, measures)

    assert passes == (bool(conditions) and unmet_conditions(conditions, measures) == ())
    if passes:
        assert missing_measures(conditions, measures) == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("500", "500"), ("500.00", "500"), ("5E+2", "500"), ("0.010", "0.01"), ("-0", "0"),
        ("0E+400", "0"), ("1e-7", "0.0000001"), ("-12.50", "-12.5"), ("100", "100"),
    ],
)  # fmt: skip
def test_a_number_has_one_text(text: str, shown: str) -> None:
    assert number_text(Decimal(text)) == shown


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_what_can_be_stored_is_finite_and_short(value: Decimal) -> None:
    if is_storable(value):
        assert Decimal(number_text(value)) == value
        assert len(number_text(value)) < 60


@pytest.mark.parametrize(
    ("kind", "conditions", "found"),
    [
        (Kind.K6, [below("500")], []),
        (Kind.K6, [], ["no_condition"]),
        (Kind.K6, [below("1", f"m{n}.count") for n in range(21)], ["too_many_conditions"]),
        (Kind.K6, [below("500", "p95")], ["unknown_measure"]),
        (Kind.K6, [below("500", "http_req_duration.p95")], ["unknown_measure"]),
        (Kind.K6, [below("500", "http_req_duration{url:https://a.b/c}.p(99.9)")], []),
        (Kind.CI, [below("1", "failed")], []),
        (Kind.CI, [below("1", "errors")], ["unknown_measure"]),
        (Kind.NUMBERS, [below("300", "seconds to roll back")], []),
        (Kind.NUMBERS, [below("300", "seconds\u200b")], ["unknown_measure"]),
        (Kind.NUMBERS, [below("300", "")], ["unknown_measure"]),
        (Kind.K6, [below("NaN")], ["bound"]),
        (Kind.K6, [below("1e300")], ["bound"]),
        (Kind.K6, [below("500"), below("400")], ["condition_twice"]),
    ],
)
def test_which_conditions_a_check_may_have(
    kind: Kind, conditions: list[Condition], found: list[str]
) -> None:
    assert codes(condition_errors(kind, conditions)) == found


def test_an_average_and_an_empty_restore_are_pointed_out() -> None:
    rate = Condition("http_reqs.rate", Operator.AT_LEAST, Decimal(100))
    same = Condition("tables_differing", Operator.EQUAL, Decimal(0))
    rows = Condition("rows", Operator.AT_LEAST, Decimal(1000))

    assert codes(condition_advice(Kind.K6, [rate])) == ["average"]
    assert codes(condition_advice(Kind.RESTORE, [same])) == ["no_rows_asked"]
    assert condition_advice(Kind.RESTORE, [same, rows]) == ()


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_a_label_and_only_names_it_can_give(kind: Kind) -> None:
    assert KIND_LABELS[kind]
    names = [measure.name for measure in MEASURES[kind]]
    assert len(names) == len(set(names))
    assert all(measure_errors(kind, name) == () for name in names)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("http_req_duration.p(95)", Unit.MILLISECONDS),
        ("http_req_waiting{expected_response:true}.p(99.9)", Unit.MILLISECONDS),
        ("http_req_failed{scenario:a}.rate", Unit.SHARE),
        ("http_reqs{scenario:a}.count", Unit.COUNT),
        ("iterations.rate", Unit.PER_SECOND),
        ("data_sent.count", Unit.BYTES),
        ("my_trend.p(95)", Unit.UNKNOWN),
        ("duration", Unit.SECONDS),
    ],
)
def test_the_unit_of_a_measure_of_k6(name: str, unit: Unit) -> None:
    assert measure_unit(Kind.K6, name) == unit
