"""gunicorn's own log lines, written as the board's are (`--logger-class` in the unit).

The access log names no key of a one-time link.
"""

import re
from typing import Any

from gunicorn.glogging import Logger

from dealix_gates.log_lines import LineFormatter

KEY = re.compile(r"(^|[?&])key=[^&\s]+")


def hide_keys(text: str) -> str:
    """Return an address or a query without the key of a one-time link."""
    return KEY.sub(r"\1key=-", text)


class ServerLogger(Logger):
    """gunicorn's logger; a worker that was killed is an error that `journalctl -p err` finds."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        return {
            name: hide_keys(value) if isinstance(value, str) else value
            for name, value in super().atoms(*args).items()
        }

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LineFormatter())
