"""Read what stands below a heading that names a gate of a table: “## S1 — Keys rotated”."""

from collections.abc import Collection

from gates.documents.titles import title_key

from .blocks import Heading, Line, Row, Table
from .cell_values import name_of
from .codes import normal_code
from .columns import map_gate_columns
from .gate_rows import GateRows
from .gate_table import GateTables
from .parsed import ParsedAction, ParsedGate
from .sections import parse_heading
from .signs import GATE_HEADING, split_box, split_label, split_status, state_of_box
from .statuses import StatusCell, parse_status_cell, status_word, two_statuses
from .tables import Cells


class Details:
    """Collects the lines below such headings; they are read after the tables, wherever these stand.

    titles: keys of the titles that the tables have. with_tables: lines of headings that have a
    table below them; a title there is the name of a section.
    """

    def __init__(
        self, tables: GateTables, titles: Collection[str], with_tables: Collection[int]
    ) -> None:
        self.tables, self.titles, self.with_tables = tables, titles, with_tables
        self.open: list[Line] | None = None  # the lines of the gate that is open
        self.found: list[tuple[Heading, str, str, list[Line]]] = []

    def read_heading(self, heading: Heading) -> bool:
        """Begin with the gate that a heading names; False if it names none."""
        self.open = None
        section = parse_heading(heading) if len(heading.text) < 500 else None
        if section is None or heading.level == 1 or section.prefix or section.total is not None:
            return False
        title, status = split_status(heading.text)
        code = title_key(title)
        if code not in self.titles or heading.line in self.with_tables:
            match = GATE_HEADING.fullmatch(heading.text)
            if match is None:
                return False
            code = normal_code(match["code"] or match["code2"])
            _, status = split_status(match["title"] or match["title2"])
            if code not in self.tables.known:
                return False
        self.open = []
        self.found.append((heading, code, status, self.open))
        return True

    def read_line(self, line: Line) -> bool:
        """Read a line below such a heading; False where none is open."""
        if self.open is None:
            return False
        self.open.append(line)
        return True

    def finish(self) -> None:
        """Read the collected lines into the gates of the tables."""
        gates: dict[str, ParsedGate] = {}
        for gate in self.tables.parsed.gates:
            for name in (gate.code, gate.written_code, title_key(gate.title)):
                gates.setdefault(name, gate)
        for heading, code, status, lines in self.found:
            if named := gates.get(code):
                self._read(named, heading, status, lines)

    def _read(self, gate: ParsedGate, heading: Heading, status: str, lines: list[Line]) -> None:
        cells: dict[str, str] = {"Gate": gate.title, "Status": status}
        names = {"gate": "Gate", "status": "Status"}
        for line in lines:
            if box := split_box(line.text):
                step = ParsedAction(line.line, gate.code, box[1], state=state_of_box(box[0]))
                self.tables.parsed.actions.append(step)
                continue
            name, text = split_label(line) or ("Evidence" if gate.status == "closed" else "Notes",
                                               line.text)  # fmt: skip
            name = names.setdefault(name.casefold(), name)
            cells[name] = f"{cells[name]}<br>{text}" if cells.get(name) else text
        own = parse_status_cell(cells["Status"], self.tables.options.statuses)
        if cells["Status"] and (own is None or own.status != gate.status):
            there = status_word(gate.status)
            message = two_statuses(name_of(gate), cells["Status"], there, gate.line)
            self.tables.problem(heading.line, "status", message)
            return
        header = list(cells)
        row = Row(heading.line, list(cells.values()), len(header))
        columns = map_gate_columns(header)
        parsed = self.tables
        rows = GateRows(
            parsed.parsed, Table(heading.line, header, [row]), columns, parsed.known, parsed.today
        )
        rest = own.rest if own else ""
        rows.read(gate, Cells(row, columns), StatusCell(gate.status, gate.progress, rest))
        rows.report(heading.line)
