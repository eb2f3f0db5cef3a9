"""Reports that tools wrote, and the work that reading one takes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from gates.measurements import Report, ReportError, read_report
from gates.rules.measures import Kind

REPORTS = Path(__file__).resolve().parents[1] / "measurements" / "reports"
SAMPLES = sorted(path for path in REPORTS.glob("*/*") if path.is_file())
XML_KINDS = {Kind.JUNIT}


def sample(name: str) -> bytes:
    return (REPORTS / name).read_bytes()


def kind_of(path: Path) -> Kind:
    return Kind(path.parent.name)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def measured(kind: Kind, content: bytes) -> dict[str, str]:
    """The measures of a report as text, to be compared digit for digit."""
    return {name: str(value) for name, value in read_report(kind, content).measures.items()}


def code_of(kind: Kind, content: bytes | str | dict[str, Any]) -> str:
    """The code of the refusal; fails if the report is read."""
    if isinstance(content, dict):
        content = json.dumps(content)
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    found = outcome(kind, content)
    assert isinstance(found, ReportError), f"it was read: {found}"
    assert "%(" not in str(found)
    assert "\n" not in str(found)
    return found.reason.code


def outcome(kind: Kind, content: bytes) -> Report | ReportError:
    try:
        return read_report(kind, content)
    except ReportError as error:
        return error


def count_calls(act: Callable[[], object]) -> int:
    """Count the calls of functions, Python's and C's, that an act makes: a measure of its work."""
    count = 0

    def note(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count
