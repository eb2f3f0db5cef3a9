"""Lines of the security log that a test caught."""

import json
from typing import Any

import pytest


def events(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    """Return the lines of one kind of event."""
    lines = [json.loads(row.getMessage()) for row in caplog.records if row.name == "security"]
    return [line for line in lines if line["event"] == name]
