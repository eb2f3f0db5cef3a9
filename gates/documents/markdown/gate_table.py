"""Read gate tables: their rows, groups and totals."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from gates.documents.records import place_of
from gates.rules import Progress, Status
from gates.rules.text import comparison_form, has_visible
from gates.rules.text_limits import MAX_TEXT_LENGTH

from .blocks import Heading, Row, Table
from .codes import code_given, normal_code
from .gate_rows import GateRows
from .parsed import ParsedDocument, ParsedGate, StatedCount, StatedRow
from .people import says_nothing
from .sections import Sections, parse_heading
from .statuses import StatusCell, known_status_words, parse_status_cell, status_name
from .tables import Cells
from .vocabulary import CODE, SUBTOTAL_WORDS, TOTAL_WORDS, strip_markup, without_direction

MAX_GATES = 20_000
LONGEST_CELL = 8 * MAX_TEXT_LENGTH  # a character may be written as a number
ReportProblem = Callable[..., None]  # (line, field, message, choice of a person)


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What a person says about a document.

    empty_status: what an empty status cell means; without it such a cell is a problem.
    columns: name of a column, casefolded → meaning. statuses: word, casefolded → status.
    today: a date after it is never “observed”. check_time: called now and then; it may raise.
    """

    empty_status: tuple[Status, Progress] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)
    today: date | None = None
    check_time: Callable[[], None] = lambda: None


def is_complete(row: Row, table: Table, report_problem: Callable[[int, str, str], None]) -> bool:
    """Tell whether a row has as many cells as the header; report it if not."""
    if row.written == len(table.header):
        return True
    message = _("%(cells)s cells, fewer than the %(header)s of the header")
    if row.written > len(table.header):
        message = _(
            "%(cells)s cells, more than the %(header)s of the header (a pipe inside a cell is "
            "written \\|)"
        )
    report_problem(row.line, "", message % {"cells": row.written, "header": len(table.header)})
    return False


class GateTables:
    """Reads the gate tables of one document.

    known: the codes of the document.
    """

    def __init__(
        self,
        parsed: ParsedDocument,
        sections: Sections,
        options: ReadingOptions,
        known: set[str],
        today: date,
        problem: ReportProblem,
    ) -> None:
        self.parsed, self.sections, self.options = parsed, sections, options
        self.known, self.today, self.problem = known, today, problem
        self.count = 0  # rows of gates read
        self.line_of: dict[str, int] = {}  # of each code
        self.by_code: dict[str, ParsedGate] = {}

    def read(self, table: Table, columns: dict[str, int]) -> None:
        rows = GateRows(self.parsed, table, columns, self.known, self.today)
        for row in table.rows:
            if self._read_group(row, columns) or not is_complete(row, table, self.problem):
                continue
            if self._is_storable(row, columns):
                self.read_gate(Cells(row, columns), rows)
        rows.report(table.line)

    def _is_storable(self, row: Row, columns: dict[str, int]) -> bool:
        """Tell whether no cell is too long for every field; it would take long to read."""
        output = columns.get("output", -1)
        longest = max((len(cell) for i, cell in enumerate(row.cells) if i != output), default=0)
        if longest > LONGEST_CELL:
            message = _("a cell has %(number)s characters; at most %(most)s")
            values = {"number": f"{longest:,}", "most": f"{MAX_TEXT_LENGTH:,}"}
            self.problem(row.line, "", message % values)
        return longest <= LONGEST_CELL

    def _read_group(self, row: Row, columns: dict[str, int]) -> bool:
        """Read a row that is no gate: the name of a group, or a total."""
        named = [i for i, cell in enumerate(row.cells) if strip_markup(cell)]
        first = strip_markup(row.cells[named[0]]) if named else ""
        place = {columns.get("code", -1), columns["gate"]}
        if not named:
            return True
        name = comparison_form(first).rstrip(":")
        is_total = name in TOTAL_WORDS | SUBTOTAL_WORDS and len(named) > 1
        if is_total and (named[0] in place or not strip_markup(row.cells[columns["gate"]])):
            self._read_total(row, columns, first, of_section=name in SUBTOTAL_WORDS)
            return True
        if len(named) > 1 or named[0] not in place or CODE.fullmatch(first):
            return False
        self.sections.heading = parse_heading(Heading(row.line, 3, first))
        self.sections.current()
        return True

    def _read_total(
        self, row: Row, columns: dict[str, int], name: str, *, of_section: bool
    ) -> None:
        number = re.fullmatch(r"\D{0,4}([0-9]{1,6})\s*(?:/|of|من)\s*([0-9]{1,6}).{0,20}",
                              strip_markup(row.cells[columns["status"]]))  # fmt: skip
        if number:
            closed, total = int(number.group(1)), int(number.group(2))
            if of_section and self.parsed.sections:
                counts = {"closed": closed, "total": total}
                section = self.parsed.sections[-1].name
                self.parsed.summary_rows.append(StatedRow(row.line, section, counts))
                return
            self.parsed.counts.append(
                StatedCount(row.line, name.capitalize(), Status.CLOSED, closed, total)
            )
        else:
            cells = " | ".join(cell for cell in row.cells if cell)
            message = _("line %(line)s: a row of totals, not read: %(cells)s")
            self.parsed.readings.append(message % {"line": row.line, "cells": cells})

    def read_gate(self, cells: Cells, rows: GateRows) -> ParsedGate | None:
        """Read one row of a gate table; return None where it is refused."""
        if self.count == MAX_GATES:
            message = _("more than %(most)s gates, which a document cannot have")
            self.problem(cells.line, "", message % {"most": f"{MAX_GATES:,}"})
        self.count += 1
        if self.count > MAX_GATES:
            return None
        line, code, written, title = self._name(cells)
        status = self._read_status(cells, code or title)
        if not has_visible(title):
            self.problem(line, code, _("the gate has no title"))
        if status is None:
            return None
        earlier = self.by_code.get(code) if code else None
        if earlier is not None and not self._is_same_row(earlier, title, status, line):
            return None
        gate = earlier or ParsedGate(line, code or f"?{line}", title, status.status,
                                     status.progress, written_code=written)  # fmt: skip
        if earlier is None:
            if code:
                self.by_code[code], self.line_of[code] = gate, line
            if section := cells.text("section"):
                self.sections.enter(line, section)
            self.sections.current().gates.append(gate)
        rows.read(gate, cells, status)
        return gate

    def _name(self, cells: Cells) -> tuple[int, str, str, str]:
        """Return (line, code or "", code as written, title) of a row."""
        written = strip_markup(cells.raw("code"))
        title = cells.text("gate")
        if not written.lstrip("#")[:1].isdigit() and (short := normal_code(written)) != written:
            self.parsed.readings.append(code_given(cells.line, written, title, short))
            written = short  # “Gate 1”
        code = written if CODE.fullmatch(written) else ""
        if not written and (match := re.match(r"[*_`]*([A-Z]{1,8}[0-9]{1,4})[*_`]*[\s:.—–-]+(?=\S)",
                                              title)):  # fmt: skip
            code, title = match.group(1), title[match.end() :]
        return cells.line, code, "" if code else written, title

    def _is_same_row(self, earlier: ParsedGate, title: str, status: StatusCell, line: int) -> bool:
        """Tell whether a second row of a code is about the same gate with the same status."""
        same = earlier.title.casefold() == title.casefold() and earlier.status == status.status
        if not same:
            place = place_of(self.line_of[earlier.code])
            message = _("stands already in %(place)s") % {"place": place}
            self.problem(line, earlier.code, message)
        return same

    def _read_status(self, cells: Cells, name: str) -> StatusCell | None:
        text, line = cells.raw("status"), cells.line
        if says_nothing(text):
            self.parsed.empty_statuses.append(name)
            if self.options.empty_status is None:
                self.problem(line, name, _("the status is empty"), ("empty_status",))
                return None
            return StatusCell(*self.options.empty_status)
        status = self.parse_status(text)
        if status is None:
            message = _(
                "'%(text)s' is not a status (%(words)s); say --status WORD=STATUS for another word"
            )
            values = {"text": without_direction(text), "words": known_status_words()}
            self.problem(line, name, message % values, ("status", status_name(text)))
            return None
        if status.word:
            meaning = "not counted" if status.not_counted else status.status.value
            self.parsed.status_words.setdefault((status.word, meaning), []).append(name)
        return status

    def parse_status(self, text: str) -> StatusCell | None:
        return parse_status_cell(text, self.options.statuses)
