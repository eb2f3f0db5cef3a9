"""Find a gate or a claim by a name that it has or had: links outlive a change of code or slug."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gates.board.as_of import RowSource
from gates.board.launches import LAUNCH_COLUMNS
from gates.board.rows import LaunchRow
from gates.models import Claim, Gate, Launch

NAME_FIELDS: dict[Any, str] = {Gate: "code", Claim: "slug"}
URL_ARGUMENTS: dict[Any, str] = {Gate: "code", Claim: "named"}


def name_of_namesake(
    model: Any, launch_id: int, name: str, as_of: datetime | None = None
) -> str | None:
    """Return the name, now or at a moment, of the row of a launch that has or last had `name`.

    None if there is no such row, or if it is not there at that moment. A present name comes before
    a former one.

    Args:
        model: Gate or Claim.
    """
    field = NAME_FIELDS[model]
    named = {"launch_id": launch_id, f"{field}__iexact": name}
    present = model.objects.filter(**named).order_by()
    past = model.history.filter(**named).order_by("-history_id")
    for rows in (present, past):
        pk = rows.values_list("id", flat=True).first()
        if pk is not None:
            found = RowSource(as_of, (model,)).queryset(model).filter(id=pk)
            then: str | None = found.values_list(field, flat=True).first()
            return then
    return None


def present_names(
    model: Any, launch: LaunchRow, name: str, slug: str | None
) -> dict[str, str] | None:
    """Return how the address of a page that is not there is written today.

    Without a slug the address meant the launch that was current when it was written.

    Args:
        model: Gate or Claim.
        launch: The launch that the address names, or the current one.
        slug: The slug in the address; None if it names no launch.

    Returns:
        The changed arguments of the URL: `code` or `named`, and `slug` for another launch. None if
        no row ever had the name.
    """
    argument = URL_ARGUMENTS[model]
    if found := name_of_namesake(model, launch.id, name):
        return {argument: found}
    if slug is None:
        for other in _formerly_current_launches():
            if found := name_of_namesake(model, other.id, name):
                return {argument: found, "slug": other.slug}
    return None


def _formerly_current_launches() -> Iterator[LaunchRow]:
    """Yield the launches that "/" showed before, the last first, as they are now."""
    launches = Launch.objects.filter(is_current=False).values_list(*LAUNCH_COLUMNS)
    rows = {row[0]: LaunchRow(*row) for row in launches}
    past = Launch.history.filter(is_current=True).order_by("-history_id")
    for pk in dict.fromkeys(past.values_list("id", flat=True)):
        if pk in rows:
            yield rows[pk]


def launches_with_gate(code: str, other_than: int) -> list[LaunchRow]:
    """Return the other launches that have a gate of this code, the newest first."""
    launches = Launch.objects.filter(gates__code=code).exclude(id=other_than)
    return [LaunchRow(*row) for row in launches.values_list(*LAUNCH_COLUMNS)]
