"""The three forms of k6's summary: the same numbers, and never its own verdict."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from gates.measurements import read_report
from gates.measurements.k6 import read_k6
from gates.rules.conditions import Condition, Operator, meets, missing_measures
from gates.rules.measures import Kind
from tests.support.reports import code_of, measured, sample

FORMS = ["summary-export", "handle-summary", "machine-readable"]
# "100 rps sustained for 5 min with p95 < 500 ms"
T6 = [
    Condition("http_req_duration.p(95)", Operator.BELOW, Decimal(500)),
    Condition("http_reqs.count", Operator.AT_LEAST, Decimal(30000)),
    Condition("duration", Operator.AT_LEAST, Decimal(300)),
    Condition("http_req_failed.rate", Operator.BELOW, Decimal("0.01")),
]


def edited(name: str, **changes: Any) -> bytes:
    """A sample whose metrics (or, with dots in the name, parts of them) are changed."""
    data = json.loads(sample(f"k6/{name}.json"))
    data["metrics"] |= changes
    return json.dumps(data).encode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "passes"), [("passed", True), ("failed", False)])
def test_each_form_is_decided_by_its_numbers(form: str, name: str, passes: bool) -> None:
    report = read_report(Kind.K6, sample(f"k6/{form}-{name}.json"))

    assert report.form == form
    assert missing_measures(T6, report.measures) == ()
    assert meets(T6, report.measures) is passes


@pytest.mark.parametrize("name", ["passed", "failed"])
def test_the_forms_give_the_same_names_and_numbers(name: str) -> None:
    export, handle, machine = (
        measured(Kind.K6, sample(f"k6/{form}-{name}.json")) for form in FORMS
    )
    shared = [
        *("http_req_duration.p(95)", "http_reqs.count", "http_req_failed.rate", "checks.fails"),
        *("checks.rate", "vus_max.max", "http_req_failed.passes"),
    ]

    assert [export[key] for key in shared] == [handle[key] for key in shared]
    assert [export[key] for key in shared] == [machine[key] for key in shared]
    assert export.keys() == handle.keys()
    # The first form does not state the length of the run; it follows from a count and its rate.
    assert 0 <= Decimal(handle["duration"]) - Decimal(export["duration"]) < Decimal("0.001")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["passed", "failed"])
def test_a_threshold_changes_nothing(form: str, name: str) -> None:
    content = sample(f"k6/{form}-{name}.json")
    other = {b"true": b"false", b"false": b"true"}
    flipped = re.sub(rb'(": )(true|false)', lambda found: found[1] + other[found[2]], content)

    assert measured(Kind.K6, flipped) == measured(Kind.K6, content)


@pytest.mark.parametrize("form", ["summary-export", "handle-summary"])
def test_a_metric_that_nobody_fed_meets_no_bound(form: str) -> None:
    scenario = "http_req_duration{scenario:checkout}.p(95)"

    found = measured(Kind.K6, sample(f"k6/{form}-scenario-never-ran.json"))

    assert scenario not in found
    assert "http_req_failed{scenario:checkout}.rate" not in found
    assert "http_req_duration.p(95)" in found


def test_a_run_whose_connections_were_all_refused_has_failed() -> None:
    zeros = dict.fromkeys(("avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"), 0)
    content = edited(
        "summary-export-passed",
        http_req_duration=zeros,
        http_req_failed={"passes": 30114, "fails": 0, "value": 1},
    )

    measures = read_k6(content).measures

    assert "http_req_duration.p(95)" not in measures  # there was no response
    assert missing_measures(T6, measures) == ()
    assert not meets(T6, measures)
    assert missing_measures(T6[:1], measures)


def test_a_counter_of_nothing_is_a_number() -> None:
    content = edited("summary-export-passed", errors={"count": 0, "rate": 0})

    assert measured(Kind.K6, content)["errors.count"] == "0"


def test_a_trend_that_counts_its_samples_is_measured_by_them() -> None:
    fed = {"avg": 0, "p(95)": 0, "count": 12}

    assert "t.p(95)" in measured(Kind.K6, edited("summary-export-passed", t=fed))
    assert "t.p(95)" not in measured(
        Kind.K6, edited("summary-export-passed", t={**fed, "count": 0})
    )


def test_a_script_without_checks_has_no_checks_that_did_not_fail() -> None:
    empty = {"passes": 0, "fails": 0, "value": 0}

    assert "checks.fails" not in measured(Kind.K6, edited("summary-export-passed", checks=empty))


def test_a_number_that_was_not_one_in_javascript_is_missing() -> None:
    values = {"avg": None, "p(95)": None, "max": 7}
    trend = {"type": "trend", "contains": "time", "values": values}

    found = measured(Kind.K6, edited("handle-summary-passed", http_req_duration=trend))

    assert "http_req_duration.p(95)" not in found
    assert found["http_req_duration.max"] == "7"


@pytest.mark.parametrize("seconds", ["300", "299.9996", "300.041872113", "0.25", "86400"])
@pytest.mark.parametrize("count", [1, 3, 30114, 7_777_777])
def test_the_derived_length_never_flatters(seconds: str, count: int) -> None:
    rate = count / float(seconds)  # as k6 computes it
    content = json.dumps({"metrics": {"iterations": {"count": count, "rate": rate}}}).encode()

    found = read_k6(content).measures["duration"]

    assert Decimal(seconds) - Decimal("0.001") < found <= Decimal(seconds)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "not_k6"),
        ({"metrics": {}}, "no_metrics"),
        ({"metrics": []}, "not_object"),
        ({"metrics": {"a": 1}}, "not_object"),
        ({"metrics": {"a": {"p(95)": "12"}}}, "not_number"),
        ({"metrics": {"a": {"count": True}}}, "not_number"),
        ({"metrics": {"a": {"count": -1}}}, "negative"),
        ({"metrics": {"a": {"values": {"count": 1}}, "b": {"count": 1}}}, "not_object"),
        ({"metrics": {"a": {"avg": 0, "p(95)": 0}}}, "no_metrics"),
        ({"metrics": {"\u200b": {"count": 1}}}, "name"),
        ({"metrics": {"a" * 150: {"count": 1}}}, "name"),
        ({"metrics": {f"m{n}": {"count": 1} for n in range(2001)}}, "too_many"),
        ({"results": {}, "config": {}}, "not_number"),
        ({"results": {}, "config": {"duration": 300}}, "no_metrics"),
        (
            {
                "results": {
                    "metrics": [{"name": "a", "type": "counter", "values": {"count": 1}}] * 2
                },
                "config": {"duration": 300},
            },
            "duplicate_metric",
        ),
    ],
)
def test_what_is_no_summary_is_refused(content: dict[str, Any], code: str) -> None:
    assert code_of(Kind.K6, content) == code
