"""Whatever is edited in whatever order, the board as of a moment is the one that was live then."""

from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from gates.board.launches import get_launch
from gates.board.queries import read_board, read_gate
from gates.board.rows import Board
from tests.support import factory
from tests.support.profile import examples_on_database
from tests.support.random_edits import EDITS, clock, edit, small_board

pytestmark = pytest.mark.django_db

# A pause before the edit in minutes: none makes a tie, days let evidence expire.
PAUSES = st.sampled_from([0, 0, 1, 24 * 60, 40 * 24 * 60])
# Small numbers choose rows and values; the likelier edits are those that others build on.
OFTEN = ("add evidence", "close", "close", "raise", "delete evidence", "add check", "run", "run")
NAMES = st.sampled_from([*EDITS, *OFTEN])
STEPS = st.lists(
    st.tuples(PAUSES, NAMES, st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12
)


@examples_on_database(quick=40, full=200)
@given(steps=STEPS)
def test_the_board_as_of_each_step_is_the_one_that_was_live(
    steps: list[tuple[int, str, int, int]],
) -> None:
    with transaction.atomic(), clock() as time:
        factory.user()
        small_board()
        edit("add check", 0, 1)
        edit("run", 0, 1)
        lived: dict[datetime, Board] = {}
        for pause, name, which, what in steps:
            time.pass_by(minutes=pause)
            edit(name, which, what)
            launch = get_launch()
            assert launch is not None
            lived[time.now] = read_board(launch, time.now)

        time.pass_by(days=400)
        for moment, live in lived.items():
            then = get_launch(None, moment)
            assert then is not None
            assert read_board(then, time.now, moment) == live
        for gate in live.gates:
            assert read_gate(live.launch, gate.code, time.now, live.as_of) == gate
        transaction.set_rollback(True)
