"""How a line of the log looks: its priority for journald, and a time with its offset.

journald reads a priority in angle brackets at the beginning of a line, so that `journalctl -p err`
finds errors.
"""

import logging
from datetime import datetime
from typing import Any

# Python's level → syslog's priority.
PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
ANSWERS_LOGGED_ELSEWHERE = {403, 429}


class LineFormatter(logging.Formatter):
    """Time with offset, level, logger and message; a traceback's lines begin with the priority too.

    prefix: whether lines begin with the priority.
    """

    def __init__(self, *args: Any, prefix: bool = True, **kwargs: Any) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", *args, **kwargs)
        self.prefix = prefix

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        moment = datetime.fromtimestamp(record.created).astimezone()
        return moment.isoformat(" ", "milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record)
        if not self.prefix:
            return lines
        priority = next((number for level, number in PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in lines.splitlines())


def is_logged_once(record: logging.LogRecord) -> bool:
    """Filter: drop Django's line about an answer of which the security log has one already."""
    return getattr(record, "status_code", None) not in ANSWERS_LOGGED_ELSEWHERE
