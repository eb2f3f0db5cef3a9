"""Options shared by the commands that read a board: `--as-of`, `--language`, `--launch`."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from gates.board import datetimes
from gates.board.launches import NoHistoryYet, get_launch
from gates.board.queries import read_board
from gates.board.rows import Board
from gates.database.read_transaction import read_only_snapshot
from gates.documents.storable import unstorable_text


def add_as_of_option(parser: ArgumentParser) -> None:
    """Add `--as-of`, for the board of a past date or time."""
    parser.add_argument(
        "--as-of",
        metavar="ISO-8601",
        help="read the board as it was at the end of this date, or at this time",
    )


def add_language_option(parser: ArgumentParser) -> None:
    """Add `--language`. The default is English, because scripts rely on the text."""
    parser.add_argument("--language", choices=list(dict(settings.LANGUAGES)), default="en")


def refuse_half_characters(slug: str | None, exit_code: int = 1) -> None:
    """Raise CommandError for a slug that no launch can have, because no database can hold it."""
    if slug and unstorable_text(slug):
        raise CommandError(f"there is no launch {slug!a}", returncode=exit_code)


def requested_board_or_error(slug: str | None, as_of: str | None, *, exit_code: int = 1) -> Board:
    """Return the board of a launch, now or as of a past moment, read in one snapshot.

    Args:
        slug: of the launch; None for the current one.
        as_of: ISO date or time; None for now.
        exit_code: of the process, where there is no such board.

    Raises:
        CommandError: there is no such launch, `as_of` is no date, or the history starts later.
    """
    now = timezone.now()
    refuse_half_characters(slug, exit_code)
    try:
        moment = None if as_of is None else datetimes.parse_as_of(as_of, now)
        with read_only_snapshot():
            launch = get_launch(slug, moment)
            board = read_board(launch, now, moment) if launch else None
    except datetimes.InvalidDate as error:
        raise CommandError(str(error), returncode=exit_code) from error
    except NoHistoryYet as error:
        start = error.since and timezone.localtime(error.since).isoformat(" ", "minutes")
        message = f"the history of {error.launch.slug} starts {start or 'with the next change'}"
        raise CommandError(message, returncode=exit_code) from error
    if board is None:
        name = f"launch {slug!r}" if slug else "current launch"
        raise CommandError(f"there is no {name}", returncode=exit_code)
    return board
