"""New rows come last: gates in their section; sections, claims and steps in their launch."""

from typing import Any

from django.db.models import CharField, Max, Value
from django.db.models.functions import Cast, Concat, Length, LPad

from gates.models import Action, Claim, Gate, Section

PARENTS = {Gate: "section", Section: "launch", Claim: "launch", Action: "launch"}

# T2 before T10: the letters first, then the longer numbers after the shorter.
CODE_IN_ORDER = Concat(
    "section__prefix",
    LPad(Cast(Length("code"), CharField()), 2, Value("0")),
    "code",
    output_field=CharField(),
)


def place_last(row: Any) -> None:
    """Give a new row the place behind its last sibling, unless it was given a place. Not saved."""
    parent = PARENTS.get(type(row))
    if parent is None or not row._state.adding or row.position:
        return
    siblings = type(row)._default_manager.filter(**{parent: getattr(row, f"{parent}_id")})
    last = siblings.aggregate(last=Max("position"))["last"]
    row.position = 0 if last is None else last + 1
