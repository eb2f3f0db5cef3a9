"""A Markdown text as a flat list of headings, lines and tables, each with its line number.

markdown-it-py finds the structure. Inline marks are not parsed: texts stay as they are written,
and no hostile line can make the inline parser slow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Without the rule "reference", `[T1]: ...` stays a line of text instead of disappearing.
_block_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
_block_parser.core.ruler.disable("inline")
_CELL_END = re.compile(r"(?<!\\)\|")  # a pipe that is not escaped, as markdown-it splits a row


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
    """One row of a table."""

    line: int
    cells: list[str]  # as many as the header has: markdown-it pads and cuts
    written: int  # how many cells the line has


@dataclass(slots=True)
class Table:
    """A table."""

    line: int
    header: list[str]
    rows: list[Row] = field(default_factory=list)


Block = Heading | Line | Table


def parse_blocks(text: str) -> list[Block]:
    """Return the blocks of a document in order: all but thematic breaks and empty lines."""
    text = re.sub(r"\r\n?", "\n", text)
    return list(_blocks(_block_parser.parse(text), text.split("\n")))


def _blocks(tokens: list[Token], source: list[str]) -> Iterator[Block]:
    table: Table | None = None
    markup = ""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        if token.type == "table_open":
            table = Table(line, [])
        elif token.type == "table_close" and table is not None:
            yield table
            table = None
        elif token.type == "tr_open" and table is not None and table.header:
            table.rows.append(Row(line, [], _count_cells(source[line - 1])))
        elif token.type in {"heading_open", "paragraph_open"}:
            markup = token.markup if token.type == "heading_open" else ""
            level = int(token.tag[1]) if markup else 0
        elif token.type == "inline" and table is not None:
            (table.rows[-1].cells if table.rows else table.header).append(token.content)
        elif token.type == "inline":
            lines = token.content.split("\n")
            # Markdown takes `---` below a paragraph for an underline; people mean a break.
            if markup and len(lines) == 1:
                yield Heading(line, level, token.content)
            else:
                yield from (Line(line + i, text.strip()) for i, text in enumerate(lines))
        elif token.type in {"fence", "code_block"}:
            first = line + (token.type == "fence")
            code = enumerate(token.content.split("\n"))
            yield from (Line(first + i, text.strip()) for i, text in code if text.strip())


def _count_cells(line: str) -> int:
    cells = _CELL_END.split(line.strip().lstrip(">").strip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")
