"""The shape of the code: which room may import which, and how history is written."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

BASE = Path(settings.BASE_DIR)
PROJECT = ("accounts", "gates", "dealix_gates")

# Lowest first. A module imports from its own room and from rooms of lower levels only.
LEVELS = (
    {"gates.rules", "gates.database", "gates.storage", "accounts"},
    {"gates.reason_text", "gates.inline_markdown"},
    {"gates.models", "gates.roles"},
    {"gates.board"},
    {
        "gates.history",
        "gates.documents",
        "gates.measurements",
        "gates.operations",
        "gates.checks",
    },
    {"gates.templatetags"},
    {"gates.admin", "gates.api", "gates.views", "gates.management", "gates.apps"},
    {"gates.urls", "dealix_gates"},
)
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}


def modules() -> list[Path]:
    return [
        path.relative_to(BASE)
        for folder in PROJECT
        for path in sorted((BASE / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path) for path in modules()}


def room_of(module: str) -> str:
    """The longest name of a room that the module lies in; "" for the bare package `gates`."""
    rooms = [room for room in LEVEL_OF if f"{module}.".startswith(f"{room}.")]
    return max(rooms, key=len, default="")


def imports_of(path: Path) -> Iterator[str]:
    """The modules of this project that a file imports, absolutely or relatively, anywhere in it."""
    package = path.parent.parts
    for node in ast.walk(ast.parse((BASE / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in NAMES)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*above, *((node.module,) if node.module else ())))
            for alias in node.names:
                name = f"{source}.{alias.name}"
                if name in NAMES or source in NAMES:
                    yield name if name in NAMES else source


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_go_down_only(path: Path) -> None:
    own = room_of(dotted(path))
    assert own or dotted(path) == "gates", f"{path} lies in no room"

    wrong = [
        name
        for name in imports_of(path)
        if (room := room_of(name)) not in {own, ""} and LEVEL_OF[room] >= LEVEL_OF[own]
    ]

    assert wrong == []


def test_no_circle_of_modules() -> None:
    waiting = {dotted(path): set(imports_of(path)) - {dotted(path)} for path in modules()}

    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]

    assert waiting == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import gates.models.gate", "gates.models.gate"),
        ("from gates import models", "gates.models"),
        ("from gates.models import Gate", "gates.models"),
        ("from ..models import gate", "gates.models.gate"),
        ("from .entries import Entry", "gates.history.entries"),
        ("from accounts import security_log", "accounts.security_log"),
        ("def late():\n    from gates.board.rows import Board", "gates.board.rows"),
    ],
)
def test_every_way_to_import_is_seen(
    line: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "gates/history/late.py"
    file.parent.mkdir(parents=True)
    file.write_text(line)
    monkeypatch.setattr(f"{__name__}.BASE", tmp_path)

    assert list(imports_of(file.relative_to(tmp_path))) == [found]


RULES = sorted((BASE / "gates/rules").glob("*.py"))
# Marks a sentence for the catalogue and returns it unchanged; nothing of Django is set up for it.
MARKER = "from django.utils.translation import gettext_noop"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_the_rules_import_nothing_but_the_standard_library(path: Path) -> None:
    imported = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and not node.level and ast.unparse(node) != MARKER)
    ]

    roots = {line.split()[1].partition(".")[0] for line in imported}

    assert roots <= sys.stdlib_module_names


BULK = {"update", "bulk_create", "bulk_update", "aupdate", "abulk_create", "abulk_update"}


@pytest.mark.parametrize("path", modules(), ids=str)
def test_nothing_is_written_past_the_history(path: Path) -> None:
    """`queryset.update()` and `bulk_*` write no history row (docs/decisions.md)."""
    calls = [
        node
        for node in ast.walk(ast.parse((BASE / path).read_text()))
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
