"""Every promise in docs/assurance.md names a test that exists and runs on at least one engine."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = (ROOT / "docs" / "assurance.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)


def promises() -> list[str]:
    """Return the rows of the tables, without their heads."""
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")]
    return [row for row in rows if not row.startswith(("| promise", "| ---"))]


def reasons_not_to_run(tree: ast.Module, name: str) -> set[str]:
    """What keeps a test from running on both engines; empty where it runs on one of them.

    A test with the mark of one engine is skipped on the other, and with both marks everywhere.
    """
    (test,) = (
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    )
    marking = [*test.decorator_list, *(node for node in tree.body if is_pytestmark(node))]
    marks = {
        node.attr for part in marking for node in ast.walk(part) if isinstance(node, ast.Attribute)
    }
    called = {
        node.func.attr
        for node in ast.walk(test)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    found = marks & {"skip", "skipif", "xfail"} | called & {"skip", "xfail", "importorskip"}
    return found | (marks if {"sqlite", "postgresql"} <= marks else set())


def is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"


@pytest.mark.parametrize(("path", "name"), NAMED, ids=str)
def test_each_named_test_exists_and_runs(path: str, name: str) -> None:
    assert reasons_not_to_run(ast.parse((ROOT / path).read_text()), name) == set()


@pytest.mark.parametrize(
    "source",
    [
        "pytestmark = pytest.mark.sqlite\n@pytest.mark.postgresql\ndef test_it(): ...",
        "@pytest.mark.sqlite\n@pytest.mark.postgresql\ndef test_it(): ...",
        "pytestmark = [pytest.mark.django_db, pytest.mark.skip]\ndef test_it(): ...",
        "@pytest.mark.skipif(True, reason='x')\ndef test_it(): ...",
        "def test_it():\n    pytest.skip('later')",
    ],
)
def test_a_test_that_runs_on_no_engine_is_seen(source: str) -> None:
    assert reasons_not_to_run(ast.parse(source), "test_it")


@pytest.mark.parametrize("row", promises(), ids=lambda row: row[2:50])
def test_each_promise_has_a_threat_what_upholds_it_and_a_test(row: str) -> None:
    promise, threat, upheld, tests = (cell.strip() for cell in row.strip("|").split(" | "))

    assert promise
    assert threat
    assert upheld
    assert re.search(r"`tests/[\w/]+\.py::\w+`", tests)
