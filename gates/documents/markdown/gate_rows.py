"""Read the rows of a gate table. A cell without a field of its own goes to the notes."""

import re
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

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
from .cells import CellText, parse_cell, parse_evidence, without_label
from .escaping import unescape_text
from .kept_cells import KeptCells
from .parsed import (
    ParsedAction,
    ParsedDocument,
    ParsedEvidence,
    ParsedGate,
    ParsedNote,
)
from .people import (
    is_nobody,
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
        self.kept = KeptCells(table, columns)
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
            gate.note(f"{self.kept.name('dod')}: {gate.definition_of_done}")
        gate.definition_of_done = done

    def report(self, line: int) -> None:
        """Report the columns that were kept in the notes, and proofs out of a column Notes."""
        self.parsed.readings += self.kept.report(line)
        if self.proofs_in_notes:
            message = _("line %(line)s: the proofs of %(gates)s stand in a column %(name)s")
            values = {"line": line, "gates": ", ".join(self.proofs_in_notes)}
            message %= {**values, "name": self.kept.name("notes")}
            self.parsed.for_a_person.append(message)

    def _read_sentences(self, gate: ParsedGate, column: str, text: str) -> None:
        cell = parse_cell(text)
        done = unescape_text(cell.definition_of_done)
        if (cell.covered_by and not self._is_other_gate(cell.covered_by, gate)) or any(
            said and there not in {"", said}
            for said, there in (
                (cell.priority, gate.priority),
                (done, gate.definition_of_done),
                (cell.covered_by, gate.covered_by),
            )
        ):
            cell, done = CellText(rest=text), ""  # another one, or a gate that is not there
        gate.priority = gate.priority or cell.priority
        gate.definition_of_done = gate.definition_of_done or done
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
            if gate.evidence is None and not says_nothing(cell.rest):
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
        if known and gate.priority not in {"", known.group()}:
            gate.note(f"{self.kept.name('priority')}: {gate.priority}")
        if known:
            gate.priority = known.group()
        if known is None or known.end() < len(written):
            self.kept.keep(gate, "priority", cells)

    def _read_owner(self, gate: ParsedGate, cells: Cells) -> None:
        people = parse_people(cells.raw("owner"))
        if not people.name:
            self.kept.keep(gate, "owner", cells)
            return
        if gate.owner not in {"", people.name}:
            gate.note(f"{self.kept.name('owner')}: {gate.owner}")
        gate.owner, gate.owner_is_handle = people.name, people.handle
        if people.others:
            gate.note(f"{self.kept.name('owner')}: {cells.text('owner')}")
            message = _(
                "line %(line)s: the owners of %(gate)s are several (%(people)s); %(name)s is "
                "taken, the others are in the notes"
            )
            values = {"line": gate.line, "gate": name_of(gate), "name": people.name}
            values["people"] = strip_markup(cells.text("owner"))
            self.parsed.for_a_person.append(message % values)

    def _read_cover(self, gate: ParsedGate, covered: str, cells: Cells) -> None:
        if self._is_other_gate(covered, gate):
            if gate.covered_by not in {"", covered}:
                gate.note(f"{self.kept.name('covered_by')}: {gate.covered_by}")
            gate.covered_by = covered
        elif not is_nobody(covered):
            self.kept.keep(gate, "covered_by", cells)

    def _is_other_gate(self, code: str, gate: ParsedGate) -> bool:
        return code in self.known and code != gate.code

    def _read_blocker(self, gate: ParsedGate, cells: Cells) -> None:
        text, person = cells.raw("blocker"), cells.raw("waiting_on")
        needs = "" if is_nobody(text) else unescape_text(text)
        if needs and gate.status is not Status.BLOCKED:
            gate.waits_for = gate.waits_for or needs
            self.kept.keep(gate, "blocker", cells)
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
                self.kept.keep(gate, "waiting_on", cells)
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
                self.kept.keep(gate, column, cells)

    def _block(self, gate: ParsedGate, text: str) -> None:
        gate.blocker, rest = blocker_in(gate, text)
        if rest:
            gate.note(rest)

    def _read_waiting_on(self, gate: ParsedGate, cells: Cells) -> None:
        name, raised, due = split_dates(cells.raw("waiting_on"))
        people = parse_people(name)
        if gate.blocker is None or gate.blocker.waiting_on or not looks_like_person(people.name):
            self.kept.keep(gate, "waiting_on", cells)
            return
        gate.blocker.waiting_on = people.person()
        gate.blocker.raised = gate.blocker.raised or raised
        gate.blocker.due = gate.blocker.due or due
        if people.others:
            self.kept.keep(gate, "waiting_on", cells)

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
                self.kept.keep(gate, column, cells)

    def _read_action(self, gate: ParsedGate, cells: Cells) -> None:
        text = cells.text("action")
        if text and not is_nobody(text):
            estimate = cells.text("estimate")
            needs = parse_people(cells.raw("needs")).person()
            action = ParsedAction(gate.line, gate.code, text, estimate, needs=needs)
            self.parsed.actions.append(action)
            if not needs:
                self.kept.keep(gate, "needs", cells)
            return
        self.kept.keep(gate, "estimate", cells)
        self.kept.keep(gate, "needs", cells)

    def _read_closing(self, gate: ParsedGate, cells: Cells) -> None:
        note, at = cells.text("closing_note"), cells.text("closed_at")
        if gate.status is Status.CLOSED and (note or is_day(at)):
            day = at if is_day(at) else ""
            self.parsed.closings.append(ParsedNote(gate.line, gate.code, note, day))
            if at and not day:
                self.kept.keep(gate, "closed_at", cells)
            return
        self.kept.keep(gate, "closing_note", cells)
        self.kept.keep(gate, "closed_at", cells)

    def _keep_others(self, gate: ParsedGate, cells: Cells) -> None:
        """Keep the cells of every other column in the notes, under the column's name."""
        if (reason := cells.text("not_counted")) and not is_nobody(reason):
            self.parsed.not_counted.append(ParsedNote(gate.line, gate.code, reason))
        read = READ_BEFORE | DERIVED_COLUMNS | _READ
        for column in self.columns:
            if column not in read:
                self.kept.keep(gate, column, cells)
        self.kept.keep_unknown(gate, cells)


_READ = {
    "notes", "proof", "evidence", "priority", "owner", "covered_by", "dod", "blocker",
    "waiting_on", "action", "estimate", "needs", "closing_note", "closed_at", "not_counted",
    *PROOF_COLUMNS, *BLOCKER_COLUMNS,
}  # fmt: skip
