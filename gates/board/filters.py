"""Filter a board's gates by their columns and text, and paginate them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from django.utils.http import urlencode

from gates.board.findings import GATE_CHECKS
from gates.board.rows import MAX_GATES_PER_PAGE, Board, GateRow
from gates.rules import Status
from gates.rules.text import clean_name, comparison_form, same_as

NOT_SET = "-"  # a gate without owner or priority, a blocker that names nobody
NOT_CLOSED = "-closed"  # any status but closed
MAX_FILTER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a URL. An empty one matches every gate; a value that no gate has, none.

    Attributes:
        status: A status, or NOT_CLOSED.
        section: The prefix of a section.
        owner: An owner's name, or NOT_SET.
        priority: A priority, or NOT_SET.
        counted: "yes" or "no".
        waiting: The name of a person that an unresolved blocker waits for, or NOT_SET.
        weak: A key of GATE_CHECKS.
        q: Words that all occur in the gate's text, in any case.
    """

    status: str = ""
    section: str = ""
    owner: str = ""
    priority: str = ""
    counted: str = ""
    waiting: str = ""
    weak: str = ""
    q: str = ""

    @classmethod
    def from_query(cls, params: Mapping[str, str]) -> "Filters":
        """Return the filters in a URL's parameters, cleaned as names, cut to MAX_FILTER_LENGTH."""
        texts = {field.name: clean_name(params.get(field.name, "")) for field in fields(cls)}
        return cls(**{name: text[:MAX_FILTER_LENGTH] for name, text in texts.items()})

    def __bool__(self) -> bool:
        return any(self.as_dict().values())

    def urlencode(self) -> str:
        """Return the filters that are set as a URL's query string."""
        return urlencode({name: value for name, value in self.as_dict().items() if value})

    def as_dict(self) -> dict[str, str]:
        """Return all filters by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def matches(self, gate: GateRow, today: date) -> bool:
        """Return whether a gate passes all filters; names and texts match in every spelling."""
        return (
            self._has_status(gate.status)
            and _asked(self.section, gate.section)
            and _asked(self.owner, gate.owner or NOT_SET)
            and _asked(self.priority, gate.priority or NOT_SET)
            and self.counted in {"", "yes" if gate.counted else "no"}
            and (not self.waiting or self._waits_for_person(gate))
            and (not self.weak or self._is_weak(gate, today))
            and self._contains_text(gate)
        )

    def _has_status(self, status: Status) -> bool:
        return self.status in {"", status} or (
            self.status == NOT_CLOSED and status != Status.CLOSED
        )

    def _waits_for_person(self, gate: GateRow) -> bool:
        blockers = gate.unresolved_blockers()
        return any(_asked(self.waiting, blocker.waiting_on or NOT_SET) for blocker in blockers)

    def _is_weak(self, gate: GateRow, today: date) -> bool:
        return self.weak in GATE_CHECKS and GATE_CHECKS[self.weak][1](gate, today)

    def _contains_text(self, gate: GateRow) -> bool:
        if not self.q:
            return True
        text = _searchable_text(gate)
        return all(word in text for word in comparison_form(self.q).split())


def _asked(asked: str, value: str) -> bool:
    """Whether a value is the one asked for; nothing asked for is any."""
    return asked in {"", value} or same_as(asked) == same_as(value)


def apply_filters(board: Board, filters: Filters) -> Board:
    """Return the board with only the matching gates visible; its counts stay those of all gates."""
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
    """The place of one page among the gates that match; all numbers count from 1.

    Attributes:
        number: The page.
        first: The first gate on it.
        last: The last gate on it.
        matching: How many gates match.
    """

    number: int
    first: int
    last: int
    matching: int

    def more(self) -> bool:
        """Return whether another page follows."""
        return self.last < self.matching


def paginate(board: Board, number: int) -> tuple[Board, GatePage | None]:
    """Return a filtered board with one page of its gates visible, and that page.

    The page is None where all gates fit on one, or no filter is set. A number beyond the last page
    means the last one. Only HTML pages are paginated; documents hold all gates.
    """
    gates = board.visible_gates()
    if not board.filter or len(gates) <= MAX_GATES_PER_PAGE:
        return board, None
    number = min(number, -(-len(gates) // MAX_GATES_PER_PAGE))
    before = (number - 1) * MAX_GATES_PER_PAGE
    page = GatePage(number, before + 1, min(before + MAX_GATES_PER_PAGE, len(gates)), len(gates))
    on_page = {gate.id for gate in gates[before : page.last]}
    sections = [
        replace(section, shown=[gate for gate in section.visible_gates() if gate.id in on_page])
        for section in board.sections
    ]
    return replace(board, sections=sections), page


def _searchable_text(gate: GateRow) -> str:
    """Return all visible text of a gate, case-folded."""
    texts = [gate.code, gate.title, gate.definition_of_done, gate.notes, gate.owner]
    texts += [gate.not_counted_reason, gate.section_name, gate.closing_note]
    for proof in gate.evidence:
        texts += [proof.summary, proof.url, proof.output, proof.commit]
    for blocker in gate.unresolved_blockers():
        texts += [blocker.needs, blocker.why, blocker.waiting_on]
    texts += [action.text for action in gate.actions]
    return comparison_form("\n".join(texts))
