"""Headings as sections, and the section in which the reader is."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from gates.rules.text import fold_digits

from .blocks import Heading
from .escaping import unescape_text
from .lines import MAX_LINE_LENGTH
from .parsed import ParsedDocument, ParsedSection

_COUNT = (
    r"(?P<{0}closed>[0-9]{{1,6}})\s*(?:/|of|من)\s*(?P<{0}total>[0-9]{{1,6}})"
    r"(?:\s+(?:gates?\s+)?(?:closed|done|complete|passed|مغلقة|مغلق|مكتملة))?"
)
_HEADING = re.compile(
    r"(?P<name>.*?)\s*(?:\{(?P<prefix>[A-Z]+)\}\s*)?"
    rf"(?:\({_COUNT.format('a_')}\)\s*|\[{_COUNT.format('b_')}\]\s*"
    rf"|[—–:-]\s*{_COUNT.format('c_')}\s*)?(?P<mark>✅)?\s*"
)


def parse_heading(heading: Heading) -> ParsedSection:
    """Return a heading as a section: its name, its letters, its count."""
    text = fold_digits(heading.text)
    match = _HEADING.fullmatch(text) if len(text) < MAX_LINE_LENGTH else None
    named = match.groupdict() if match else {}
    name = heading.text[: match.end("name")] if match else heading.text
    counts = [
        (int(named[f"{way}_closed"] or 0), int(named[f"{way}_total"] or 0))
        for way in "abc"
        if named.get(f"{way}_total")
    ]
    closed, total = counts[0] if counts else (None, None)
    return ParsedSection(
        heading.line,
        unescape_text(name.strip()),
        named.get("prefix") or "",
        closed,
        total,
        bool(named.get("mark")),
    )


def parse_name(text: str) -> str:
    """Return the name of a section as its heading would have it."""
    return parse_heading(Heading(0, 2, text)).name


class Sections:
    """The section of the current heading, and those of the document so far."""

    def __init__(
        self, parsed: ParsedDocument, report_problem: Callable[[int, str, str], None]
    ) -> None:
        self.parsed, self.report_problem = parsed, report_problem
        self.heading = ParsedSection(0, "")

    def enter(self, line: int, name: str) -> None:
        """Go on in the section that a column of a row names, by its name or its letters."""
        for section in self.parsed.sections:
            if section.name.casefold() == name.casefold():
                self.heading = section
                return
        prefix = name if re.fullmatch("[A-Z]{1,8}", name) else ""
        self.heading = ParsedSection(line, name, prefix)

    def current(self) -> ParsedSection:
        """Return the section of the current heading; add it to the document if it is new."""
        section = self.heading
        if not section.listed:
            section.listed = True
            self._check_letters(section)
            self.parsed.sections.append(section)
        return section

    def _check_letters(self, section: ParsedSection) -> None:
        if not section.prefix:
            return
        for earlier in self.parsed.sections:
            if earlier.prefix == section.prefix:
                message = _("the section in line %(line)s has the letters %(letters)s already")
                message %= {"line": earlier.line, "letters": section.prefix}
                self.report_problem(section.line, section.prefix, message)
