"""JUnit XML, as pytest, Surefire, Jest, Go and others write it.

The totals in the attributes are not read: tools disagree about them, and a script can leave them
behind. The cases are counted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop

from gates.rules.measures import Kind

from .report import Report, ReportError, aware_time
from .strict_xml import walk_xml

_ROOTS = {"testsuites", "testsuite"}
_OUTCOMES = {"failure": "failures", "error": "errors", "skipped": "skipped"}
# Googletest and others mark a case that did not run in an attribute.
_NOT_RUN = {"notrun", "disabled", "skipped", "ignored", "suppressed"}
# A case that says by attribute that it failed is no passed one; that it passed is never read.
_FAILED = {"fail", "failed", "failure"}
_BROKEN = {"error", "errored", "broken"}


class _Counter:
    """Counts cases and their outcomes while the elements pass by."""

    def __init__(self) -> None:
        self.tests = 0
        self.passed = 0
        self.outcomes = dict.fromkeys(_OUTCOMES.values(), 0)
        self.tool_time: datetime | None = None
        self._of_case: set[str] | None = None  # the outcomes of the case that is being read

    def __call__(self, path: Sequence[str], attributes: Mapping[str, str]) -> None:
        name = path[-1]
        if len(path) == 1 and name not in _ROOTS:
            message = gettext_noop("This is not JUnit XML: it must begin with <testsuites>.")
            raise ReportError("not_junit", message)
        if name == "testcase":
            self._begin_case(attributes)
        elif name == "testsuite":
            self._take_time(attributes)
        elif name.lower() in _OUTCOMES:
            self._add(_OUTCOMES[name.lower()], in_case="testcase" in path)

    def _begin_case(self, attributes: Mapping[str, str]) -> None:
        self.end_case()
        self.tests += 1
        self._of_case = set()
        states = {attributes.get("status", "").lower(), attributes.get("result", "").lower()}
        for words, outcome in (
            (_NOT_RUN, "skipped"), (_FAILED, "failures"), (_BROKEN, "errors"),
        ):  # fmt: skip
            if states & words:
                self._add(outcome, in_case=True)

    def _add(self, outcome: str, *, in_case: bool) -> None:
        """Count an outcome once a case; one that stands outside all cases by itself."""
        if not in_case or self._of_case is None:
            self.outcomes[outcome] += 1
        elif outcome not in self._of_case:
            self._of_case.add(outcome)
            self.outcomes[outcome] += 1

    def end_case(self) -> None:
        """Count the case before as passed, if it had no outcome."""
        if self._of_case is not None and not self._of_case:
            self.passed += 1
        self._of_case = None

    def _take_time(self, attributes: Mapping[str, str]) -> None:
        moment = aware_time(attributes.get("timestamp"))
        if moment is not None and (self.tool_time is None or moment > self.tool_time):
            self.tool_time = moment


def read_junit(content: bytes) -> Report:
    """Return the counts of cases. A case that failed and broke off counts as both.

    Raises:
        ReportError: there is no case, or all were skipped.
    """
    counter = _Counter()
    walk_xml(content, counter)
    counter.end_case()
    if not counter.tests:
        raise ReportError("no_tests", gettext_noop("The report has no tests."))
    if not counter.passed and not counter.outcomes["failures"] + counter.outcomes["errors"]:
        raise ReportError("no_tests", gettext_noop("All tests were skipped: nothing was tested."))
    counts = {"tests": counter.tests, "passed": counter.passed, **counter.outcomes}
    measures = {name: Decimal(count) for name, count in counts.items()}
    return Report(Kind.JUNIT, "junit", measures, counter.tool_time)
