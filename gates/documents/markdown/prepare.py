"""Take out of a Markdown text what its readers do not see, before its blocks are parsed.

HTML comments, HTML tables and front matter become empty lines, so that the numbers of lines stay.
Link definitions (`[r]: https://…`) and footnotes (`[^1]: …`) are collected and stay in the text.
"""

import re
from dataclasses import dataclass, field

from .blocks import Table
from .html_tables import take_html_tables

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_VALUES = {
    "---": re.compile(r"([A-Za-z][\w -]{0,40}):\s*(.*)"),
    "+++": re.compile(r"([A-Za-z][\w -]{0,40}?)\s*=\s*(.*)"),
}
_DEFINITION = re.compile(r" {0,3}\[(\^?[^\]\[]{1,100})\]:\s*(\S.*)")
_LONGEST_FRONT_MATTER = 100


@dataclass(slots=True)
class Source:
    """A Markdown text without its front matter and comments."""

    text: str
    front_matter: dict[str, tuple[int, str]] = field(default_factory=dict)  # name: (line, value)
    front_lines: list[tuple[int, str]] = field(default_factory=list)  # other lines of it
    comments: list[tuple[int, int]] = field(default_factory=list)  # (first line, lines)
    definitions: dict[str, tuple[int, str]] = field(default_factory=dict)  # label: (line, text)
    tables: list[Table] = field(default_factory=list)  # in HTML
    footnote_lines: dict[int, str] = field(default_factory=dict)  # further line: its label
    unclosed_comment: int = 0  # line of a comment that does not end; 0: there is none


def prepare(text: str) -> Source:
    """Return the text that people see, and what was taken out of it."""
    lines = re.sub(r"\r\n?", "\n", text).split("\n")
    source = Source("")
    _take_front_matter(lines, source)
    _take_comments(lines, source)
    source.tables = take_html_tables(lines)
    source.text = "\n".join(lines)
    return source


def _take_front_matter(lines: list[str], source: Source) -> None:
    """Take YAML between lines of `---`, or TOML between lines of `+++`."""
    fence = lines[0].rstrip() if lines else ""
    if fence not in _FRONT_VALUES:
        return
    value_of = _FRONT_VALUES[fence].fullmatch
    ends = [i for i, line in enumerate(lines[1:_LONGEST_FRONT_MATTER], 1) if line.rstrip() == fence]
    if not ends or not any(value_of(line.strip()) for line in lines[1 : ends[0]]):
        return
    for i, line in enumerate(lines[: ends[0] + 1]):
        name = ""
        if (value := value_of(line)) and value.group(2):
            name = value.group(1).strip().casefold().replace("_", " ")
            text = value.group(2).strip().strip("\"'")
        if name and name not in source.front_matter:
            source.front_matter[name] = (i + 1, text)
        elif line.strip() not in {"", fence}:
            source.front_lines.append((i + 1, line.strip()))
        lines[i] = ""


def _take_comments(lines: list[str], source: Source) -> None:
    fence, begun = "", -1
    for i, line in enumerate(lines):
        if begun < 0 and (mark := _FENCE.match(line)):
            kind = mark.group(1)
            if not fence:
                fence = kind
            elif kind.startswith(fence) and not line.strip(" `~"):
                fence = ""
            continue
        if fence:
            continue
        if begun < 0 and (definition := _DEFINITION.match(line)):
            label = definition.group(1).strip().casefold()
            if label not in source.definitions:
                text = definition.group(2).strip()
                source.definitions[label] = (i + 1, text + _rest_of_note(lines, i, label, source))
        lines[i], begun = _without_comments(lines, i, begun, source)
    if begun >= 0:
        source.unclosed_comment = begun + 1
    for first, count in source.comments:
        _join_table(lines, first - 1, first - 1 + count)


def _join_table(lines: list[str], begin: int, end: int) -> None:
    """Let the rows round a comment, which has these lines for itself, stay one table."""
    around = [*lines[begin - 1 : begin], *lines[end : end + 1]]
    rows = all(line.lstrip().startswith("|") for line in around)
    if len(around) == 2 and rows and not any(line.strip() for line in lines[begin:end]):
        lines[begin:end] = ["|"] * (end - begin)


def _rest_of_note(lines: list[str], begin: int, label: str, source: Source) -> str:
    """Return the further lines of a footnote, which are indented; note whose they are."""
    words = []
    for i in range(begin + 1, len(lines)) if label.startswith("^") else ():
        if not lines[i].startswith(("  ", "\t")) or not lines[i].strip():
            break
        if _DEFINITION.match(lines[i]):
            break
        words.append(f" {lines[i].strip()}")
        source.footnote_lines[i + 1] = label
    return "".join(words)


def _without_comments(lines: list[str], i: int, begun: int, source: Source) -> tuple[str, int]:
    """Return line `i` without comments, and the line where an open comment began or -1."""
    line, at = lines[i], 0
    kept: list[str] = []
    last_end = line.rfind("-->")
    counted, ticks = 0, 0  # back quotes before `counted`
    while True:
        if begun >= 0:
            end = line.find("-->", at)
            if end < 0:
                return "".join(kept), begun
            source.comments.append((begun + 1, i - begun + 1))
            at, begun = end + 3, -1
        start = line.find("<!--", at)
        while start >= 0:
            ticks, counted = ticks + line.count("`", counted, start), start
            opens_block = not line[: min(start, 80)].strip(" >*+-") and start < 80
            # Inside code it is text; in the middle of a line it has to end there.
            if ticks % 2 == 0 and (last_end >= start + 4 or opens_block):
                break
            start = line.find("<!--", start + 4)
        if start < 0:
            return "".join([*kept, line[at:]]), -1
        kept.append(line[at:start])
        at, begun = start + 4, i
