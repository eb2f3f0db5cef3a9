"""Describe what the reader did not understand."""

import re
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from gates.documents.records import place_of

from .blocks import Block, Code, Line, Table
from .columns import map_gate_columns
from .lines import MAX_LINE_LENGTH
from .parsed import SkippedLines
from .vocabulary import strip_markup

MAX_TABLES = 20  # in a refusal
NO_GATES = gettext_noop(
    "no gate table: a table with the columns “#”, “Gate” and “Status” is expected, or a list with "
    "boxes (- [ ] …), or headings such as “## Gate 1 — Keys ✅”"
)


def unread_table(table: Table, word: str = "") -> str:
    """Return the line about a table with a status that was not read.

    word: the first one that is no status; empty: it has no column Gate.
    """
    if word:
        why = _("“%(text)s” is not a status; say --status WORD=STATUS for another word")
        why %= {"text": word}
    else:
        why = _("no column Gate; map a column with --column NAME=Gate")
    message = ngettext(
        "%(rows)s row of a table with a status were not read (line %(line)s: %(names)s: %(why)s)",
        "%(rows)s rows of a table with a status were not read (line %(line)s: %(names)s: %(why)s)",
        len(table.rows),
    )
    values = {"rows": len(table.rows), "line": table.line, "names": _names(table), "why": why}
    return message % values


def tables_without_gates(
    blocks: Sequence[Block], meanings: Mapping[str, str]
) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield (line, message, choice) of the tables that lack one column to be gate tables."""
    tables = [block for block in blocks if isinstance(block, Table)]
    for table in tables[:MAX_TABLES]:
        columns = map_gate_columns(table.header, meanings)
        missing = [name for name in ("gate", "status") if name not in columns]
        if len(missing) == 2:
            message = _("%(names)s: no column Gate and no column Status")
            yield table.line, message % {"names": _names(table)}, ()
        elif missing:
            name = missing[0].capitalize()
            free = [n for i, n in enumerate(table.header) if i not in columns.values()]
            example = strip_markup(free[0]) if free else "NAME"
            message = _("%(names)s: no column %(name)s; map one with --column %(example)s=%(name)s")
            values = {"names": _names(table), "name": name, "example": example}
            yield table.line, message % values, ("column", name, *map(strip_markup, free))


def skipped_lines(heading: str, unread: Sequence[Line | Table | Code]) -> SkippedLines:
    """Return the report of the blocks below a heading that were not understood."""
    numbers = [
        f"{place_of(block.line)}: {block.text[:MAX_LINE_LENGTH]}"
        for block in unread
        if isinstance(block, Line) and re.search(r"[0-9]", block.text)
    ]
    lines = sum(map(_count_lines, unread))
    return SkippedLines(unread[0].line, heading, lines, _sample(unread[0])[:80], numbers)


def _names(table: Table) -> str:
    return " | ".join(strip_markup(name) for name in table.header)


def _count_lines(block: Line | Table | Code) -> int:
    if isinstance(block, Table):
        return 2 + len(block.rows)
    return block.lines if isinstance(block, Code) else 1


def _sample(block: Line | Table | Code) -> str:
    if isinstance(block, Table):
        return " | ".join(block.header)
    return block.sample if isinstance(block, Code) else block.text
