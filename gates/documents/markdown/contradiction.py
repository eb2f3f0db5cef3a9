"""Contradictions, and the rows that a document's statements are compared with."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .parsed import ParsedDocument, ParsedGate, StatedCount


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of a document that cannot both be true."""

    kind: str  # as "heading", "total", "two states"
    message: str
    lines: tuple[int, ...] = ()
    gates: tuple[str, ...] = ()  # codes
    details: tuple[str, ...] = ()  # further lines of the message

    def __str__(self) -> str:
        where = ""
        if self.lines:
            where = _("line %(number)s") % {"number": ", ".join(map(str, self.lines))} + ": "
        return "\n".join([where + self.message, *(f"    {detail}" for detail in self.details)])


class DocumentRows:
    """The gate rows of a document, as its statements are compared with them."""

    def __init__(self, parsed: ParsedDocument) -> None:
        self.gates = {gate.code: gate for gate in parsed.gates}
        self.not_counted = {note.code for note in parsed.not_counted} & self.gates.keys()
        # Stated numbers are of the counted gates only if the document states its rows rightly.
        self.counts_all = parsed.rows_stated is None or parsed.rows_stated.number != len(self.gates)
        self.waiting_on = {b.code: b.waiting_on for b in parsed.blockers}
        self.waiting_on |= {g.code: g.blocker.waiting_on for g in parsed.gates if g.blocker}
        self._selected: dict[tuple[Any, ...], list[ParsedGate]] = {}

    def gates_for(self, count: StatedCount, *, everything: bool) -> list[ParsedGate]:
        """Return the gates that a stated number is of.

        everything: gates that are not counted too.
        """
        key: tuple[Any, ...] = (count.status, everything)
        if count.person:
            key = (*key, count.person, count.number, tuple(count.codes))
        if key not in self._selected:
            self._selected[key] = self._select_gates(count, everything)
        return self._selected[key]

    def _select_gates(self, count: StatedCount, everything: bool) -> list[ParsedGate]:
        gates = [
            gate
            for gate in self.gates.values()
            if (everything or gate.code not in self.not_counted)
            and (count.status is None or gate.status == count.status)
        ]
        return self._waiting_on(count, gates) if count.person else gates

    def _waiting_on(self, count: StatedCount, gates: list[ParsedGate]) -> list[ParsedGate]:
        """Return the gates that wait for a person: those that say so, and those that may.

        A gate that names nobody may wait for this person, if the count names it, or names no gate.
        """
        named = [gate for gate in gates if self.waiting_on.get(gate.code) == count.person]
        unnamed = [gate for gate in gates if not self.waiting_on.get(gate.code)]
        if count.codes:
            return [*named, *(gate for gate in unnamed if gate.code in count.codes)]
        return [*named, *unnamed[: max(count.number - len(named), 0)]]
