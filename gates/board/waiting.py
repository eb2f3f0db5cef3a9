"""The waiting list: unresolved blockers by person, and which gates they hold up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from gates.board.child_rows import ActionRow, BlockerRow
from gates.board.filters import NOT_SET
from gates.board.rows import Board, GateRow
from gates.rules import Status


@dataclass(slots=True)
class WaitingItem:
    """One unresolved blocker that waits for a person.

    Attributes:
        blocker: The blocker.
        gate: Its gate.
        days: Days since it was raised; None where the day is not known.
        overdue: Whether its due day is past.
    """

    blocker: BlockerRow
    gate: GateRow
    days: int | None
    overdue: bool


@dataclass(slots=True)
class WaitingPerson:
    """Everything that waits for one person, or for nobody who is named.

    Attributes:
        name: The person's name; empty for what waits for nobody who is named.
        items: Unresolved blockers, the most urgent first.
        actions: Actions that need this person and are not done.
        unblocks: Codes of the gates that wait for nobody else.
    """

    name: str
    items: list[WaitingItem] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)
    unblocks: list[str] = field(default_factory=list)

    @property
    def filter_value(self) -> str:
        """What the board's filter by person calls it."""
        return self.name or NOT_SET

    @property
    def overdue(self) -> int:
        """How many of the items are overdue."""
        return sum(item.overdue for item in self.items)


@dataclass(slots=True)
class Waiting:
    """The waiting list of a board.

    Attributes:
        people: The persons waited for, in the order to show them.
        closed: How many counted gates are closed.
        reachable: How many could be closed if every blocker were resolved: the closed ones and the
            blocked ones.
        list_limit: How many items a page shows of each person; None for all.
    """

    people: list[WaitingPerson]
    closed: int
    reachable: int
    list_limit: int | None = None


def waiting_on(board: Board, today: date, own: str = "") -> Waiting:
    """Return the waiting list of a board.

    Args:
        board: The board.
        today: The day for which waiting days and overdue items are counted.
        own: The name of the person who reads; it comes first. Then those with the most overdue
            items, then those with the most items, then by name; last what names nobody.
    """
    people: dict[str, WaitingPerson] = {}
    for gate in board.gates:
        blockers = gate.unresolved_blockers()
        for blocker in blockers:
            person = people.setdefault(blocker.waiting_on, WaitingPerson(blocker.waiting_on))
            person.items.append(_waiting_item(blocker, gate, today))
        names = {blocker.waiting_on for blocker in blockers}
        if len(names) == 1:
            people[names.pop()].unblocks.append(gate.code)
    for action in board.actions:
        if name := action.waits_for():
            people.setdefault(name, WaitingPerson(name)).actions.append(action)
    for person in people.values():
        person.items.sort(key=_urgency)
    blocked = sum(gate.counted and gate.status == Status.BLOCKED for gate in board.gates)
    return Waiting(
        people=_sort_people(list(people.values()), own),
        closed=board.totals.closed,
        reachable=board.totals.closed + blocked,
        list_limit=board.list_limit(len(people)),
    )


def _waiting_item(blocker: BlockerRow, gate: GateRow, today: date) -> WaitingItem:
    overdue = blocker.due_on is not None and blocker.due_on < today
    days = (today - timezone.localdate(blocker.raised_at)).days if blocker.raised_at else None
    return WaitingItem(blocker, gate, days, overdue)


def _urgency(item: WaitingItem) -> tuple[bool, date, int]:
    """Return the sort key: overdue first, then by due day, then the longest waiting."""
    return (not item.overdue, item.blocker.due_on or date.max, -(item.days or 0))


def _sort_people(people: Sequence[WaitingPerson], own: str) -> list[WaitingPerson]:
    return sorted(
        people,
        key=lambda person: (
            not person.name,
            person.name != own,
            -person.overdue,
            -len(person.items),
            person.name,
        ),
    )
