"""The parser of each kind of report."""

from collections.abc import Callable, Mapping

from gates.rules.measures import Kind

from .ci import read_ci
from .health import read_health
from .junit import read_junit
from .k6 import read_k6
from .numbers import read_numbers
from .report import Report
from .restore import read_restore

PARSERS: Mapping[Kind, Callable[[bytes], Report]] = {
    Kind.K6: read_k6,
    Kind.RESTORE: read_restore,
    Kind.CI: read_ci,
    Kind.JUNIT: read_junit,
    Kind.HEALTH: read_health,
    Kind.NUMBERS: read_numbers,
}


def read_report(kind: Kind, content: bytes) -> Report:
    """Return what a report of a kind says.

    content: the bytes as the tool wrote them.

    Raises:
        ReportError: it cannot be read, or nothing was measured. No other error is raised.
    """
    return PARSERS[kind](content)
