"""What is read from a report, and the error that refuses one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from gates.rules.conditions import is_storable
from gates.rules.measures import MAX_MEASURES, Kind, is_measure_name
from gates.rules.reason import Reason
from gates.rules.text import drop_invisible

MAX_SHOWN = 60  # characters of a report in a message


class ReportError(Exception):
    """A report that is refused, with one sentence that names the fault and its place."""

    def __init__(self, code: str, message: str, **values: Any) -> None:
        self.reason = Reason(code, message, values)
        super().__init__(self.reason.render())


@dataclass(frozen=True, slots=True)
class Report:
    """The measures of one report.

    form: which of the kind's forms it has, such as "summary-export".
    measures: by name. Exact: `Decimal` holds what the tool wrote, digit for digit.
    tool_time: the tool's own time of the run, its latest; None if it names none with a time zone.
    commit: the commit that the report names; empty if it names none.
    """

    kind: Kind
    form: str
    measures: Mapping[str, Decimal]
    tool_time: datetime | None = None
    commit: str = ""

    def __post_init__(self) -> None:
        """Refuse measures that cannot be stored, and a report without any."""
        if not self.measures:
            raise ReportError("no_measure", gettext_noop("The report has no numbers."))
        if len(self.measures) > MAX_MEASURES:
            message = gettext_noop("The report has %(count)s numbers; at most %(most)s are read.")
            raise ReportError("too_many", message, count=len(self.measures), most=MAX_MEASURES)
        for name, value in self.measures.items():
            if not is_measure_name(name):
                message = gettext_noop("“%(name)s” cannot be the name of a measure.")
                raise ReportError("name", message, name=shown(name))
            if not is_storable(value):
                message = gettext_noop("%(name)s is too large or has too many digits.")
                raise ReportError("number", message, name=name)


def shown(text: str) -> str:
    """Return a piece of a report as it may stand in a message: short, printable, on one line."""
    text = drop_invisible(text[: 4 * MAX_SHOWN])
    kept = "".join(char if char.isprintable() else " " for char in text)
    return kept[:MAX_SHOWN] + ("…" if len(kept) > MAX_SHOWN else "")


def aware_time(text: object) -> datetime | None:
    """Return an ISO 8601 moment in UTC; None if it is none, or names no time zone."""
    if not isinstance(text, str) or len(text) > MAX_SHOWN:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
