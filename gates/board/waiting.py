"""The waiting list: unresolved blockers by person, and what resolving them would allow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from gates.board.rows import ActionRow, BlockerRow, Board, GateRow
from gates.rules import Status


@dataclass(slots=True)
class WaitingItem:
    """One thing a person owes a gate."""

    blocker: BlockerRow
    gate: GateRow
    days: int | None  # since it was raised; None where the source does not say
    overdue: bool


@dataclass(slots=True)
class WaitingPerson:
    """Everything that waits for one person."""

    name: str
    items: list[WaitingItem] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)
    unblocks: list[str] = field(default_factory=list)  # gates that wait for nobody else

    @property
    def overdue(self) -> int:
        """How many of the items are past their day."""
        return sum(debt.overdue for debt in self.items)


@dataclass(slots=True)
class Waiting:
    """Who is waited for, and how many counted gates could be closed if all of it arrived."""

    people: list[WaitingPerson]
    closed: int
    reachable: int
    list_limit: int | None = None  # of what each person owes, on one page; None: all of it


def waiting_on(board: Board, today: date, own: str = "") -> Waiting:
    """The waiting list of a board: the person `own` first, then whoever is overdue, then by name.

    Every blocked, counted gate could be closed once what it waits for has come, so `reachable`
    is the closed ones plus those.
    """
    people: dict[str, WaitingPerson] = {}
    for gate in board.gates:
        owed = gate.unresolved_blockers()
        for blocker in owed:
            person = people.setdefault(blocker.waiting_on, WaitingPerson(blocker.waiting_on))
            person.items.append(_waiting_item(blocker, gate, today))
        names = {blocker.waiting_on for blocker in owed}
        if len(names) == 1:
            people[names.pop()].unblocks.append(gate.code)
    for action in board.actions:
        if action.needs and action.state != "done":
            people.setdefault(action.needs, WaitingPerson(action.needs)).actions.append(action)
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


def _urgency(debt: WaitingItem) -> tuple[bool, date, int]:
    """Overdue first, then by due day, then the longest waiting."""
    return (not debt.overdue, debt.blocker.due_on or date.max, -(debt.days or 0))


def _sort_people(people: Sequence[WaitingPerson], own: str) -> list[WaitingPerson]:
    return sorted(
        people, key=lambda who: (who.name != own, -who.overdue, -len(who.items), who.name)
    )
