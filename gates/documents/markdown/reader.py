"""Read a launch document in Markdown."""

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from gates.documents.records import Problem, place_of
from gates.documents.titles import title_key
from gates.rules import Progress, Status

from .blocks import Block, Code, Heading, Line, Table, parse_blocks
from .checklists import Checklist
from .codes import BoardNames, assign_codes
from .columns import duplicate_columns, map_columns, map_gate_columns
from .details import Details
from .escaping import unescape_text
from .front_matter import read_front_matter
from .gate_table import GateTables, ReadingOptions, is_complete
from .limits import size_problem
from .lines import (
    parse_plan_day,
    parse_plan_step,
    read_newly_closed,
    read_sentence,
    read_unmarked,
    split_label,
    step_mark,
)
from .parsed import ParsedDocument, ParsedSection
from .prepare import Source, prepare
from .references import References
from .sections import Sections, parse_heading
from .signs import has_boxes
from .summary_tables import read_summary
from .survey import GATE_TABLE, side_columns, survey
from .tables import WITHOUT_PERSON, Cells, SideTable
from .unread import (
    NO_GATES,
    skipped_lines,
    tables_without_gates,
    unread_table,
)
from .vocabulary import CODE, strip_markup

__all__ = ["ReadingOptions", "read_markdown", "read_tables"]

BLOCKS_BETWEEN_CHECKS = 500
_WORD = re.compile(r"[^\W_]")
_WITH_LETTERS = re.compile(r"[A-Za-z]")  # “2.1” in a sentence is a number


def read_markdown(
    text: str,
    empty_status: tuple[Status, Progress] | None = None,
    options: ReadingOptions | None = None,
    board: BoardNames | None = None,
) -> tuple[ParsedDocument, list[Problem]]:
    """Return the parsed document, and every problem that keeps it from being imported."""
    options = options or ReadingOptions(empty_status)
    if problem := size_problem(text):
        return ParsedDocument(), [problem]
    source = prepare(text)
    blocks = sorted([*parse_blocks(source.text), *source.tables], key=lambda block: block.line)
    return _Reader(blocks, source, options).read(board or BoardNames())


def read_tables(
    blocks: list[Block], options: ReadingOptions, board: BoardNames
) -> tuple[ParsedDocument, list[Problem]]:
    """Return the parsed document of tables that are no Markdown, such as those of a CSV file."""
    return _Reader(blocks, Source(""), options).read(board)


class _Reader:
    """State of one reading: the place in the document, and the results so far."""

    def __init__(self, blocks: list[Block], source: Source, options: ReadingOptions) -> None:
        self.blocks, self.source, self.options = blocks, source, options
        self.today = options.today or timezone.localdate()
        self.references = References(source.definitions)
        self._resolve_references()
        self.parsed = ParsedDocument()
        self.problems: list[Problem] = []
        self.survey = survey(blocks, options.columns)
        self.known = self.survey.codes
        self.parsed.written_codes = frozenset(
            code for code in self.known if _WITH_LETTERS.match(code) and not CODE.fullmatch(code)
        )
        self.sections = Sections(self.parsed, self.problem)
        self.gate_tables = GateTables(
            self.parsed, self.sections, options, self.known, self.today, self.problem
        )
        self.parents: list[Heading] = []  # the headings above the current one, and itself
        # The context that the current heading gives the lines below.
        self.person = ""  # of "What we CANNOT close without Sami"
        self.day: tuple[int, str] | None = None  # of the plan, and the owner it needs
        self.newly_closed = False  # below "Newly closed:"
        self.unread: list[Line | Table | Code] = []  # not understood below the current heading
        self.checklist = (
            None
            if self.survey.has_tables
            else Checklist(self.gate_tables, signs=not has_boxes(blocks))
        )
        self.details = Details(self.gate_tables, self.survey.titles, with_tables=self.survey.headed)

    def read(self, board: BoardNames) -> tuple[ParsedDocument, list[Problem]]:
        """Read the document once, from its beginning."""
        read_front_matter(self.source, self.parsed)
        for number, block in enumerate(self.blocks):
            if number % BLOCKS_BETWEEN_CHECKS == 0:
                self.options.check_time()
            if isinstance(block, Heading):
                self._read_heading(block)
            elif not self._read_block(block):
                self.unread.append(block)
        if self.checklist:
            self.checklist.end()
        self.details.finish()
        self._list_unread()
        if self.source.unclosed_comment:
            self.problem(
                self.source.unclosed_comment,
                "",
                _("a comment begins here (<!--) and does not end"),
            )
        if not self.parsed.gates and not self.problems:
            for line, message, choice in tables_without_gates(self.blocks, self.options.columns):
                self.problem(line, "", message, choice)
            if not self.problems:
                self.problem(1, "", _(NO_GATES))
        self.problems += assign_codes(self.parsed, board)
        return self.parsed, self.problems

    def _read_block(self, block: Line | Table | Code) -> bool:
        if isinstance(block, Code):
            return False
        return self._read_line(block) if isinstance(block, Line) else self._read_table(block)

    def _resolve_references(self) -> None:
        if not self.references.texts:
            return
        for block in self.blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    row.cells = [self.references.resolve(cell) for cell in row.cells]
            elif isinstance(block, Line) and not block.text.startswith("["):
                block.text = self.references.resolve(block.text)

    # --- headings and lines ------------------------------------------------------------

    def _read_heading(self, heading: Heading) -> None:
        if self.checklist and self.checklist.read_heading(heading):
            return
        self._list_unread()
        self.day, self.person, self.newly_closed = None, "", False
        if not self.checklist and self.details.read_heading(heading):
            return
        if heading.level == 1 and not self.parsed.name:
            # The whole title is the name; a count or letters in it mean nothing.
            self.parsed.name, self.parsed.name_line = unescape_text(heading.text), heading.line
            self.sections.heading = ParsedSection(heading.line, self.parsed.name)
            return
        self.parents = [above for above in self.parents if above.level < heading.level]
        self.sections.heading = parse_heading(heading)
        if self.parents:
            self.sections.heading.parent = parse_heading(self.parents[-1]).name
        self.parents.append(heading)
        person = WITHOUT_PERSON.search(heading.text)
        self.person = person.group(1) if person else ""
        self.day = parse_plan_day(heading.text)
        if self.sections.heading.prefix:
            self.sections.current()

    def _read_line(self, line: Line) -> bool:
        if not _WORD.search(line.text):
            return False
        if day := parse_plan_day(line.text):
            self.day, self.newly_closed = day, False
            return True
        labelled = split_label(line.text.lstrip("✅ "))
        if labelled and "newly closed" in labelled[0]:
            self.newly_closed = True
            return True
        if self.newly_closed and read_newly_closed(self.parsed, line.line, line.text):
            return True
        if self.sections.heading.name.casefold() == "legend" and not self.parsed.sections:
            return True  # it explains the marks that `vocabulary` has
        note = self.source.footnote_lines.get(line.line, "")
        if self.references.is_used_definition(line.text, note):
            return True
        if self.checklist and self.day is None and self.checklist.read_line(line):
            return True
        if read_sentence(self.parsed, line.line, line.text) or self.details.read_line(line):
            return True
        if self.day is None:
            return not labelled and read_unmarked(self.parsed, line.line, line.text)
        return not labelled and self._read_step(line, self.day)

    def _read_step(self, line: Line, day: tuple[int, str]) -> bool:
        """Read a step of the plan; prose below it is none."""
        if line.depth and not line.first and self.parsed.actions:
            self.parsed.actions[-1].text += f" {unescape_text(line.text)}"
            return True
        if not line.depth and not step_mark(line.text)[0]:
            return False
        self.parsed.actions.append(parse_plan_step(line.line, line.text, *day, self.known))
        return True

    def _list_unread(self) -> None:
        """Report the lines below the current heading that were not understood."""
        if not self.unread:
            return
        heading = self.sections.heading.name
        self.parsed.skipped.append(skipped_lines(heading, self.unread))
        self.unread = []

    # --- tables ------------------------------------------------------------------------

    def _read_table(self, table: Table) -> bool:
        columns = map_columns(table.header, self.options.columns)
        if columns.keys() >= GATE_TABLE:
            if self._has_equal_columns(table, table.header):
                return True
            columns = map_gate_columns(table.header, self.options.columns)
            self.gate_tables.read(table, columns)
            return True
        weak = side_columns(table, columns, self.survey, self.options.columns)
        for names in (columns, weak):
            side = self._side_table(names)
            read_row = side.reader()
            if read_row is None or not self._refers_to_gates(table, names):
                continue
            for row in table.rows:
                if any(map(strip_markup, row.cells)) and is_complete(row, table, self.problem):
                    read_row(Cells(row, names))
            side.report_unread(table, names)
            return True
        columns = map_gate_columns(table.header, self.options.columns)
        if columns.keys() >= {"gate", "status"}:
            return self._read_weak_table(table, columns)
        if read_summary(self.parsed, table):
            return True
        if "status" in columns and table.rows:
            self.parsed.unread_tables.append(unread_table(table))
        return False

    def _has_equal_columns(self, table: Table, names: list[str]) -> bool:
        equal = duplicate_columns(names, self.options.columns)
        if equal:
            message = _("two columns for the same thing: %(names)s")
            self.problem(table.line, "", message % {"names": ", ".join(equal)})
        return bool(equal)

    def _side_table(self, columns: dict[str, int]) -> SideTable:
        return SideTable(
            self.parsed, columns, self.person, self.day, self.today, self.problem, self.known
        )

    def _refers_to_gates(self, table: Table, columns: dict[str, int]) -> bool:
        """Tell whether a table without codes names gates that stand elsewhere."""
        if "gate" not in columns or "status" not in columns:
            return True
        cells = [strip_markup(row.cells[columns["gate"]]) for row in table.rows]
        return all(CODE.fullmatch(c) or title_key(c) in self.survey.titles or not c for c in cells)

    def _read_weak_table(self, table: Table, columns: dict[str, int]) -> bool:
        """Read a table without codes, or with other names; unread beside gate tables if it is none.

        Beside gate tables, a table with a column State may be about something else.
        """
        if self.survey.has_gate_tables:
            cells = [row.cells[columns["status"]] for row in table.rows]
            unknown = [c for c in cells if c.strip() and not self.gate_tables.parse_status(c)]
            if unknown:
                self.parsed.unread_tables.append(unread_table(table, unknown[0]))
                return False
        # Of “Gate | Title” the first is the code.
        names = [n for i, n in enumerate(table.header) if i != columns.get("code")]
        if self._has_equal_columns(table, names):
            return True
        self.gate_tables.read(table, columns)
        return True

    def problem(self, line: int, field: str, message: str, choice: tuple[str, ...] = ()) -> None:
        """Add a problem that keeps the document from being imported."""
        self.problems.append(Problem(place_of(line), field, message, choice))
