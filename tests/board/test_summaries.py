"""All launches side by side, and the gate of the launch before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from gates.board.predecessor import read_predecessor
from gates.board.summaries import launch_summaries
from gates.models import Gate, Launch
from tests.support import factory
from tests.support.boards import board
from tests.support.random_edits import clock

pytestmark = pytest.mark.django_db


def test_counts_and_verdicts_are_those_of_the_boards() -> None:
    launch = factory.launch()
    factory.closed_gate("T1")
    factory.blocker(factory.closed_gate("T2"))
    factory.gate("T3", counted=False, not_counted_reason="Later")
    required = factory.claim(launch, "needs-t3", min_closed=None, requires_p0=False)
    factory.requirement(required, Gate.objects.get(code="T3"))
    factory.claim(launch, min_closed=1, requires_p0=False, position=1)
    other = factory.launch("other", name="Other", snapshot_date=date(2026, 5, 1))
    factory.closed_gate("T1", section=factory.section("T", launch=other))

    found = {row.launch.slug: row for row in launch_summaries(timezone.now())}

    assert list(found) == ["primitive", "other"]
    assert found["primitive"].totals == board().totals
    assert [(claim.slug, claim.verdict) for claim in found["primitive"].claims] == [
        (claim.slug, claim.verdict) for claim in board().claims
    ]
    assert (found["other"].totals.closed, found["other"].claims) == (1, [])


def test_the_current_one_comes_first_and_archived_ones_last() -> None:
    factory.launch("first")
    for slug, day in (("b", 3), ("a", 2), ("old", 9)):
        factory.launch(slug, snapshot_date=date(2026, 6, day))
    Launch.objects.get(slug="old").archive(factory.user())

    found = [row.launch.slug for row in launch_summaries(timezone.now())]

    assert found == ["first", "b", "a", "old"]


@pytest.mark.parametrize(
    ("closed_after", "days"), [(None, None), (0, 0), (6, 6)], ids=["open", "at once", "six days"]
)
def test_a_gate_tells_in_how_many_days_the_one_before_was_closed(
    closed_after: int | None, days: int | None
) -> None:
    with clock() as time:
        gate = factory.gate("T1")
        factory.evidence(gate)
        if closed_after is not None:
            time.now += timedelta(days=closed_after)
            gate.close(factory.user(), "Seen green")

        found = read_predecessor(gate.pk)

    assert found is not None
    assert (found.code, found.slug, found.closed, found.days) == (
        "T1", "primitive", closed_after is not None, days,
    )  # fmt: skip


def test_nothing_is_told_where_nothing_is_known() -> None:
    gate = factory.gate("T1")
    factory.evidence(gate)
    gate.progress = "closed"
    gate.save()

    found = read_predecessor(gate.pk)

    assert found is not None
    assert (found.closed, found.days) == (True, None)
    assert read_predecessor(None) is None
    assert read_predecessor(0) is None
    assert read_predecessor(gate.pk, datetime(2020, 1, 1, tzinfo=UTC)) is None
