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
# The parser takes quadratic time for `\\|` in a row, so it sees this character instead.
_PIPE = "\ud800"  # half a character, which no decoded text has
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
    depth: int = 0  # of the list that it stands in; 0: a paragraph
    first: bool = True  # of its list item


@dataclass(slots=True)
class Code:
    """A block of code: an example, which the reader lists and does not read."""

    line: int
    lines: int
    sample: str


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


Block = Heading | Line | Code | Table


def parse_blocks(text: str) -> list[Block]:
    """Return the blocks of a document in order: all but thematic breaks and empty lines."""
    text = re.sub(r"\r\n?", "\n", text)
    lines = text.split("\n")
    if "\\|" not in text or _PIPE in text:
        return list(_Blocks(lines).read(_block_parser.parse(text)))
    tokens = _block_parser.parse(text.replace("\\|", _PIPE))
    in_table = False
    for token in tokens:
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        token.content = token.content.replace(_PIPE, "|" if in_table else "\\|")
    return list(_Blocks(lines).read(tokens))


class _Blocks:
    """State of one walk through the tokens of a document."""

    def __init__(self, source: list[str]) -> None:
        self.source = source
        self.table: Table | None = None
        self.markup, self.level = "", 0  # of the heading that is open
        self.depth, self.first = 0, True  # of the list, and of the list item

    def read(self, tokens: list[Token]) -> Iterator[Block]:
        """Yield the blocks of the document."""
        for token in tokens:
            line = token.map[0] + 1 if token.map else 0
            if token.type.startswith(("table_", "tr_")):
                yield from self._read_table(token, line)
            elif token.type == "inline" and self.table is not None:
                rows, header = self.table.rows, self.table.header
                (rows[-1].cells if rows else header).append(token.content)
            elif token.type == "inline":
                yield from self._read_text(token, line)
            elif token.type in {"fence", "code_block"} and token.content.strip():
                sample = token.content.strip().partition("\n")[0]
                count = len(token.content.rstrip("\n").split("\n"))
                yield Code(line + (token.type == "fence"), count, sample)
            else:
                self._enter(token)

    def _read_table(self, token: Token, line: int) -> Iterator[Table]:
        if token.type == "table_open":
            self.table = Table(line, [])
        elif token.type == "table_close" and self.table is not None:
            yield self.table
            self.table = None
        elif token.type == "tr_open" and self.table is not None and self.table.header:
            self.table.rows.append(Row(line, [], _count_cells(self.source[line - 1])))

    def _read_text(self, token: Token, line: int) -> Iterator[Heading | Line]:
        lines = token.content.split("\n")
        # Markdown takes `---` below a paragraph for an underline; people mean a break.
        if self.markup and len(lines) == 1:
            yield Heading(line, self.level, token.content)
        else:
            for i, text in enumerate(lines):
                yield Line(line + i, text.strip(), self.depth, self.first and i == 0)
        self.first = False

    def _enter(self, token: Token) -> None:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            self.depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self.depth -= 1
        elif token.type == "list_item_open":
            self.first = True
        elif token.type in {"heading_open", "paragraph_open"}:
            self.markup = token.markup if token.type == "heading_open" else ""
            self.level = int(token.tag[1]) if self.markup else 0


def _count_cells(line: str) -> int:
    cells = _CELL_END.split(line.strip().lstrip(">").strip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")
