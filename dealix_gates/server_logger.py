"""gunicorn's own log lines, written as the board's are (`--logger-class` in the unit)."""

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from dealix_gates.log_lines import LineFormatter


class ServerLogger(Logger):
    """gunicorn's logger; a worker that was killed is an error that `journalctl -p err` finds."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LineFormatter())
