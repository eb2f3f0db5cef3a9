"""The vocabulary of what machines measure: kinds of report, their measures and units.

A form offers these, and the catalogue translates them. `gates/measurements/` reads reports into
measures of these names.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop

from .reason import Reason
from .text import is_invisible

MAX_NAME_LENGTH = 150
MAX_MEASURES = 2000  # of one report


class Kind(StrEnum):
    """A kind of report that a check asks for."""

    K6 = "k6"
    RESTORE = "restore"
    CI = "ci"
    JUNIT = "junit"
    HEALTH = "health"
    NUMBERS = "numbers"


KIND_LABELS = {
    Kind.K6: gettext_noop("Load test (k6)"),
    Kind.RESTORE: gettext_noop("Restored backup"),
    Kind.CI: gettext_noop("CI jobs"),
    Kind.JUNIT: gettext_noop("Test results (JUnit)"),
    Kind.HEALTH: gettext_noop("Health of a service"),
    Kind.NUMBERS: gettext_noop("Numbers by name"),
}


class Unit(StrEnum):
    """What a measure is counted in."""

    COUNT = "count"
    SHARE = "share"
    MILLISECONDS = "ms"
    SECONDS = "s"
    MINUTES = "min"
    HOURS = "h"
    PER_SECOND = "per second"
    BYTES = "bytes"
    CODE = "code"
    UNKNOWN = ""


UNIT_LABELS = {
    Unit.COUNT: "",
    Unit.SHARE: gettext_noop("as a share: 0.01 is one in a hundred"),
    Unit.MILLISECONDS: gettext_noop("milliseconds"),
    Unit.SECONDS: gettext_noop("seconds"),
    Unit.MINUTES: gettext_noop("minutes"),
    Unit.HOURS: gettext_noop("hours"),
    Unit.PER_SECOND: gettext_noop("per second"),
    Unit.BYTES: gettext_noop("bytes"),
    Unit.CODE: "",
    Unit.UNKNOWN: "",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One number that a report of a kind can give.

    label: in English; marked for translation.
    """

    name: str
    label: str
    unit: Unit = Unit.COUNT


# By kind, in the order in which a form offers them. k6 and numbers have others besides.
MEASURES: dict[Kind, tuple[Measure, ...]] = {
    Kind.K6: (
        Measure(
            "http_req_duration.p(95)",
            gettext_noop("response time, 95th percentile"),
            Unit.MILLISECONDS,
        ),
        Measure(
            "http_req_duration.p(99)",
            gettext_noop("response time, 99th percentile"),
            Unit.MILLISECONDS,
        ),
        Measure("http_req_duration.med", gettext_noop("response time, median"), Unit.MILLISECONDS),
        Measure("http_req_duration.max", gettext_noop("response time, longest"), Unit.MILLISECONDS),
        Measure("http_reqs.count", gettext_noop("requests")),
        Measure(
            "http_reqs.rate",
            gettext_noop("requests a second, average of the whole run"),
            Unit.PER_SECOND,
        ),
        Measure("http_req_failed.rate", gettext_noop("failed requests, share"), Unit.SHARE),
        Measure("duration", gettext_noop("length of the run"), Unit.SECONDS),
        Measure("checks.fails", gettext_noop("checks of the script that failed")),
        Measure("checks.rate", gettext_noop("checks of the script that passed, share"), Unit.SHARE),
        Measure("iterations.count", gettext_noop("iterations")),
        Measure("vus_max.max", gettext_noop("virtual users, at most")),
    ),
    Kind.RESTORE: (
        Measure("tables_differing", gettext_noop("tables that differ from what was dumped")),
        Measure("rows", gettext_noop("rows restored")),
        Measure("rows_lost", gettext_noop("rows dumped and not restored")),
        Measure("tables", gettext_noop("tables compared")),
        Measure("minutes", gettext_noop("length of the drill"), Unit.MINUTES),
        Measure("dump_age_hours", gettext_noop("age of the dump when restored"), Unit.HOURS),
    ),
    Kind.CI: (
        Measure("success", gettext_noop("jobs that succeeded")),
        Measure("failed", gettext_noop("jobs that failed or were cancelled")),
        Measure("skipped", gettext_noop("jobs that were skipped")),
        Measure("missing", gettext_noop("jobs without a result")),
    ),
    Kind.JUNIT: (
        Measure("tests", gettext_noop("tests")),
        Measure("passed", gettext_noop("tests that passed")),
        Measure("failures", gettext_noop("tests that failed")),
        Measure("errors", gettext_noop("tests that ended with an error")),
        Measure("skipped", gettext_noop("tests that were skipped")),
    ),
    Kind.HEALTH: (
        Measure("status", gettext_noop("HTTP status, 0 without an answer"), Unit.CODE),
        Measure("milliseconds", gettext_noop("response time"), Unit.MILLISECONDS),
        Measure("parts_down", gettext_noop("parts that are down")),
    ),
    Kind.NUMBERS: (),
}

# The statistics of k6 (docs: Metrics, `summaryTrendStats`); a metric may have tags in braces.
K6_STATISTIC = r"(?:avg|min|med|max|count|rate|value|passes|fails|p\([0-9]{1,3}(?:\.[0-9]{1,6})?\))"
_K6_MEASURE = re.compile(rf"(?P<metric>.+)\.(?P<statistic>{K6_STATISTIC})")
_K6_TIMES = ("http_req_", "iteration_duration", "group_duration", "grpc_req_duration")
_K6_SHARES = ("http_req_failed", "checks")


def is_measure_name(name: str) -> bool:
    """Return whether a text can name a measure: visible, on one line, not too long."""
    return (
        0 < len(name) <= MAX_NAME_LENGTH
        and name == name.strip()
        and all(char.isprintable() and not is_invisible(char) for char in name)
    )


def measure_errors(kind: Kind, name: str) -> tuple[Reason, ...]:
    """Return why a report of the kind can give no such measure; empty if it can."""
    if is_measure_name(name) and (
        name in {measure.name for measure in MEASURES[kind]}
        or (kind == Kind.K6 and _K6_MEASURE.fullmatch(name))
        or kind == Kind.NUMBERS
    ):
        return ()
    if kind == Kind.K6:
        message = gettext_noop(
            "k6 has no such measure. Write METRIC.STATISTIC, such as http_req_duration.p(95)."
        )
        return (Reason("unknown_measure", message),)
    message = gettext_noop("This kind of report has no such measure. It has: %(names)s.")
    names = ", ".join(measure.name for measure in MEASURES[kind])
    if kind == Kind.NUMBERS:
        message = gettext_noop("A name is 1 to %(most)s visible characters on one line.")
        return (Reason("unknown_measure", message, {"most": MAX_NAME_LENGTH}),)
    return (Reason("unknown_measure", message, {"names": names}),)


def measure_unit(kind: Kind, name: str) -> Unit:
    """Return what a measure is counted in; UNKNOWN where the tool's script decides."""
    for measure in MEASURES[kind]:
        if measure.name == name:
            return measure.unit
    found = _K6_MEASURE.fullmatch(name) if kind == Kind.K6 else None
    if found is None:
        return Unit.UNKNOWN
    metric = found["metric"].partition("{")[0]
    if found["statistic"] in {"count", "passes", "fails"}:
        return Unit.BYTES if metric in {"data_sent", "data_received"} else Unit.COUNT
    if metric in _K6_SHARES:
        return Unit.SHARE
    if metric.startswith(_K6_TIMES):
        return Unit.MILLISECONDS
    if metric in {"http_reqs", "iterations"} and found["statistic"] == "rate":
        return Unit.PER_SECOND
    return Unit.UNKNOWN
