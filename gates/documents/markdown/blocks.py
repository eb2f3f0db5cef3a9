"""A Markdown text as a flat list of headings, lines and tables, each with its line number.

markdown-it-py finds the structure. Inline marks are left in place: what people wrote is kept
word for word, and no hostile line can make the inline parser slow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

# Without "reference", `[T1]: ...` stays a line of text instead of disappearing.
_block_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
_block_parser.core.ruler.disable("inline")


@dataclass(slots=True)
class Heading:
    """A heading, by its own marks (`## Security`) or underlined."""

    line: int
    level: int
    text: str


@dataclass(slots=True)
class Line:
    """One line of a paragraph or a list."""

    line: int
    text: str


@dataclass(slots=True)
class Row:
    """One row of a table; `written` is how many cells it really has."""

    line: int
    cells: list[str]
    written: int


@dataclass(slots=True)
class Table:
    """A table with its header."""

    line: int
    header: list[str]
    rows: list[Row] = field(default_factory=list)


Block = Heading | Line | Table


def parse_blocks(text: str) -> list[Block]:
    """The parts of a document in their order. Nothing is left out but rulers and empty lines."""
    text = re.sub(r"\r\n?", "\n", text)
    return list(_parts(_block_parser.parse(text), text.split("\n")))


def _parts(tokens: list[Token], source: list[str]) -> Iterator[Block]:
    table: Table | None = None
    within = ""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        if token.type == "table_open":
            table = Table(line, [])
        elif token.type == "table_close" and table is not None:
            yield table
            table = None
        elif token.type == "tr_open" and table is not None and table.header:
            table.rows.append(Row(line, [], _cells_in(source[line - 1])))
        elif token.type in {"heading_open", "paragraph_open"}:
            within = token.markup if token.type == "heading_open" else ""
            level = int(token.tag[1]) if within else 0
        elif token.type == "inline" and table is not None:
            (table.rows[-1].cells if table.rows else table.header).append(token.content)
        elif token.type == "inline":
            lines = token.content.split("\n")
            # A ruler right below a paragraph underlines it, for Markdown; people mean a ruler.
            if within and len(lines) == 1:
                yield Heading(line, level, token.content)
            else:
                yield from (Line(line + i, text.strip()) for i, text in enumerate(lines))
        elif token.type in {"fence", "code_block"}:
            first = line + (token.type == "fence")
            found = enumerate(token.content.split("\n"))
            yield from (Line(first + i, text.strip()) for i, text in found if text.strip())


def _cells_in(line: str) -> int:
    cells = escapedSplit(line.strip().lstrip(">").strip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")
