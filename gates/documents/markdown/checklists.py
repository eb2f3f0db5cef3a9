"""Read documents without gate tables: lists with boxes, and headings that are gates."""

import re

from django.utils.translation import gettext as _

from gates.rules import Status

from .blocks import Heading, Line, Row, Table
from .codes import normal_code
from .columns import column_name, map_gate_columns
from .gate_rows import GateRows
from .gate_table import MAX_GATES, GateTables
from .parsed import ParsedAction
from .people import looks_like_person
from .signs import (
    EMOJI,
    LONGEST_TEXT,
    gate_heading,
    heading_with_status,
    split_box,
    split_label,
    split_status,
    state_of_box,
)
from .statuses import parse_status_cell, status_word, two_statuses
from .tables import Cells
from .vocabulary import MARKS, folded

# Words of proof at the end of a step: “(run 7)”, “— see https://…”.
_PROOF = re.compile(r"\s*(?:(?<!\])\(((?:[^()]|\([^()]*\))*)\)|\s[—–]\s+(.+))$")
_LINK = re.compile(r"\s+(\[[^\[\]]+\]\([^()\s]+\))$")
_WORDS_OF_OWNER = re.compile(r"\s*\((?:owner|DRI|المسؤول|المالك):\s*([^()]{1,60})\)", re.IGNORECASE)
_WORDS_OF_PRIORITY = re.compile(r"\s*[\[(](P[0-3])[\])](?=\s|$)")
# A code at the beginning, which a dash may set off from the title as it does words of proof.
_CODE = re.compile(r"[*_`]*(?:(?P<code>[A-Z]{1,8}-?[0-9]{1,4})[*_`]*\s*[:.)—–-]+[*_`]*\s+)(?=\S)")
STATUS_LABELS = folded(("status", "الحالة"))


class Checklist:
    """Reads boxes and headings as gates; each becomes a row of a table of one row.

    signs: the document has neither boxes nor headings that say “Gate 1”, so items of lists and
    headings that have a status are its gates: “- ✅ Keys”, “### 🟡 Pen test”.
    """

    def __init__(self, tables: GateTables, *, signs: bool) -> None:
        self.tables, self.signs = tables, signs
        self.depth = 0  # of the list with the last gate; 0: none
        self.number = 0  # lines read for the gate that is open
        self.names: list[str] = []
        self.cells: list[str] = []
        self.line = 0  # of the open gate; 0: none is open
        self.level = 0  # of its heading; 0: a box
        self.actions: list[tuple[int, str, str]] = []  # of the open gate: (line, text, state)

    def read_heading(self, heading: Heading) -> bool:
        """Read a heading as a gate; False if it is none."""
        self.end()
        found = gate_heading(heading.text) if heading.level > 1 else None
        if found is None and self.signs and heading.level > 1:
            found = heading_with_status(heading.text)
        if found is None:
            return False
        sign, code, title = found
        name, status = split_status(title)
        self._open(heading.line, heading.level)
        self._add("#", normal_code(code))
        self._add("Gate", name)
        self._add("Status", f"{sign} {status}".strip())
        return True

    def read_line(self, line: Line) -> bool:
        """Read a line as a gate, or as a part of the open one; False if it is neither."""
        if self.level:
            return self._read_detail(line)
        box = self._box_of(line)
        if box and (not self.line or line.depth <= self.depth):
            self.end()
            self._open(line.line, 0)
            self.depth = line.depth
            self._read_box(box[1], box[0])
            return True
        if self.line and line.depth and (line.depth > self.depth or not line.first):
            if box:
                self.actions.append((line.line, box[1], state_of_box(box[0])))
            else:
                self._add("Notes", line.text)
            return True
        return False

    def _box_of(self, line: Line) -> tuple[str, str] | None:
        """Return (sign, text) of a line with a box; ☐ needs no list, and signs count as boxes."""
        if line.text[:1] in "☐☑":
            return split_box(line.text)
        if not line.depth or not line.first:
            return None
        if (box := split_box(line.text)) or not self.signs:
            return box
        sign = EMOJI.search(line.text[:LONGEST_TEXT])
        said = parse_status_cell(sign.group()) if sign else None
        if sign is None or said is None:
            return None
        mark = MARKS[said.status]
        if said.status == Status.BLOCKED or sign.start():
            return mark, line.text  # “🚫 SMS: contract from Huda”, “Keys — ✅ run 7”
        return mark, line.text[sign.end() :].strip(" \ufe0f") or line.text

    def end(self) -> None:
        """Hand the open gate to the reader."""
        if not self.line or self.tables.count > MAX_GATES:
            self.line = self.level = 0
            self.names, self.cells, self.actions = [], [], []
            return
        header = [name for name in self.names if name]
        columns = map_gate_columns(header)
        row = Row(self.line, self.cells, len(self.cells))
        table = Table(self.line, header, [row])
        tables = self.tables
        rows = GateRows(tables.parsed, table, columns, tables.known, tables.today)
        if self.level and not self.cells[columns["status"]]:
            tables.problem(
                self.line, self.cells[columns["gate"]],
                _("no status: end the heading with ✅, 🟡, 🔴 or 🚫, or write “Status: …” "
                  "below it"),
            )  # fmt: skip
        else:
            gate = tables.read_gate(Cells(row, columns), rows)
            rows.report(self.line)
            for line, text, state in self.actions if gate else ():
                action = ParsedAction(line, gate.code if gate else "", text, state=state)
                tables.parsed.actions.append(action)
        self.line, self.level, self.names, self.cells, self.actions = 0, 0, [], [], []

    def _open(self, line: int, level: int) -> None:
        self.line, self.level = line, level

    def _read_box(self, text: str, box: str) -> None:
        text = text.strip()
        for name, pattern in (("Owner", _WORDS_OF_OWNER), ("Priority", _WORDS_OF_PRIORITY)):
            if found := pattern.search(text[:LONGEST_TEXT]):
                self._add(name, found.group(1))
                text = text[: found.start()] + text[found.end() :]
        if found := _CODE.match(text):
            is_priority = re.fullmatch("P[0-3]", found["code"])
            self._add("Priority" if is_priority else "#", found["code"])
            text = text[found.end() :]
        title, proof, owner, status = text, "", "", box
        if said := self._split_sign(text[:LONGEST_TEXT], box):
            title, status = said
        elif link := _LINK.search(text[:LONGEST_TEXT]):
            title, proof = text[: link.start()].rstrip(" —–:-("), link.group(1)
        elif match := _PROOF.search(text[:LONGEST_TEXT]):
            words = match.group(1) or match.group(2) or ""
            if looks_like_person(words) and match.group(2):
                title, owner = text[: match.start()], words
            elif re.search(r"[0-9`]|://", words):
                title, proof = text[: match.start()], words
        if status == "✅" and not proof:
            status = "🟡"
            message = _(
                "line %(line)s: “%(title)s” is ticked without words of proof; imported as partial"
            )
            values = {"line": self.line, "title": title.strip("*_ ")}
            self.tables.parsed.for_a_person.append(message % values)
        self._add("Gate", title.strip("*_ "))
        self._add("Status", status)
        self._add("Owner", owner)
        self._add("Evidence" if status == "✅" else "Notes", proof)

    def _split_sign(self, text: str, box: str) -> tuple[str, str] | None:
        """Split “Keys ✅ run 7” or “🚫 SMS: contract from Huda” into (title, status cell).

        A sign says more than its box, but an open box beside ✅ stays as it is. None without one.
        """
        sign = EMOJI.search(text)
        parsed = parse_status_cell(text[sign.start() :]) if sign else None
        if sign is None or parsed is None:
            return None
        title, said = text[: sign.start()].strip(" —–:-("), text[sign.start() :]
        if not title:
            title, _colon, words = text[sign.end() :].partition(": ")
            said = f"{sign.group()} {words}"
        if parsed.status == Status.CLOSED and box != "✅":
            message = _(
                "line %(line)s: the box of “%(title)s” is not ticked beside %(sign)s; imported as "
                "its box says"
            )
            values = {"line": self.line, "title": title.strip("*_ "), "sign": sign.group()}
            self.tables.parsed.for_a_person.append(message % values)
            return f"{title} {said}", box
        return title, said

    def _read_detail(self, line: Line) -> bool:
        label = split_label(line)
        if label and column_name(label[0]) in STATUS_LABELS:
            self._read_status(line.line, label[1])
        elif label:
            self._add(*label)
        else:
            self._add("Evidence" if self._status() == Status.CLOSED else "Notes", line.text)
        return True

    def _status(self) -> Status | None:
        """Return the status that the open gate has so far."""
        said = parse_status_cell(self.cells[self.names.index("Status")])
        return said.status if said else None

    def _read_status(self, line: int, text: str) -> None:
        """Read “Status: Done”, which the heading may have said already, but not otherwise."""
        before, said = self._status(), parse_status_cell(text)
        if before is None or said is None:
            self._add("Status", text)
        elif before == said.status:
            self._add("Evidence" if before == Status.CLOSED else "Notes", said.rest)
        else:
            title = self.cells[self.names.index("Gate")]
            here, there = status_word(said.status), status_word(before)
            problem = two_statuses(f"“{title}”", here, there, self.line)
            self.tables.problem(line, "status", problem)

    def _add(self, name: str, text: str) -> None:
        """Add a text to the open gate, under the name of a column."""
        name = name.strip()
        known = [n.casefold() for n in self.names]
        if name.casefold() in known:
            i = known.index(name.casefold())
            self.cells[i] = f"{self.cells[i]}<br>{text}" if self.cells[i] and text else (
                self.cells[i] or text
            )  # fmt: skip
        else:
            self.names.append(name)
            self.cells.append(text)
