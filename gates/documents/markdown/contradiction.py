"""A contradiction, and the rows that a document's statements are held against."""

from dataclasses import dataclass
from typing import Any

from .parsed import ParsedDocument, ParsedGate, StatedCount


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things a document says that cannot both be true, and where it says them."""

    kind: str
    message: str
    lines: tuple[int, ...] = ()
    gates: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"line {', '.join(map(str, self.lines))}: " if self.lines else ""
        return "\n".join([where + self.message, *(f"    {detail}" for detail in self.details)])


class DocumentRows:
    """What the rows of the document say."""

    def __init__(self, paper: ParsedDocument) -> None:
        self.gates = {gate.code: gate for gate in paper.gates}
        self.not_counted = {note.code for note in paper.not_counted} & self.gates.keys()
        # Numbers are about the counted gates only where the document says how many rows it has.
        self.counts_all = paper.rows_stated is None or paper.rows_stated.number != len(self.gates)
        self.waiting_on = {b.code: b.waiting_on for b in paper.blockers}
        self.waiting_on |= {g.code: g.blocker.waiting_on for g in paper.gates if g.blocker}
        self._known: dict[tuple[Any, ...], list[ParsedGate]] = {}

    def gates_for(self, count: StatedCount, *, everything: bool) -> list[ParsedGate]:
        """The gates that a stated number should be about."""
        key = (count.status, count.person, everything)
        if key not in self._known:
            self._known[key] = self._select_gates(count, everything)
        return self._known[key]

    def _select_gates(self, count: StatedCount, everything: bool) -> list[ParsedGate]:
        return [
            gate
            for gate in self.gates.values()
            if (everything or gate.code not in self.not_counted)
            and (count.status is None or gate.status == count.status)
            and (not count.person or self.waiting_on.get(gate.code, count.person) == count.person)
        ]
