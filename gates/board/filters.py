"""Which of a board's gates a reader asks to see, by what they are and say; and a page of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from django.utils.http import urlencode

from gates.board.findings import GATE_CHECKS
from gates.board.rows import MAX_GATES_PER_PAGE, Board, GateRow
from gates.rules import Status
from gates.rules.text import clean_name, comparison_form, same_as

NOT_SET = "-"  # nobody owns it, or nobody has said how urgent it is
NOT_CLOSED = "-closed"  # any status but that
MAX_FILTER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty asks for everything, and a value nothing has for nothing."""

    status: str = ""
    section: str = ""
    owner: str = ""
    priority: str = ""
    counted: str = ""  # yes or no
    waiting: str = ""  # for whom
    weak: str = ""  # in which way, by the code of a finding
    q: str = ""

    @classmethod
    def from_query(cls, asked: Mapping[str, str]) -> "Filters":
        """The filters in the parameters of an address, as cleaned as a name."""
        texts = {one.name: clean_name(asked.get(one.name, "")) for one in fields(cls)}
        return cls(**{name: text[:MAX_FILTER_LENGTH] for name, text in texts.items()})

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def urlencode(self) -> str:
        """The filters as part of an address."""
        return urlencode({name: value for name, value in self.as_dict().items() if value})

    def as_dict(self) -> dict[str, str]:
        """The filters by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def matches(self, gate: GateRow, today: date) -> bool:
        """Whether a gate is asked for. Names and texts are found in every spelling."""
        return (
            self._is_status(gate.status)
            and _asked(self.section, gate.section)
            and _asked(self.owner, gate.owner or NOT_SET)
            and _asked(self.priority, gate.priority or NOT_SET)
            and self.counted in {"", "yes" if gate.counted else "no"}
            and (not self.waiting or self._is_waited_for(gate))
            and (not self.weak or self._is_weak(gate, today))
            and self._is_said_in(gate)
        )

    def _is_status(self, status: Status) -> bool:
        return self.status in {"", status} or (
            self.status == NOT_CLOSED and status != Status.CLOSED
        )

    def _is_waited_for(self, gate: GateRow) -> bool:
        return any(_asked(self.waiting, one.waiting_on) for one in gate.unresolved_blockers())

    def _is_weak(self, gate: GateRow, today: date) -> bool:
        return self.weak in GATE_CHECKS and GATE_CHECKS[self.weak][1](gate, today)

    def _is_said_in(self, gate: GateRow) -> bool:
        if not self.q:
            return True
        text = _searchable_text(gate)
        return all(word in text for word in comparison_form(self.q).split())


def _asked(asked: str, value: str) -> bool:
    """Whether a value is the one asked for; nothing asked for is any."""
    return asked in {"", value} or same_as(asked) == same_as(value)


def apply_filters(board: Board, filters: Filters) -> Board:
    """The board listing only the gates asked for; what it counts stays the whole board."""
    if not filters:
        return board
    today = board.day
    sections = [
        replace(section, shown=[gate for gate in section.gates if filters.matches(gate, today)])
        for section in board.sections
    ]
    return replace(board, sections=sections, filter=filters.urlencode())


@dataclass(frozen=True, slots=True)
class GatePage:
    """Which of the gates that match stand on a page, counted from 1."""

    number: int
    first: int
    last: int
    matching: int

    def more(self) -> bool:
        """Whether there is a page after it."""
        return self.last < self.matching


def paginate(board: Board, number: int) -> tuple[Board, GatePage | None]:
    """Of a board with filters the gates of one page; None where all of them fit on one.

    A number beyond the last page means the last one. Only for reading: documents have all of it.
    """
    gates = board.visible_gates()
    if not board.filter or len(gates) <= MAX_GATES_PER_PAGE:
        return board, None
    number = min(number, -(-len(gates) // MAX_GATES_PER_PAGE))
    before = (number - 1) * MAX_GATES_PER_PAGE
    page = GatePage(number, before + 1, min(before + MAX_GATES_PER_PAGE, len(gates)), len(gates))
    chosen = {gate.id for gate in gates[before : page.last]}
    sections = [
        replace(section, shown=[gate for gate in section.visible_gates() if gate.id in chosen])
        for section in board.sections
    ]
    return replace(board, sections=sections), page


def _searchable_text(gate: GateRow) -> str:
    """Everything a reader sees of a gate, for searching."""
    texts = [gate.code, gate.title, gate.definition_of_done, gate.notes, gate.owner]
    texts += [gate.not_counted_reason, gate.section_name, gate.closing_note]
    for proof in gate.evidence:
        texts += [proof.summary, proof.url, proof.output, proof.commit]
    for blocker in gate.unresolved_blockers():
        texts += [blocker.needs, blocker.why, blocker.waiting_on]
    texts += [action.text for action in gate.actions]
    return comparison_form("\n".join(texts))
