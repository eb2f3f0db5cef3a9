"""What each parser reads from the reports that tools wrote."""

from pathlib import Path

import pytest

from gates.measurements import read_report
from gates.rules.measures import Kind, measure_errors
from tests.support.reports import SAMPLES, code_of, kind_of, measured, name_of, sample

EXPECTED = {
    "junit/pytest-passed.xml": "tests=5 passed=5 failures=0 errors=0 skipped=0",
    "junit/pytest-mixed.xml": "tests=12 passed=5 failures=2 errors=3 skipped=2",
    "junit/pytest-mixed-xunit1.xml": "tests=12 passed=5 failures=2 errors=3 skipped=2",
    "junit/pytest-collection-error.xml": "tests=1 passed=0 failures=0 errors=1 skipped=0",
    "junit/node-nested.xml": "tests=5 passed=2 failures=1 errors=0 skipped=2",
    "restore/drill.json": (
        "tables=37 tables_differing=0 rows=455 rows_lost=0 minutes=0.01 dump_age_hours=0.01"
    ),
    "restore/drill-rows-lost.json": (
        "tables=37 tables_differing=2 rows=435 rows_lost=20 minutes=0.01 dump_age_hours=0.01"
    ),
    "restore/counts.json": (
        "tables=41 tables_differing=0 rows=182233 rows_lost=0 minutes=12.4 dump_age_hours=7.5"
    ),
    "ci/github-jobs-passed.json": "success=3 failed=0 skipped=0 missing=0",
    "ci/github-jobs-mixed.json": "success=1 failed=2 skipped=1 missing=2",
    "ci/github-jobs-second-attempt.json": "success=2 failed=0 skipped=0 missing=0",
    "ci/github-needs.json": "success=1 failed=1 skipped=1 missing=0",
    "ci/named.json": "success=2 failed=0 skipped=0 missing=1",
    "health/probe-up.json": "status=200 milliseconds=26.9 parts_down=0",
    "health/probe-degraded.json": "status=503 milliseconds=1204.0 parts_down=2",
    "health/probe-unreachable.json": "status=0 milliseconds=10000.8 parts_down=1",
    "health/probe-no-parts.json": "status=200 milliseconds=12",
    "numbers/rollback.json": "seconds=214 steps=9 daily_spend_usd=7.5",
}
NOTHING_MEASURED = {
    "junit/pytest-no-tests.xml": "no_tests",
    "junit/pytest-all-skipped.xml": "no_tests",
    "ci/github-jobs-all-skipped.json": "no_result",
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_the_measures_of_a_report_are_exact(name: str, expected: str) -> None:
    found = measured(Kind(name.partition("/")[0]), sample(name))

    assert found == dict(pair.split("=") for pair in expected.split())


@pytest.mark.parametrize(("name", "code"), NOTHING_MEASURED.items())
def test_a_report_in_which_nothing_was_measured_is_refused(name: str, code: str) -> None:
    assert code_of(Kind(name.partition("/")[0]), sample(name)) == code


@pytest.mark.parametrize("path", SAMPLES, ids=name_of)
def test_each_measure_is_in_the_vocabulary_of_its_kind(path: Path) -> None:
    kind = kind_of(path)
    if name_of(path) in NOTHING_MEASURED:
        return

    report = read_report(kind, path.read_bytes())

    assert {name: measure_errors(kind, name) for name in report.measures} == dict.fromkeys(
        report.measures, ()
    )
    assert report.kind == kind


@pytest.mark.parametrize("kind", Kind)
def test_a_report_of_another_kind_is_refused(kind: Kind) -> None:
    others = [path.read_bytes() for path in SAMPLES if kind_of(path) != kind]

    refusals = [code_of(kind, content) for content in others]

    assert len(refusals) == len(others) > 10


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("junit/pytest-mixed.xml", "2026-11-25T17:27:10.787778+00:00"),
        ("junit/node-nested.xml", None),
        ("k6/machine-readable-passed.json", "2026-11-24T09:31:07.418220+00:00"),
        ("k6/handle-summary-passed.json", None),
        ("restore/counts.json", "2026-11-24T00:12:24+00:00"),
        ("ci/github-jobs-mixed.json", "2026-11-24T09:44:39+00:00"),
        ("health/probe-up.json", "2026-11-24T09:31:07.418220+00:00"),
    ],
)
def test_the_tools_own_time_is_read_where_it_names_a_time_zone(
    name: str, moment: str | None
) -> None:
    found = read_report(Kind(name.partition("/")[0]), sample(name)).tool_time

    assert (found and found.isoformat()) == moment


def test_the_commit_is_read_from_the_jobs() -> None:
    report = read_report(Kind.CI, sample("ci/github-jobs-passed.json"))

    assert report.commit == "f83a356604ae3c5d03e1b46ef4d1ca77d64a90b0"
