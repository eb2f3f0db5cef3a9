"""What the database finds to be news is what reading the whole history finds."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gates.board.datetimes import days_before
from gates.history.recent_events import NEWS_DAYS, RULE_NOTICE_DAYS, recent_events
from gates.models import Claim, Gate, Requirement
from tests.support import factory
from tests.support.random_edits import EDITS, clock, edit, small_board

pytestmark = pytest.mark.django_db

# In minutes: none makes a tie, nine days leave a week empty.
PAUSES = st.sampled_from([0, 0, 0, 60, 24 * 60, 9 * 24 * 60])
OFTEN = ("add evidence", "close", "close", "reopen", "partial", "threshold", "require", "unrequire")
NAMES = st.sampled_from([*EDITS, *OFTEN])
STEPS = st.lists(
    st.tuples(PAUSES, NAMES, st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=16
)
RULE = ("slug", "launch_id", "min_closed", "requires_p0")


def told(model: Any) -> list[tuple[Any, Any]]:
    """Every history row with the one before it of the same object, None for the first."""
    before: dict[int, Any] = {}
    pairs = []
    for row in model.history.order_by("history_date", "history_id"):
        pairs.append((before.get(row.id), row))
        before[row.id] = row
    return pairs


def in_force(model: Any, now: datetime) -> dict[int, Any]:
    """By id, the newest history row of each object up to a moment, also its deletion."""
    rows = model.history.filter(history_date__lte=now).order_by("history_date", "history_id")
    return {row.id: row for row in rows}


def naive(launch: int, now: datetime) -> tuple[set[int], list[Any], list[Any]]:
    """Gates reopened in a week, and what happened to claims in two, row by row; from history only.

    What a claim requires is said with the names of that moment.
    """
    week, fortnight = days_before(now, NEWS_DAYS), days_before(now, RULE_NOTICE_DAYS)
    reopened = {
        row.id
        for was, row in told(Gate)
        if was and was.progress == "closed" and row.progress != "closed"
        if row.history_type == "~" and week <= row.history_date <= now
    }
    claims = [
        (row.history_date, row.history_type, row.name, was and was.min_closed, row.min_closed)
        for was, row in told(Claim)
        if launch in {row.launch_id, was and was.launch_id} and fortnight <= row.history_date <= now
        if row.history_type != "~" or any(getattr(was, n) != getattr(row, n) for n in RULE)
    ]
    claims_then = in_force(Claim, now).values()
    on_board = {row.id: row for row in claims_then if row.launch_id == launch}
    gates = in_force(Gate, now)
    required = [
        (row.history_date, row.history_type, on_board[row.claim_id].name, gates[row.gate_id].code)
        for _, row in told(Requirement)
        if row.history_type != "~" and fortnight <= row.history_date <= now
        if row.claim_id in on_board and on_board[row.claim_id].history_type != "-"
    ]
    return reopened, sorted(claims, key=str), sorted(required)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_news_from_the_database_is_what_the_whole_history_says(
    steps: list[tuple[int, str, int, int]],
) -> None:
    with transaction.atomic(), clock() as time:
        factory.user()
        launch = small_board()
        edit("add evidence", 0, 0)
        edit("close", 0, 0)
        moments = [time.now]
        for pause, name, which, what in steps:
            moments.append(time.pass_by(minutes=pause))
            edit(name, which, what)
        moments += [time.pass_by(days=3), time.pass_by(days=5), time.pass_by(days=30)]

        for moment in moments:
            events = recent_events(launch.pk, moment)
            reopened, claims, required = naive(launch.pk, moment)
            assert events.reopened == reopened
            rules = [
                (e.origin.at, e.origin.kind, e.claim, e.old and e.old.min_closed, e.new.min_closed)
                for e in events.claims
            ]
            assert sorted(rules, key=str) == claims
            requirements = events.requirements
            assert required == sorted(
                (e.origin.at, e.origin.kind, e.claim, e.gate) for e in requirements
            )
        transaction.set_rollback(True)
