"""What the commands that read a board share: `--as-of`, `--language`, the board they name."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from gates.board import datetimes
from gates.board.launches import NoHistoryYet, get_launch
from gates.board.queries import read_board
from gates.board.rows import Board
from gates.database.read_transaction import read_only_snapshot


def add_as_of_option(parser: ArgumentParser) -> None:
    """Add the option that asks for a past moment."""
    parser.add_argument(
        "--as-of",
        metavar="ISO-8601",
        help="a date (the end of that day) or a time; the board as it was then",
    )


def add_language_option(parser: ArgumentParser) -> None:
    """Add the option for reasons in another language than English, on which scripts rely."""
    parser.add_argument("--language", choices=list(dict(settings.LANGUAGES)), default="en")


def requested_board_or_error(slug: str | None, as_of: str | None, *, exit_code: int = 1) -> Board:
    """The board of the named launch, or of the current one, as one moment left it: now or earlier.

    Raises:
        CommandError: no such launch, no such moment, or nothing on record then; the process ends
            with `exit_code`.
    """
    now = timezone.now()
    try:
        moment = None if as_of is None else datetimes.parse_as_of(as_of, now)
        with read_only_snapshot():
            launch = get_launch(slug, moment)
            board = read_board(launch, now, moment) if launch else None
    except datetimes.InvalidDate as error:
        raise CommandError(str(error), returncode=exit_code) from error
    except NoHistoryYet as error:
        begins = error.since and timezone.localtime(error.since).isoformat(" ", "minutes")
        message = f"the record of {error.launch.slug} begins {begins or 'with the next change'}"
        raise CommandError(message, returncode=exit_code) from error
    if board is None:
        named = f"launch {slug!r}" if slug else "current launch"
        raise CommandError(f"there is no {named}", returncode=exit_code)
    return board
