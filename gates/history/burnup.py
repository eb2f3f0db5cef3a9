"""The burn-up: counted and closed gates over time, replayed from history in one pass."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from heapq import heappop, heappush
from operator import itemgetter

from django.utils import timezone

from gates.history.replay import Replay
from gates.history.replay_events import Event, replay_events
from gates.rules import count_totals


@dataclass(frozen=True, slots=True)
class Point:
    """The counts at the end of a day on which they changed."""

    day: date
    closed: int
    counted: int


def burnup(launch_id: int, now: datetime) -> list[Point]:
    """Return the counts of a launch at the end of every day on which they changed, oldest first.

    Such a day is also the one after evidence expires, or after a pass of a check no longer counts,
    and the one from which a check is required. Empty without history.
    """
    by_day: dict[date, list[Event]] = defaultdict(list)
    zone = timezone.get_current_timezone()  # looked up once: there is an event for every edit
    for event in sorted(replay_events(launch_id, now), key=itemgetter(0, 1)):
        by_day[event[0].astimezone(zone).date()].append(event)
    today = timezone.localdate(now)
    replay, points = Replay(), list[Point]()
    days = sorted(by_day)  # a heap; a day may stand in it more than once
    done = None
    while days:
        day = heappop(days)
        if day == done:
            continue
        done = day
        for _, _, model, row in by_day.get(day, ()):
            for change in replay.apply(model, row):
                if day < change <= today:
                    heappush(days, change)
        standings = replay.standings(day)
        if not standings and not points:
            continue  # evidence that moved here later has history before the first gate
        totals = count_totals(standings)
        point = Point(day, totals.closed, totals.counted)
        if not points or (points[-1].closed, points[-1].counted) != (point.closed, point.counted):
            points.append(point)
    return points
