"""The shape of the tests: folders like those of the code, and no test that imports another."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

TESTS = Path(settings.BASE_DIR) / "tests"
FILES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("*.py"))

# Folders beside those that bear the name of a room of `gates/`.
OTHERS = {
    "accounts": "the app of the same name",
    "architecture": "the shape of the code and of the tests",
    "benchmarks": "the package of the same name",
    "browser": "pages in a real browser",
    "client": "the folder of the same name",
    "commands": "gates/management/commands",
    "project": "dealix_gates, deploy, and the modules that lie in gates/ itself",
    "support": "what tests share",
}
# Commands of the Makefile, each tested in tests/project.
COMMANDS = {"tests.audit", "tests.postgres", "tests.run"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_test_imports_from_another(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse((TESTS / path).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            imported.add(str(node.module))

    ours = {name for name in imported if name.partition(".")[0] == "tests"}
    assert {
        name for name in ours - COMMANDS if not f"{name}.".startswith("tests.support.")
    } == set()


def test_each_folder_is_named_after_what_it_tests() -> None:
    rooms = {path.name for path in (TESTS.parent / "gates").iterdir() if path.is_dir()}

    folders = {path.parts[0] for path in FILES if len(path.parts) > 1}

    assert folders - rooms - OTHERS.keys() == set()
