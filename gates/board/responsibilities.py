"""What a person still owns, on every launch: gates, what waits for them, tokens."""

from dataclasses import dataclass

from gates.models import Action, Blocker, Gate, Owner


@dataclass(frozen=True, slots=True)
class Responsibilities:
    """What is in a person's hands.

    Attributes:
        gates: Their gates that are not closed.
        closed: How many of their gates are closed.
        blockers: Unresolved blockers that wait for them.
        steps: Steps that wait for them and are not done.
    """

    gates: list[Gate]
    closed: int
    blockers: list[Blocker]
    steps: list[Action]

    def __bool__(self) -> bool:
        return bool(self.gates or self.blockers or self.steps)


def responsibilities(owner: Owner | None) -> Responsibilities:
    """Return what an owner still owns, in four queries; nothing for None."""
    if owner is None:
        return Responsibilities([], 0, [], [])
    gates = Gate.objects.filter(owner=owner)
    not_closed = gates.exclude(progress=Gate.Progress.CLOSED)
    blockers = Blocker.objects.filter(waiting_on=owner, resolved_at=None)
    steps = Action.objects.filter(needs=owner).exclude(state=Action.State.DONE)
    return Responsibilities(
        gates=list(not_closed.select_related("launch")),
        closed=gates.filter(progress=Gate.Progress.CLOSED).count(),
        blockers=list(blockers.select_related("gate__launch")),
        steps=list(steps.select_related("launch", "gate")),
    )
