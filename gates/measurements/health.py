"""What `gatesctl probe` saw of a service:

{"url": "…", "observed_at": "…", "status": 200, "milliseconds": 26.9,
 "parts": {"postgres": "ok", "redis": "down"}}

`status` is 0 where no answer came. `parts` is left out where the answer names none.
"""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from gates.rules.measures import Kind

from .report import Report, ReportError, aware_time, shown
from .strict_json import as_count, as_number, as_object, parse_json

# What health pages write of a part that is well; anything else is down.
_UP = {"ok", "up", "pass", "passing", "healthy", "green", "true", "ready", "available", "connected"}
_MAX_STATUS = 599


def read_health(content: bytes) -> Report:
    """Return status, time to the answer, and how many parts are down.

    An answer that is no success counts as one part down, where no part is named as down. Without
    that, and without parts, `parts_down` is not measured.

    Raises:
        ReportError: it is not what the probe writes.
    """
    data = parse_json(content)
    if "status" not in data or "milliseconds" not in data:
        message = gettext_noop("This is not a probe report: it needs status and milliseconds.")
        raise ReportError("not_health", message)
    status = as_count(data["status"], "status")
    milliseconds = as_number(data["milliseconds"], "milliseconds")
    if status > _MAX_STATUS or milliseconds < 0:
        message = gettext_noop("The status is not an HTTP status, or the time is negative.")
        raise ReportError("not_health", message)
    measures = {"status": status, "milliseconds": milliseconds}
    parts = as_object(data.get("parts", {}), "parts")
    down = sum(not _is_up(part, f"parts.{name}") for name, part in parts.items())
    if not 200 <= status < 300:
        down = max(down, 1)
    if parts or down:
        measures["parts_down"] = Decimal(down)
    return Report(Kind.HEALTH, "probe", measures, aware_time(data.get("observed_at")))


def _is_up(part: Any, where: str) -> bool:
    if isinstance(part, bool):
        return part
    if isinstance(part, str):
        return part.strip().lower() in _UP
    message = gettext_noop("%(where)s must be a word, true or false.")
    raise ReportError("not_part", message, where=shown(where))
