"""Find what an address names: launches, gates, checks. Names of the past lead on, as on pages."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from gates.board import datetimes
from gates.board.former_names import name_of_namesake
from gates.board.launches import NoHistoryYet, current_slug, get_launch
from gates.board.rows import LaunchRow
from gates.models import Check, Claim, Gate
from gates.rules.text import clean_code

from .problem import Refusal

MAX_NAME = 200  # characters; nothing on a board has a longer name


def moment(text: str, now: datetime) -> datetime | None:
    """Return the moment in `as_of=`; None if it is not given.

    Raises:
        Refusal: it is none, or in the future.
    """
    if not text:
        return None
    try:
        return datetimes.parse_as_of(text, now)
    except datetimes.InvalidDate as error:
        raise Refusal(422, str(error)) from error


def find_launch(slug: str, as_of: datetime | None = None) -> LaunchRow:
    """Return the launch that has, or last had, a slug.

    Raises:
        Refusal: there is none, or nothing is on record of it at that moment.
    """
    try:
        for name in (slug, current_slug(slug) if len(slug) <= MAX_NAME else None):
            if name and (launch := get_launch(name, as_of)) is not None:
                return launch
    except NoHistoryYet as error:
        since = timezone.localtime(error.since).isoformat(" ", "minutes") if error.since else "now"
        message = f"The record of this launch begins later than that: {since}."
        raise Refusal(404, message) from error
    raise Refusal(404, "There is no launch of this name.")


def gate_code(launch: LaunchRow, code: str, as_of: datetime | None = None) -> str:
    """Return the code, at a moment, of the gate that has or last had a code.

    Raises:
        Refusal: there is none.
    """
    cleaned = clean_code(code[:MAX_NAME])
    if as_of is None and Gate.objects.filter(launch_id=launch.id, code=cleaned).exists():
        return cleaned
    found = name_of_namesake(Gate, launch.id, cleaned, as_of)
    if found is None:
        raise Refusal(404, "There is no gate of this code in the launch.")
    return found


def claim_slug(launch: LaunchRow, slug: str, as_of: datetime | None = None) -> str:
    """Return the slug, at a moment, of the claim that has or last had a slug.

    Raises:
        Refusal: there is none.
    """
    found = name_of_namesake(Claim, launch.id, slug[:MAX_NAME], as_of)
    if found is None:
        raise Refusal(404, "There is no claim of this name in the launch.")
    return found


def find_gate(slug: str, code: str) -> Gate:
    """Return a gate as it is now.

    Raises:
        Refusal: there is none.
    """
    launch = find_launch(slug)
    return Gate.objects.get(launch_id=launch.id, code=gate_code(launch, code))


def find_check(slug: str, code: str, key: str) -> Check:
    """Return a check as it is now; a key that it had before leads to it too.

    Raises:
        Refusal: there is none.
    """
    gate = find_gate(slug, code)
    name = key[:MAX_NAME]
    check = Check.objects.filter(gate=gate, key=name).first()
    if check is None:
        former = Check.history.filter(gate_id=gate.pk, key=name).order_by("-history_id")
        pks = former.values_list("id", flat=True)[:1]
        check = Check.objects.filter(Q(gate=gate), pk__in=list(pks)).first()
    if check is None:
        raise Refusal(404, "There is no check of this key at the gate.")
    return check
