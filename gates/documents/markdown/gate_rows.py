"""Read the rows of a gate table. A cell without a field of its own goes to the notes."""

import re
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.rules import Status
from gates.rules.text import fold_digits

from .blockers import (
    blocker_as_said,
    blocker_in,
    blockers_in_lines,
    parsed_blocker,
    words_of_blocker,
)
from .blocks import Table
from .cell_values import is_day, name_of, parse_address
from .cells import parse_cell, parse_evidence, without_label
from .escaping import unescape_text
from .parsed import (
    ParsedAction,
    ParsedDocument,
    ParsedEvidence,
    ParsedGate,
    ParsedNote,
)
from .people import (
    is_nobody,
    is_placeholder,
    looks_like_person,
    parse_people,
    says_nothing,
    split_dates,
)
from .proof_fields import set_proof_field
from .statuses import StatusCell
from .tables import Cells
from .vocabulary import strip_markup

_PRIORITY = re.compile(r"P[012](?!\w)")
# Columns that the reader of the row reads itself.
READ_BEFORE = {"code", "gate", "status", "section"}
# Fields of a proof. Without a proof in the row they go to the notes.
PROOF_COLUMNS = ("url", "commit", "observed", "valid_until", "output", "kind")
BLOCKER_COLUMNS = ("why", "raised", "due")
# What a board's own CSV says again.
DERIVED_COLUMNS = {"reason", "progress", "counted", "verdict"}

ReportProblem = Callable[[int, str, str], None]


class GateRows:
    """Reads the texts of the rows of one gate table into gates.

    columns: meaning → index. known: the codes of the document.
    """

    def __init__(
        self,
        parsed: ParsedDocument,
        table: Table,
        columns: dict[str, int],
        known: set[str],
        today: date,
    ) -> None:
        self.parsed, self.columns, self.known, self.today = parsed, columns, known, today
        self.names = [strip_markup(name) for name in table.header]
        self.others = [i for i in range(len(table.header)) if i not in columns.values()]
        self.kept: dict[str, int] = {}  # name of a column without a field: cells kept in notes
        self.proofs_in_notes: list[str] = []
        has_proofs = {"evidence", "proof"} & columns.keys()
        self.proof_column = "" if has_proofs else "notes"

    def read(self, gate: ParsedGate, cells: Cells, status: StatusCell) -> None:
        """Read the texts of a row. A column of its own wins over a sentence."""
        self.said = ""
        for column in ("notes", "proof", "evidence"):
            if text := cells.raw(column):
                self._read_sentences(gate, column, text)
        self._read_rest_of_status(gate, status)
        self._read_priority(gate, cells)
        self._read_owner(gate, cells)
        if covered := strip_markup(cells.raw("covered_by")):
            self._read_cover(gate, covered, cells)
        if done := cells.raw("dod"):
            self._read_done(gate, unescape_text(without_label(done)))
        self._read_blocker(gate, cells)
        self._read_proof_fields(gate, cells)
        self._read_action(gate, cells)
        self._read_closing(gate, cells)
        self._keep_others(gate, cells)

    def _read_done(self, gate: ParsedGate, done: str) -> None:
        if gate.definition_of_done not in {"", done}:
            gate.note(f"{self._name('dod')}: {gate.definition_of_done}")
        gate.definition_of_done = done

    def report(self, line: int) -> None:
        """Report the columns that were kept in the notes, and proofs out of a column Notes."""
        if self.kept:
            message = ngettext(
                "line %(line)s: the column %(names)s is not known, or without a field in some "
                "rows; the texts are kept in the notes",
                "line %(line)s: the columns %(names)s are not known, or without a field in some "
                "rows; the texts are kept in the notes",
                len(self.kept),
            )
            self.parsed.readings.append(message % {"line": line, "names": ", ".join(self.kept)})
        if self.proofs_in_notes:
            message = _("line %(line)s: the proofs of %(gates)s stand in a column %(name)s")
            gates, name = ", ".join(self.proofs_in_notes), self.names[self.columns["notes"]]
            self.parsed.for_a_person.append(message % {"line": line, "gates": gates, "name": name})

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
            gate.blocker = parsed_blocker(gate, cell)
        elif cell.blocked:
            cell.rest = text  # a second one
        is_proof = column != "notes" or self.proof_column == "notes"
        if gate.status is Status.CLOSED and is_proof and gate.evidence is None:
            gate.evidence = parse_evidence(gate.line, gate.code, cell.rest, self.today)
            if gate.evidence is None and any(char.isalnum() for char in cell.rest):
                gate.no_proof = unescape_text(cell.rest)
                gate.note(gate.no_proof)
            elif gate.evidence is not None and column == "notes":
                self.proofs_in_notes.append(name_of(gate))
        elif cell.rest:
            gate.note(unescape_text(cell.rest))
            self.said = self.said or cell.rest

    def _read_rest_of_status(self, gate: ParsedGate, status: StatusCell) -> None:
        """Read the text after the mark: reason, blocker, proof or note."""
        text = unescape_text(status.rest)
        if status.not_counted:
            reason = text or (gate.notes.split("\n")[0] if gate.notes else "")
            words = f"{status.word}: {reason}" if reason else status.word
            self.parsed.not_counted.append(ParsedNote(gate.line, gate.code, words[:300]))
            return
        if not text:
            return
        if gate.status is Status.BLOCKED and gate.blocker is None:
            self._block(gate, words_of_blocker(status.word, status.rest))
        elif gate.status is Status.CLOSED and gate.evidence is None:
            gate.evidence = parse_evidence(gate.line, gate.code, status.rest, self.today)
            if gate.evidence is None:
                gate.note(text)
        else:
            gate.note(text)

    def _read_priority(self, gate: ParsedGate, cells: Cells) -> None:
        written = strip_markup(cells.raw("priority"))
        if not written:
            return
        known = _PRIORITY.match(fold_digits(written.upper()))
        if known:
            gate.priority = known.group()
        if known is None or known.end() < len(written):
            self._keep(gate, "priority", cells)

    def _read_owner(self, gate: ParsedGate, cells: Cells) -> None:
        people = parse_people(cells.raw("owner"))
        if not people.name:
            self._keep(gate, "owner", cells)
            return
        if gate.owner not in {"", people.name}:
            gate.note(f"{self._name('owner')}: {gate.owner}")
        gate.owner, gate.owner_is_handle = people.name, people.handle
        if people.others:
            gate.note(f"{self._name('owner')}: {cells.text('owner')}")
            message = _(
                "line %(line)s: the owners of %(gate)s are several (%(people)s); %(name)s is "
                "taken, the others are in the notes"
            )
            values = {"line": gate.line, "gate": name_of(gate), "name": people.name}
            values["people"] = strip_markup(cells.text("owner"))
            self.parsed.for_a_person.append(message % values)

    def _read_cover(self, gate: ParsedGate, covered: str, cells: Cells) -> None:
        if covered in self.known - {gate.code}:
            gate.covered_by = covered
        elif not is_nobody(covered):
            self._keep(gate, "covered_by", cells)

    def _read_blocker(self, gate: ParsedGate, cells: Cells) -> None:
        text, person = cells.raw("blocker"), cells.raw("waiting_on")
        needs = "" if is_nobody(text) else unescape_text(text)
        if needs and gate.status is not Status.BLOCKED:
            gate.waits_for = gate.waits_for or needs
            self._keep(gate, "blocker", cells)
        elif needs:
            if gate.blocker is not None:
                gate.note(f"Blocked on {gate.blocker.needs}")
            self._block(gate, text)
        if gate.status is Status.BLOCKED and gate.blocker is None:
            listed, is_whole = blockers_in_lines(gate, person)
            self.parsed.blockers += listed
            if not listed:
                gate.blocker = blocker_as_said(gate, self.said)
            elif not is_whole:
                self._keep(gate, "waiting_on", cells)
        else:
            listed = []
        if person and not listed and not is_nobody(person):
            self._read_waiting_on(gate, cells)
        for column in BLOCKER_COLUMNS:
            text = cells.text(column)
            fits = bool(text) and (column == "why" or is_day(text))
            if fits and gate.blocker and gate.status is Status.BLOCKED:
                setattr(gate.blocker, column, text)
            else:
                self._keep(gate, column, cells)

    def _block(self, gate: ParsedGate, text: str) -> None:
        gate.blocker, rest = blocker_in(gate, text)
        if rest:
            gate.note(rest)

    def _read_waiting_on(self, gate: ParsedGate, cells: Cells) -> None:
        name, raised, due = split_dates(cells.raw("waiting_on"))
        people = parse_people(name)
        if gate.blocker is None or gate.blocker.waiting_on or not looks_like_person(people.name):
            self._keep(gate, "waiting_on", cells)
            return
        gate.blocker.waiting_on = people.person()
        gate.blocker.raised = gate.blocker.raised or raised
        gate.blocker.due = gate.blocker.due or due
        if people.others:
            self._keep(gate, "waiting_on", cells)

    def _read_proof_fields(self, gate: ParsedGate, cells: Cells) -> None:
        url = parse_address(cells.raw("url"))
        if gate.status is Status.CLOSED and url and gate.evidence is None:
            gate.evidence = ParsedEvidence(gate.line, gate.code, url, "link", url)
        for column in PROOF_COLUMNS:
            text = cells.text(column)
            if not text:
                continue
            proof = gate.evidence
            if proof is None or not set_proof_field(proof, column, text, url, self.today):
                self._keep(gate, column, cells)

    def _read_action(self, gate: ParsedGate, cells: Cells) -> None:
        text = cells.text("action")
        if text and not is_nobody(text):
            estimate = cells.text("estimate")
            needs = parse_people(cells.raw("needs")).person()
            action = ParsedAction(gate.line, gate.code, text, estimate, needs=needs)
            self.parsed.actions.append(action)
            if not needs:
                self._keep(gate, "needs", cells)
            return
        self._keep(gate, "estimate", cells)
        self._keep(gate, "needs", cells)

    def _read_closing(self, gate: ParsedGate, cells: Cells) -> None:
        note, at = cells.text("closing_note"), cells.text("closed_at")
        if gate.status is Status.CLOSED and (note or is_day(at)):
            day = at if is_day(at) else ""
            self.parsed.closings.append(ParsedNote(gate.line, gate.code, note, day))
            if at and not day:
                self._keep(gate, "closed_at", cells)
            return
        self._keep(gate, "closing_note", cells)
        self._keep(gate, "closed_at", cells)

    def _keep_others(self, gate: ParsedGate, cells: Cells) -> None:
        """Keep the cells of every other column in the notes, under the column's name."""
        if (reason := cells.text("not_counted")) and not is_nobody(reason):
            self.parsed.not_counted.append(ParsedNote(gate.line, gate.code, reason))
        read = READ_BEFORE | DERIVED_COLUMNS | _READ
        for column in self.columns:
            if column not in read:
                self._keep(gate, column, cells)
        for i in self.others:
            text = unescape_text(cells.at(i))
            if not says_nothing(text):
                name = self.names[i] or f"column {i + 1}"
                self.kept[name] = self.kept.get(name, 0) + 1
                gate.note(f"{name}: {text}")

    def _keep(self, gate: ParsedGate, column: str, cells: Cells) -> None:
        text = cells.text(column)
        if not says_nothing(text) and not is_placeholder(text):
            name = self._name(column)
            self.kept[name] = self.kept.get(name, 0) + 1
            gate.note(f"{name}: {text}")

    def _name(self, column: str) -> str:
        return self.names[self.columns[column]]


_READ = {
    "notes", "proof", "evidence", "priority", "owner", "covered_by", "dod", "blocker",
    "waiting_on", "action", "estimate", "needs", "closing_note", "closed_at", "not_counted",
    *PROOF_COLUMNS, *BLOCKER_COLUMNS,
}  # fmt: skip
