"""The order of rows: gates in their section; sections, claims and steps in their launch."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from .action import Action
from .claim import Claim
from .gate import Gate
from .history import save_with_history
from .launch import Section

PARENTS = {Gate: "section", Section: "launch", Claim: "launch", Action: "launch"}


def place_last(row: Any) -> None:
    """Give a new row the place behind its last sibling, unless it was given a place. Not saved."""
    if type(row) not in PARENTS or not row._state.adding or row.position:
        return
    last = _siblings(row).aggregate(last=Max("position"))["last"]
    row.position = 0 if last is None else last + 1


@transaction.atomic
def move(row: Any, *, up: bool, by: User) -> bool:
    """Let a row change places with its neighbour; return False if it has none on that side.

    Siblings that share a place get places of their own, as they are shown.

    Raises:
        LaunchArchived: its launch is archived.
        StaleObjectError: somebody else moved it at the same moment.
    """
    rows = list(_siblings(row).select_for_update().order_by("position", "pk"))
    place = next((n for n, other in enumerate(rows) if other.pk == row.pk), None)
    if place is None:
        return False
    target = place - 1 if up else place + 1
    if not 0 <= target < len(rows):
        return False
    rows[place], rows[target] = rows[target], rows[place]
    # From the lowest place that they have, or a section that begins at 1 would move as a whole.
    first = min(other.position for other in rows)
    for position, other in enumerate(rows, start=first):
        if other.position != position:
            other.position = position
            save_with_history(other, by=by, reason="")
    return True


def _siblings(row: Any) -> Any:
    parent = PARENTS[type(row)]
    return type(row)._default_manager.filter(**{parent: getattr(row, f"{parent}_id")})
