"""Which of a board's gates a reader asks to see: by status, section, owner, priority and text."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from django.utils.http import urlencode

from gates.rows import Board, GateRow

NOT_SET = "-"  # nobody owns it, or nobody has said how urgent it is
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty asks for everything, and a value nothing has for nothing."""

    status: str = ""
    section: str = ""
    owner: str = ""
    priority: str = ""
    q: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        """The filters in the parameters of an address, without white space around them."""
        return cls(**{one.name: asked.get(one.name, "").strip()[:LONGEST] for one in fields(cls)})

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def query(self) -> str:
        """The filters as part of an address."""
        return urlencode({name: value for name, value in self.asked().items() if value})

    def asked(self) -> dict[str, str]:
        """The filters by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def let_through(self, gate: GateRow) -> bool:
        """Whether a gate is asked for. Text is found in any case, every word of it."""
        return (
            self.status in {"", gate.status}
            and self.section in {"", gate.section}
            and self.owner in {"", gate.owner or NOT_SET}
            and self.priority in {"", gate.priority or NOT_SET}
            and self._is_said_in(gate)
        )

    def _is_said_in(self, gate: GateRow) -> bool:
        if not self.q:
            return True
        text = _text_of(gate)
        return all(word in text for word in self.q.casefold().split())


def narrowed(board: Board, filters: Filters) -> Board:
    """The board listing only the gates asked for; what it counts stays the whole board."""
    if not filters:
        return board
    sections = [
        replace(section, shown=[gate for gate in section.gates if filters.let_through(gate)])
        for section in board.sections
    ]
    return replace(board, sections=sections, filter=filters.query())


def _text_of(gate: GateRow) -> str:
    """Everything a reader sees of a gate, for searching."""
    texts = [gate.code, gate.title, gate.definition_of_done, gate.notes, gate.owner]
    texts += [gate.not_counted_reason, gate.section_name, gate.closing_note]
    for proof in gate.evidence:
        texts += [proof.summary, proof.url, proof.output, proof.commit]
    for blocker in gate.unresolved_blockers():
        texts += [blocker.needs, blocker.why, blocker.waiting_on]
    texts += [action.text for action in gate.actions]
    return "\n".join(texts).casefold()
