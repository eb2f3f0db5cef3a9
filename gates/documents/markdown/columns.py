"""The columns of a table by their meaning."""

import re
from collections.abc import Mapping
from functools import lru_cache

from gates.rules.text import comparison_form

from .vocabulary import (
    COLUMN_NAMES,
    COLUMNS,
    WEAK_COLUMNS,
    folded,
    strip_markup,
    without_direction,
)

_SUFFIX = re.compile(r"\s*\([^()]*\)$")
_GATES = folded(("gate", "البوابة"))
_TITLES = folded(("title", "العنوان"))
_EVIDENCE = re.compile(r"(?:evidence|proof|الدليل|الاثبات) (?:in|at|from|link|في|من|علي)\b.*")


@lru_cache(maxsize=4096)
def column_name(text: str) -> str:
    """Return a column's name in the form in which names are compared."""
    return comparison_form(strip_markup(without_direction(text)))


def map_columns(header: list[str], meanings: Mapping[str, str] | None = None) -> dict[str, int]:
    """Return the index of each known column; of two equal ones the first.

    meanings: names that a person has given a meaning, casefolded.
    """
    columns = [_meaning(name, meanings or {}) for name in header]
    return {column: i for i, column in reversed([*enumerate(columns)]) if column}


def map_gate_columns(
    header: list[str], meanings: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return `map_columns` of a gate table: weaker names too, where no better one stands."""
    columns = map_columns(header, meanings)
    names = [column_name(text) for text in header]
    gate, title = (next((n for n in names if n in words), "") for words in (_GATES, _TITLES))
    if "code" not in columns and gate and title:
        # “Gate | Title | Status”: the first is the code.
        columns |= {"code": names.index(gate), "gate": names.index(title)}
    taken = set(columns.values())
    names = [_SUFFIX.sub("", column_name(text)) for text in header]
    for meaning, weak in WEAK_COLUMNS.items():
        if meaning in columns or (meaning == "evidence" and "proof" in columns):
            continue
        for name in map(column_name, weak):
            if name in names:
                i = names.index(name)
                known = next((c for c, at in columns.items() if at == i), "")
                # “State” and “Name” mean something in other tables.
                if i not in taken or known in {"state", "name", "progress"}:
                    columns.pop(known, None)
                    columns[meaning] = i
                    taken.add(i)
                    break
    return columns


def duplicate_columns(header: list[str], meanings: Mapping[str, str] | None = None) -> list[str]:
    """Return the names of the first two columns with one meaning; [] if there are none."""
    first: dict[str, str] = {}
    for name in header:
        column = _meaning(name, meanings or {})
        if column is not None and first.setdefault(column, name) is not name:
            return [f"“{first[column]}”", f"“{name}”"]
    return []


def meaning_of(name: str) -> str | None:
    """Return the meaning that a person may give a column; None if there is no such one."""
    wanted = column_name(name)
    return COLUMN_NAMES.get(wanted) or (wanted if wanted in COLUMNS else None)


def _meaning(text: str, meanings: Mapping[str, str]) -> str | None:
    name = column_name(text)
    if name in meanings:
        return meanings[name]
    short = _SUFFIX.sub("", name)
    if name in COLUMN_NAMES or short in COLUMN_NAMES:
        return COLUMN_NAMES.get(name) or COLUMN_NAMES[short]
    return "evidence" if _EVIDENCE.fullmatch(name) else None
