"""Read a launch document in Markdown: what it says, what it claims, what it leaves out."""

import re
from collections.abc import Callable, Iterator

from gates.documents.records import Problem
from gates.rules import Progress, Status

from .blocks import Heading, Line, Row, Table, parse_blocks
from .cells import parse_cell, parse_evidence, without_label
from .escaping import unescape_text
from .lines import (
    MAX_LINE_LENGTH,
    parse_plan_day,
    parse_plan_step,
    read_newly_closed,
    read_sentence,
    read_unmarked,
    split_label,
)
from .parsed import ParsedBlocker, ParsedDocument, ParsedGate, ParsedSection, SkippedLines
from .tables import WITHOUT_PERSON, Cells, SideTable
from .vocabulary import CODE, duplicate_columns, map_columns, parse_status, strip_markup

_HEADING = re.compile(
    r"(?P<name>.*?)\s*(?:\{(?P<prefix>[A-Z]+)\}\s*)?"
    r"(?:\((?P<closed>[0-9]{1,6})\s*/\s*(?P<total>[0-9]{1,6})(?:\s+closed)?\)\s*)?(?P<mark>✅)?\s*"
)
GATE_TABLE = {"code", "gate", "status"}


def read_markdown(
    text: str, empty_status: tuple[Status, Progress] | None = None
) -> tuple[ParsedDocument, list[Problem]]:
    """What a document says, and everything that keeps it from being imported.

    `empty_status` is what a gate's empty status cell means; without it such a cell is a problem.
    """
    reading = _Reading(text, empty_status)
    reading.read()
    return reading.paper, reading.problems


class _Reading:
    """One reading under way: where in the document we are, and what was found so far."""

    def __init__(self, text: str, empty_status: tuple[Status, Progress] | None) -> None:
        self.parts = parse_blocks(text)
        self.empty_status = empty_status
        self.paper = ParsedDocument()
        self.problems: list[Problem] = []
        self.known = set(self._codes())
        self.first: dict[str, int] = {}
        self.prefixes: dict[str, ParsedSection] = {}
        # The heading we are under, as a section; and what the lines below it are about.
        self.heading = ParsedSection(0, "")
        self.person = ""
        self.day: tuple[int, str] | None = None
        self.newly_closed = False
        self.unread: list[Line | Table] = []

    def read(self) -> None:
        """Go through the document once."""
        for part in self.parts:
            if isinstance(part, Heading):
                self._under(part)
            elif not (self._line(part) if isinstance(part, Line) else self._table(part)):
                self.unread.append(part)
        self._skip()
        if not self.paper.gates and not self.problems:
            message = "no gate table: a table with the columns “#”, “Gate” and “Status” is expected"
            self._problem(1, "", message)

    def _codes(self) -> Iterator[str]:
        for part in self.parts:
            found = map_columns(part.header) if isinstance(part, Table) else {}
            if isinstance(part, Table) and found.keys() >= GATE_TABLE:
                yield from (strip_markup(row.cells[found["code"]]) for row in part.rows)

    # --- headings and lines ------------------------------------------------------------

    def _under(self, heading: Heading) -> None:
        self._skip()
        self.day, self.person, self.newly_closed = None, "", False
        if heading.level == 1 and not self.paper.name:
            # The title is a name and nothing else, whatever it looks like.
            self.paper.name, self.paper.name_line = unescape_text(heading.text), heading.line
            self.heading = ParsedSection(heading.line, self.paper.name)
            return
        found = _HEADING.fullmatch(heading.text) if len(heading.text) < MAX_LINE_LENGTH else None
        said = found.groupdict() if found else {"name": heading.text}
        self.heading = ParsedSection(
            heading.line,
            unescape_text(said["name"].strip()),
            said.get("prefix") or "",
            int(said["closed"]) if said.get("closed") else None,
            int(said["total"]) if said.get("total") else None,
            bool(said.get("mark")),
        )
        person = WITHOUT_PERSON.search(heading.text)
        self.person = person.group(1) if person else ""
        self.day = parse_plan_day(heading.text)
        if self.heading.prefix:
            self._section(self.heading.prefix)

    def _line(self, part: Line) -> bool:
        if found := parse_plan_day(part.text):
            self.day, self.newly_closed = found, False
            return True
        if (found_label := split_label(part.text.lstrip("✅ "))) and "newly closed" in found_label[
            0
        ]:
            self.newly_closed = True
            return True
        if self.newly_closed and read_newly_closed(self.paper, part.line, part.text):
            return True
        if self.heading.name.casefold() == "legend" and not self.paper.sections:
            return True  # the marks themselves, which we know
        if read_sentence(self.paper, part.line, part.text):
            return True
        if self.day is None:
            return not found_label and read_unmarked(self.paper, part.line, part.text)
        if found_label:
            return False
        step = parse_plan_step(part.line, part.text, *self.day, self.known)
        self.paper.actions.append(step)
        return True

    def _skip(self) -> None:
        """List what was not understood below the heading that ends here."""
        if not self.unread:
            return
        first = self.unread[0]
        sample = first.text if isinstance(first, Line) else " | ".join(first.header)
        lines = sum(1 if isinstance(part, Line) else 2 + len(part.rows) for part in self.unread)
        numbers = [
            f"line {part.line}: {part.text[:MAX_LINE_LENGTH]}"
            for part in self.unread
            if isinstance(part, Line) and re.search(r"[0-9]", part.text)
        ]
        skipped = SkippedLines(first.line, self.heading.name, lines, sample[:80], numbers)
        self.paper.skipped.append(skipped)
        self.unread = []

    # --- tables ------------------------------------------------------------------------

    def _table(self, table: Table) -> bool:
        where = map_columns(table.header)
        if where.keys() >= GATE_TABLE and (twice := duplicate_columns(table.header)):
            self._problem(table.line, "", f"two columns for the same thing: {' and '.join(twice)}")
            return True
        read_row: Callable[[Cells], None] | None = self._gate_row
        if not where.keys() >= GATE_TABLE:
            side = SideTable(self.paper, where, self.person, self.day, self._problem)
            read_row = side.reader()
        if read_row is None:
            return False
        for row in table.rows:
            if self._is_whole(row, table):
                read_row(Cells(row, where))
        return True

    def _is_whole(self, row: Row, table: Table) -> bool:
        if row.written == len(table.header):
            return True
        more = "more" if row.written > len(table.header) else "fewer"
        hint = r" (a pipe inside a cell is written \|)" if more == "more" else ""
        message = f"{row.written} cells, {more} than the {len(table.header)} of the header{hint}"
        self._problem(row.line, "", message)
        return False

    def _gate_row(self, cells: Cells) -> None:
        code, line = strip_markup(cells.raw("code")), cells.line
        if not CODE.fullmatch(code):
            self._problem(line, "code", f"{code!r} is not a code: capital letters and a number")
            return
        if self.first.setdefault(code, line) != line:
            self._problem(line, code, f"stands already in line {self.first[code]}")
            return
        found = parse_status(cells.raw("status"))
        if not strip_markup(cells.raw("status")):
            found = self.empty_status
            self.paper.empty_statuses.append(code)
            if found is None:
                self._problem(line, code, "the status is empty")
                return
        if found is None:
            self._problem(line, code, f"{cells.raw('status')!r} is not a status")
            return
        gate = ParsedGate(line, code, cells.text("gate"), *found)
        self._say(gate, cells)
        self._section(code.rstrip("0123456789")).gates.append(gate)

    def _section(self, prefix: str) -> ParsedSection:
        section = self.heading
        if self.paper.sections and self.paper.sections[-1] is section:
            return section
        section.prefix = section.prefix or prefix
        section.name = section.name or prefix
        earlier = self.prefixes.setdefault(section.prefix, section)
        if earlier is not section and section not in self.paper.sections:
            message = f"the section in line {earlier.line} has the letters {section.prefix} already"
            self._problem(section.line, section.prefix, message)
        self.paper.sections.append(section)
        return section

    def _say(self, gate: ParsedGate, cells: Cells) -> None:
        """Put the texts of a row where they belong. What has a column of its own wins."""
        for column in ("notes", "proof", "evidence"):
            if text := cells.raw(column):
                self._read_text(gate, column, text)
        for column, name in (
            ("priority", "priority"),
            ("owner", "owner"),
            ("covered_by", "covered_by"),
        ):
            if text := cells.text(column):
                setattr(gate, name, text.upper() if name == "priority" else text)
        if done := cells.raw("dod"):
            gate.definition_of_done = unescape_text(without_label(done))

    def _read_text(self, gate: ParsedGate, column: str, text: str) -> None:
        said = parse_cell(text)
        gate.priority = gate.priority or said.priority
        gate.definition_of_done = gate.definition_of_done or unescape_text(said.definition_of_done)
        if said.covered_by and said.covered_by not in self.known - {gate.code}:
            said.covered_by, said.rest = "", text
        gate.covered_by = gate.covered_by or said.covered_by
        if said.blocked and gate.status is not Status.BLOCKED:
            gate.waits, said.rest = said.needs, text
        elif said.blocked and gate.blocker is None:
            needs, who = unescape_text(said.needs), unescape_text(said.waiting_on)
            gate.blocker = ParsedBlocker(gate.line, gate.code, needs, who)
        if gate.status is Status.CLOSED and column != "notes":
            gate.evidence = parse_evidence(gate.line, gate.code, said.rest)
            if gate.evidence is None and any(char.isalnum() for char in said.rest):
                gate.no_proof = unescape_text(said.rest)
                gate.note(gate.no_proof)
        elif said.rest:
            gate.note(unescape_text(said.rest))

    def _problem(self, line: int, field: str, message: str) -> None:
        self.problems.append(Problem(f"line {line}", field, message))
