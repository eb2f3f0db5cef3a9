"""Whatever is edited, each day of the burn-up counts what the board did at the end of that day."""

from datetime import datetime

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gates.board.datetimes import end_of_day
from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.history.burnup import burnup
from tests.support import checks, factory
from tests.support.profile import examples_on_database
from tests.support.random_edits import EDITS, clock, edit, small_board

pytestmark = pytest.mark.django_db

# In minutes: none makes a tie, days let passes go stale and evidence expire.
PAUSES = st.sampled_from([0, 0, 60, 24 * 60, 3 * 24 * 60, 40 * 24 * 60])
OFTEN = ("add check", "add check", "run", "run", "run", "add evidence", "close", "close")
NAMES = st.sampled_from([*EDITS, *OFTEN])
STEPS = st.lists(
    st.tuples(PAUSES, NAMES, st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14
)


def counts(moment: datetime) -> tuple[int, int] | None:
    """Closed and counted at a moment; None before there was a gate."""
    launch = get_launch(None, moment)
    assert launch is not None
    found = read_board(launch, timezone.now(), moment)
    return (found.totals.closed, found.totals.counted) if found.gates else None


@examples_on_database(quick=40, full=200)
@given(steps=STEPS)
def test_each_day_counts_what_the_board_did_at_its_end(
    steps: list[tuple[int, str, int, int]],
) -> None:
    with transaction.atomic(), clock() as time:
        factory.user()
        launch = small_board()
        checks.report(checks.check(factory.closed_gate("T2"), fresh_days=2), at=time.now)
        days = {end_of_day(time.now)}
        for pause, name, which, what in steps:
            time.pass_by(minutes=pause)
            edit(name, which, what)
            days.add(end_of_day(time.now))
        for after in (1, 2, 3, 8, 31, 61):  # days on which only time changes anything
            days |= {end_of_day(time.pass_by(days=after)), end_of_day(time.pass_by(days=1))}

        points = burnup(launch.pk, end_of_day(time.now))

        for moment in sorted(days):
            told = [p for p in points if p.day <= timezone.localdate(moment)]
            assert (told[-1].closed, told[-1].counted) == counts(moment)
        transaction.set_rollback(True)
