"""Set the priorities of several gates at once, without writing over what somebody else chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction

from .gate import Gate
from .history import save_with_history


@dataclass(slots=True)
class PrioritiesSet:
    """The codes of gates whose priority was set, and of those that somebody else has set."""

    changed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


@transaction.atomic
def set_priorities(
    launch_id: int, chosen: Mapping[str, tuple[str, str]], by: User
) -> PrioritiesSet:
    """Set the priority of gates of a launch; the rows are locked, each gets its history.

    chosen: code → (the priority that the person saw, the one chosen). Only where they differ
        something is written. A gate whose priority is neither of the two is a conflict, and
        stays as it is; one that has the chosen priority already is left alone.

    Raises:
        LaunchArchived: the launch is archived.
    """
    wanted = {code: pair for code, pair in chosen.items() if pair[0] != pair[1]}
    done = PrioritiesSet()
    gates = Gate.objects.select_for_update(of=("self",)).select_related("section")
    for gate in gates.filter(launch_id=launch_id, code__in=wanted).order_by("position", "pk"):
        seen, priority = wanted[gate.code]
        if gate.priority == priority:
            continue
        if gate.priority != seen:
            done.conflicts.append(gate.code)
            continue
        gate.priority = priority
        save_with_history(gate, by=by, reason="Set on the page of priorities")
        done.changed.append(gate.code)
    return done
