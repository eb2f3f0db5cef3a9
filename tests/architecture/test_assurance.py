"""docs/assurance.md names a test for each promise; here, that there is such a test."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = (ROOT / "docs" / "assurance.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)


def promises() -> list[str]:
    """The rows of the tables, without their heads."""
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")]
    return [row for row in rows if not row.startswith(("| promise", "| ---"))]


@pytest.mark.parametrize(("path", "name"), NAMED, ids=str)
def test_each_named_test_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", promises(), ids=lambda row: row[2:50])
def test_each_promise_has_a_threat_what_upholds_it_and_a_test(row: str) -> None:
    promise, threat, upheld, tests = (cell.strip() for cell in row.strip("|").split(" | "))

    assert promise
    assert threat
    assert upheld
    assert re.search(r"`tests/[\w/]+\.py::\w+`", tests)
