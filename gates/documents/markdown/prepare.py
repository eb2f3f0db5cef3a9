"""Take out of a Markdown text what its readers do not see, before its blocks are parsed.

HTML comments and front matter become empty lines, so that the numbers of lines stay. Link
definitions (`[r]: https://…`) and footnotes (`[^1]: …`) are collected and stay in the text.
"""

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_VALUE = re.compile(r"([A-Za-z][\w -]{0,40}):\s*(.*)")
_DEFINITION = re.compile(r" {0,3}\[(\^?[^\]\[]{1,100})\]:\s*(\S.*)")
_LONGEST_FRONT_MATTER = 100


@dataclass(slots=True)
class Source:
    """A Markdown text without its front matter and comments."""

    text: str
    front_matter: dict[str, tuple[int, str]] = field(default_factory=dict)  # name: (line, value)
    comments: list[tuple[int, int]] = field(default_factory=list)  # (first line, lines)
    definitions: dict[str, tuple[int, str]] = field(default_factory=dict)  # label: (line, text)
    unclosed_comment: int = 0  # line of a comment that does not end; 0: there is none


def prepare(text: str) -> Source:
    """Return the text that people see, and what was taken out of it."""
    lines = re.sub(r"\r\n?", "\n", text).split("\n")
    source = Source("")
    _take_front_matter(lines, source)
    _take_comments(lines, source)
    source.text = "\n".join(lines)
    return source


def _take_front_matter(lines: list[str], source: Source) -> None:
    if not lines or lines[0].rstrip() != "---":
        return
    ends = [i for i, line in enumerate(lines[1:_LONGEST_FRONT_MATTER], 1) if line.rstrip() == "---"]
    if not ends or not any(_FRONT_VALUE.fullmatch(line) for line in lines[1 : ends[0]]):
        return
    for i, line in enumerate(lines[: ends[0] + 1]):
        if value := _FRONT_VALUE.fullmatch(line.strip()):
            text = value.group(2).strip().strip("\"'")
            source.front_matter.setdefault(value.group(1).strip().casefold(), (i + 1, text))
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
            source.definitions.setdefault(label, (i + 1, definition.group(2).strip()))
        lines[i], begun = _without_comments(lines, i, begun, source)
    if begun >= 0:
        source.unclosed_comment = begun + 1


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
