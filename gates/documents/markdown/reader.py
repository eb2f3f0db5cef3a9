"""Read a launch document in Markdown."""

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
    """Return the parsed document, and every problem that keeps it from being imported.

    empty_status: what an empty status cell means; without it such a cell is a problem.
    """
    reader = _Reader(text, empty_status)
    reader.read()
    return reader.parsed, reader.problems


class _Reader:
    """State of one reading: the place in the document, and the results so far."""

    def __init__(self, text: str, empty_status: tuple[Status, Progress] | None) -> None:
        self.blocks = parse_blocks(text)
        self.empty_status = empty_status
        self.parsed = ParsedDocument()
        self.problems: list[Problem] = []
        self.known = set(self._codes())
        self.line_of: dict[str, int] = {}  # of each code
        self.prefixes: dict[str, ParsedSection] = {}
        # The current heading as a section, and the context that it gives the lines below.
        self.heading = ParsedSection(0, "")
        self.person = ""  # of "What we CANNOT close without Sami"
        self.day: tuple[int, str] | None = None  # of the plan, and the owner it needs
        self.newly_closed = False  # below "Newly closed:"
        self.unread: list[Line | Table] = []  # not understood below the current heading

    def read(self) -> None:
        """Read the document once, from its beginning."""
        for part in self.blocks:
            if isinstance(part, Heading):
                self._read_heading(part)
            elif not (self._read_line(part) if isinstance(part, Line) else self._read_table(part)):
                self.unread.append(part)
        self._list_unread()
        if not self.parsed.gates and not self.problems:
            message = "no gate table: a table with the columns “#”, “Gate” and “Status” is expected"
            self._problem(1, "", message)

    def _codes(self) -> Iterator[str]:
        for part in self.blocks:
            columns = map_columns(part.header) if isinstance(part, Table) else {}
            if isinstance(part, Table) and columns.keys() >= GATE_TABLE:
                yield from (strip_markup(row.cells[columns["code"]]) for row in part.rows)

    # --- headings and lines ------------------------------------------------------------

    def _read_heading(self, heading: Heading) -> None:
        self._list_unread()
        self.day, self.person, self.newly_closed = None, "", False
        if heading.level == 1 and not self.parsed.name:
            # The whole title is the name; a count or letters in it mean nothing.
            self.parsed.name, self.parsed.name_line = unescape_text(heading.text), heading.line
            self.heading = ParsedSection(heading.line, self.parsed.name)
            return
        match = _HEADING.fullmatch(heading.text) if len(heading.text) < MAX_LINE_LENGTH else None
        named = match.groupdict() if match else {"name": heading.text}
        self.heading = ParsedSection(
            heading.line,
            unescape_text(named["name"].strip()),
            named.get("prefix") or "",
            int(named["closed"]) if named.get("closed") else None,
            int(named["total"]) if named.get("total") else None,
            bool(named.get("mark")),
        )
        person = WITHOUT_PERSON.search(heading.text)
        self.person = person.group(1) if person else ""
        self.day = parse_plan_day(heading.text)
        if self.heading.prefix:
            self._current_section(self.heading.prefix)

    def _read_line(self, part: Line) -> bool:
        if day := parse_plan_day(part.text):
            self.day, self.newly_closed = day, False
            return True
        labelled = split_label(part.text.lstrip("✅ "))
        if labelled and "newly closed" in labelled[0]:
            self.newly_closed = True
            return True
        if self.newly_closed and read_newly_closed(self.parsed, part.line, part.text):
            return True
        if self.heading.name.casefold() == "legend" and not self.parsed.sections:
            return True  # it explains the marks that `vocabulary` has
        if read_sentence(self.parsed, part.line, part.text):
            return True
        if self.day is None:
            return not labelled and read_unmarked(self.parsed, part.line, part.text)
        if labelled:
            return False
        step = parse_plan_step(part.line, part.text, *self.day, self.known)
        self.parsed.actions.append(step)
        return True

    def _list_unread(self) -> None:
        """Report the lines below the current heading that were not understood."""
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
        self.parsed.skipped.append(skipped)
        self.unread = []

    # --- tables ------------------------------------------------------------------------

    def _read_table(self, table: Table) -> bool:
        columns = map_columns(table.header)
        if columns.keys() >= GATE_TABLE and (equal := duplicate_columns(table.header)):
            self._problem(table.line, "", f"two columns for the same thing: {' and '.join(equal)}")
            return True
        read_row: Callable[[Cells], None] | None = self._read_gate
        if not columns.keys() >= GATE_TABLE:
            side = SideTable(self.parsed, columns, self.person, self.day, self._problem)
            read_row = side.reader()
        if read_row is None:
            return False
        for row in table.rows:
            if self._is_complete(row, table):
                read_row(Cells(row, columns))
        return True

    def _is_complete(self, row: Row, table: Table) -> bool:
        if row.written == len(table.header):
            return True
        more = "more" if row.written > len(table.header) else "fewer"
        hint = r" (a pipe inside a cell is written \|)" if more == "more" else ""
        message = f"{row.written} cells, {more} than the {len(table.header)} of the header{hint}"
        self._problem(row.line, "", message)
        return False

    def _read_gate(self, cells: Cells) -> None:
        code, line = strip_markup(cells.raw("code")), cells.line
        if not CODE.fullmatch(code):
            self._problem(line, "code", f"{code!r} is not a code: capital letters and a number")
            return
        if self.line_of.setdefault(code, line) != line:
            self._problem(line, code, f"stands already in line {self.line_of[code]}")
            return
        status = parse_status(cells.raw("status"))
        if not strip_markup(cells.raw("status")):
            status = self.empty_status
            self.parsed.empty_statuses.append(code)
            if status is None:
                self._problem(line, code, "the status is empty")
                return
        if status is None:
            self._problem(line, code, f"{cells.raw('status')!r} is not a status")
            return
        gate = ParsedGate(line, code, cells.text("gate"), *status)
        self._read_texts(gate, cells)
        self._current_section(code.rstrip("0123456789")).gates.append(gate)

    def _current_section(self, prefix: str) -> ParsedSection:
        section = self.heading
        if self.parsed.sections and self.parsed.sections[-1] is section:
            return section
        section.prefix = section.prefix or prefix
        section.name = section.name or prefix
        earlier = self.prefixes.setdefault(section.prefix, section)
        if earlier is not section and section not in self.parsed.sections:
            message = f"the section in line {earlier.line} has the letters {section.prefix} already"
            self._problem(section.line, section.prefix, message)
        self.parsed.sections.append(section)
        return section

    def _read_texts(self, gate: ParsedGate, cells: Cells) -> None:
        """Read the texts of a row. A column of its own wins over a sentence."""
        for column in ("notes", "proof", "evidence"):
            if text := cells.raw(column):
                self._read_sentences(gate, column, text)
        for column, name in (
            ("priority", "priority"),
            ("owner", "owner"),
            ("covered_by", "covered_by"),
        ):
            if text := cells.text(column):
                setattr(gate, name, text.upper() if name == "priority" else text)
        if done := cells.raw("dod"):
            gate.definition_of_done = unescape_text(without_label(done))

    def _read_sentences(self, gate: ParsedGate, column: str, text: str) -> None:
        cell = parse_cell(text)
        gate.priority = gate.priority or cell.priority
        gate.definition_of_done = gate.definition_of_done or unescape_text(cell.definition_of_done)
        if cell.covered_by and cell.covered_by not in self.known - {gate.code}:
            cell.covered_by, cell.rest = "", text
        gate.covered_by = gate.covered_by or cell.covered_by
        if cell.blocked and gate.status is not Status.BLOCKED:
            gate.waits_for, cell.rest = cell.needs, text
        elif cell.blocked and gate.blocker is None:
            needs, who = unescape_text(cell.needs), unescape_text(cell.waiting_on)
            gate.blocker = ParsedBlocker(gate.line, gate.code, needs, who)
        if gate.status is Status.CLOSED and column != "notes":
            gate.evidence = parse_evidence(gate.line, gate.code, cell.rest)
            if gate.evidence is None and any(char.isalnum() for char in cell.rest):
                gate.no_proof = unescape_text(cell.rest)
                gate.note(gate.no_proof)
        elif cell.rest:
            gate.note(unescape_text(cell.rest))

    def _problem(self, line: int, field: str, message: str) -> None:
        self.problems.append(Problem(f"line {line}", field, message))
