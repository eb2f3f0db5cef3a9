"""JUnit cases that say by attribute, or in another spelling, that they failed."""

import pytest

from gates.rules.measures import Kind
from tests.support.reports import measured


@pytest.mark.parametrize(
    ("case", "failures", "errors"),
    [
        ('<testcase name="a" status="failed"/>', "1", "0"),
        ('<testcase name="a" result="Failure"/>', "1", "0"),
        ('<testcase name="a" status="broken"/>', "0", "1"),
        ('<testcase name="a"><Failure/></testcase>', "1", "0"),
        ('<testcase name="a" status="failed"><failure/></testcase>', "1", "0"),
        # That it passed is never read.
        ('<testcase name="a" status="passed"><error/></testcase>', "0", "1"),
    ],
)
def test_a_case_that_failed_is_no_passed_one(case: str, failures: str, errors: str) -> None:
    found = measured(Kind.JUNIT, f"<testsuite>{case}</testsuite>".encode())

    assert (found["passed"], found["failures"], found["errors"]) == ("0", failures, errors)
