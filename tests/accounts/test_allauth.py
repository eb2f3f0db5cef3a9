"""The login library's internal modules: which of them we import, and on which releases.

The library has no public way to say that a session has proved something: that a factor was just
set up, or the password just typed. `record_authentication` does it and is internal, so a release
may move it without a word. Therefore pyproject.toml names the releases on which it was seen to
work. To allow the next one, run the tests of this folder with it, then raise the limit there.
"""

import ast
import tomllib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from packaging.requirements import Requirement

ROOT = Path(settings.BASE_DIR)
KNOWN = {("accounts/views.py", "allauth.account.internal.flows.login", "record_authentication")}


def internal_imports(path: Path) -> set[tuple[str, str, str]]:
    """What a file imports from the library's internal modules: (file, module, name)."""
    return {
        (str(path.relative_to(ROOT)), node.module, alias.name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if node.module.startswith("allauth.")
        and "internal" in [*node.module.split("."), alias.name]
    }


def test_one_function_is_all_that_we_import_of_the_internal_modules() -> None:
    folders = ("accounts", "dealix_gates", "gates")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]

    assert set().union(*(internal_imports(path) for path in files)) == KNOWN


def test_only_releases_on_which_it_was_seen_to_work_are_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = [Requirement(line) for line in project["dependencies"]]
    (allauth,) = [line for line in requirements if line.name == "django-allauth"]
    major, minor, *_ = version("django-allauth").split(".")

    assert allauth.specifier.contains(version("django-allauth"))
    assert not allauth.specifier.contains(f"{major}.{int(minor) + 1}.0")
