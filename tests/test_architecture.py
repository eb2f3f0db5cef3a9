"""The shape of the code: which module may import which, and how history is written."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

GATES = Path(settings.BASE_DIR) / "gates"

# Low to high: a module imports only from its own level or a lower one (DESIGN §5).
LEVELS = [
    {"reasons", "trigger", "instant", "bucket"},
    {"append_only", "revision"},
    {"rules", "invariants", "files"},
    {"markdown"},
    {"models", "checks", "roles", "moments"},
    {"recorded", "rows"},
    {"board", "history", "integrity", "backup", "health"},
    {"edited", "recent_history", "move"},
    {"news"},
    {"snapshot", "changes", "waiting", "honesty", "burnup", "feed", "filters", "lately"},
    {"asked", "unchanged"},
    {"admin", "views", "urls", "management", "templatetags", "apps"},
]
LEVEL = {name: number for number, names in enumerate(LEVELS) for name in names}


def modules() -> list[Path]:
    return [
        path
        for path in sorted(GATES.rglob("*.py"))
        if "migrations" not in path.parts and path != GATES / "__init__.py"
    ]


def package_of(path: Path) -> str:
    return path.relative_to(GATES).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The modules of this app that a file imports, by the first name below `gates`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts[0] == "gates":
                found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and path.parent == GATES:
            found |= {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(GATES)))
def test_imports_go_down_only(path: Path) -> None:
    own = package_of(path)

    assert own in LEVEL, f"{own} has no place in the order of DESIGN §5"
    higher = {name for name in imported(path) if LEVEL[name] > LEVEL[own]}

    assert higher == set()


BULK = {"update", "bulk_create", "bulk_update", "aupdate", "abulk_create", "abulk_update"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(GATES)))
def test_nothing_is_written_past_the_history(path: Path) -> None:
    """`queryset.update()` and `bulk_*` write no history row (DESIGN §8, trap 1)."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in BULK
        and not is_mapping_update(node)
    ]

    assert [f"{path.name}:{call.lineno}" for call in calls] == []


def is_mapping_update(call: ast.Call) -> bool:
    """`{}.update(mapping)` and `vars(row).update(mapping)` take a mapping, a queryset does not."""
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr == "update" and bool(call.args)
