"""What a person still owns, on every launch: gates, what waits for them, tokens."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.utils import timezone

from gates.models import Action, Blocker, Gate, Owner


@dataclass(frozen=True, slots=True)
class Responsibilities:
    """What is in a person's hands.

    Attributes:
        gates: Their gates that are not closed.
        closed: How many of their gates are closed.
        blockers: Unresolved blockers that wait for them.
        steps: Steps that wait for them and are not done.
        tokens: Tokens of the API that work, and for which they answer.
    """

    gates: list[Gate]
    closed: int
    blockers: list[Blocker]
    steps: list[Action]
    tokens: list[Any]

    def __bool__(self) -> bool:
        return bool(self.gates or self.blockers or self.steps or self.tokens)


def responsibilities(user: User, owner: Owner | None) -> Responsibilities:
    """Return what an account and its owner still own, in five queries at most."""
    tokens = _tokens(user)
    if owner is None:
        return Responsibilities([], 0, [], [], tokens)
    gates = Gate.objects.filter(owner=owner)
    not_closed = gates.exclude(progress=Gate.Progress.CLOSED)
    blockers = Blocker.objects.filter(waiting_on=owner, resolved_at=None)
    steps = Action.objects.filter(needs=owner).exclude(state=Action.State.DONE)
    return Responsibilities(
        gates=list(not_closed.select_related("launch")),
        closed=gates.filter(progress=Gate.Progress.CLOSED).count(),
        blockers=list(blockers.select_related("gate__launch")),
        steps=list(steps.select_related("launch", "gate")),
        tokens=tokens,
    )


def _tokens(user: User) -> list[Any]:
    """Return the tokens that work; none on a board without an API."""
    if "token" not in apps.all_models["gates"]:
        return []
    tokens: Any = apps.get_model("gates", "token").objects
    return list(tokens.filter(responsible=user, ends_on__gte=timezone.localdate(), revocation=None))
