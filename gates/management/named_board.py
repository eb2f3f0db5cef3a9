"""The board that a command is asked about."""

from django.core.management.base import CommandError
from django.utils import timezone

from gates import moments
from gates.asked import not_recorded
from gates.board import Board, NotRecorded, find_launch, read_board


def named_board(launch: str | None, as_of: str | None) -> Board:
    """The board of the named or the current launch, now or as of a moment.

    Raises:
        CommandError: there is no such launch, the moment cannot be read, or is not on record.
    """
    now = timezone.now()
    try:
        moment = moments.as_of(as_of, now) if as_of else None
        found = find_launch(launch, moment)
    except moments.Unreadable as error:
        raise CommandError(str(error)) from error
    except NotRecorded as error:
        raise CommandError(not_recorded(error)) from error
    if found is None:
        raise CommandError("there is no such launch")
    return read_board(found, now, moment)
