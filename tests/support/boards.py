"""The board of the current launch."""

from datetime import datetime

from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import Board


def board(now: datetime | None = None) -> Board:
    launch = get_launch()
    assert launch is not None
    return read_board(launch, now or timezone.now())
