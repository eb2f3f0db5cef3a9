"""Sample boards of any size with a history of any length, from a fixed random seed.

Rows are written in bulk: a hundred thousand saves would take longer than everything measured.
The history ends now, in the state of the tables. Every tenth of its times belongs to two rows.
The last week has news.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, cycle
from string import ascii_uppercase
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from gates.database.record_chain import row_digest
from gates.models import (
    TRACKED,
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)
from gates.models.history import history_values

from .check_data import make_checks

BATCH = 2000
DAYS = 90  # how far back the history goes
MIN_SECTIONS = 6
GATES_PER_SECTION = 60


@dataclass(frozen=True, slots=True)
class Size:
    """Number of gates of a board, and of rows of its history."""

    gates: int
    history: int

    def __str__(self) -> str:
        return f"{self.gates}x{self.history}"


def fill(size: Size) -> User:
    """Fill an empty, migrated database; return its only user, a superuser."""
    rng = random.Random(6)
    user = User.objects.create_superuser("sami")
    _make_board(size.gates, user, rng)
    _make_history(size.history, user, rng)
    return user


def _prefixes() -> Iterator[str]:
    """Yield A, B, ..., Z, AA, AB, ..."""
    for number in count():
        head, letter = divmod(number, 26)
        yield (ascii_uppercase[head - 1] if head else "") + ascii_uppercase[letter]


def _make_board(gates: int, user: User, rng: random.Random) -> None:
    today = timezone.localdate()
    # In bulk like the others: a saved launch has a history row of now, before those of the past.
    [launch] = Launch.objects.bulk_create(
        [
            Launch(
                slug="primitive",
                name="Dealix Launch Gates — v3.0.0 Primitive Launch",
                is_current=True,
                snapshot_date=today,
                plan_starts_on=today,
            )
        ]
    )
    owners = Owner.objects.bulk_create(
        Owner(name=f"Person {number}", user=None if number else user) for number in range(12)
    )
    section_count = max(MIN_SECTIONS, gates // GATES_PER_SECTION)
    sections = Section.objects.bulk_create(
        Section(
            launch=launch, prefix=prefix, name=f"{prefix} — Technical Readiness", position=index
        )
        for index, prefix in zip(range(section_count), _prefixes(), strict=False)
    )
    rows = Gate.objects.bulk_create(
        (
            Gate(
                section=sections[number * section_count // gates],
                launch=launch,
                code=f"{sections[number * section_count // gates].prefix}{number + 1}",
                title=f"k6 load test {number} run against `prod` & reported",
                progress=rng.choice(["open", "open", "partial"]),
                priority=rng.choice(["P0", "P1", "P2", ""]),
                definition_of_done="100 rps sustained for 5 min with p95 <500ms",
                notes="Baseline on staging only" if number % 4 == 0 else "",
                owner=rng.choice([None, *owners]),
                counted=number % 9 != 8,
                not_counted_reason="" if number % 9 != 8 else "Commercial",
                position=number,
            )
            for number in range(gates)
        ),
        BATCH,
    )
    closed = rows[: gates // 2]
    now = timezone.now()
    Evidence.objects.bulk_create(
        (
            Evidence(
                gate=gate,
                kind="link" if number % 2 else "statement",
                summary=f"Deep health check {number} green after the deploy: **26.9 ms**",
                url=f"https://ci.example/runs/{number}" if number % 2 else "",
                observed_at=now - timedelta(days=number % 60),
                recorded_at=now - timedelta(days=number % 60),
                valid_until=today + timedelta(days=number % 400 - 4) if number % 3 == 1 else None,
                recorded_by=user,
            )
            for number, gate in enumerate([*closed, *closed[::3], *rows[-gates // 10 :]])
        ),
        BATCH,
    )
    Gate.objects.filter(position__lt=len(closed)).update(
        progress="closed", closed_at=now - timedelta(days=9), closed_by=user, closing_note="Seen"
    )
    this_week = Gate.objects.filter(position__lt=len(closed) // 8)
    this_week.update(closed_at=now - timedelta(days=2))
    make_checks(rows, user)
    Blocker.objects.bulk_create(_make_blockers(rows[len(closed) :], owners, user), BATCH)
    Action.objects.bulk_create(_make_actions(launch, rows, owners), BATCH)
    claims = Claim.objects.bulk_create(
        Claim(launch=launch, slug=slug, name=slug.capitalize(), min_closed=gates * 2 // 3)
        for slug in ("launched", "audited", "paid")
    )
    Requirement.objects.bulk_create(
        Requirement(claim=claim, gate=gate) for claim in claims for gate in rows[:3]
    )


def _make_blockers(gates: Sequence[Gate], owners: Sequence[Owner], user: User) -> Iterator[Blocker]:
    """Yield an unresolved blocker for every fourth gate and a resolved one for every eighth.

    Every third of the unresolved ones is overdue.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    due = cycle([None, today - timedelta(days=3), today + timedelta(days=11)])
    for number, gate in enumerate(gates[::4]):
        yield Blocker(
            gate=gate,
            needs="PostHog API key",
            why="No events",
            waiting_on=owners[number % 4],
            raised_at=now - timedelta(days=3 * number % 40),
            due_on=next(due),
        )
    for number, gate in enumerate(gates[1::8]):
        yield Blocker(
            gate=gate,
            needs="DNS of the status page",
            waiting_on=owners[number % 4],
            raised_at=now - timedelta(days=35),
            resolved_at=now - timedelta(days=number % 30),
            resolved_by=user,
            resolution="The record is there",
        )


def _make_actions(
    launch: Launch, gates: Sequence[Gate], owners: Sequence[Owner]
) -> Iterator[Action]:
    """Yield an action for every sixth gate, on each day or none, in each state, some waiting."""
    days, states = cycle([None, *Action.Day.values]), cycle(Action.State.values)
    for number, gate in enumerate(gates[::6]):
        yield Action(
            launch=launch,
            gate=gate,
            text=f"{gate.code} Run k6",
            estimate="1–2 hr",
            day=next(days),
            state=next(states),
            needs=owners[number % 4] if number % 5 == 1 else None,
        )


def _make_history(rows: int, user: User, rng: random.Random) -> None:
    """Write a first row for each object, then edits of any; the last row of each is its state."""
    now = timezone.now()
    objects = [row for model in TRACKED for row in model.objects.order_by("pk")]
    edits = max(0, rows - len(objects))
    begin = now - timedelta(days=DAYS)
    times = _edit_times(begin + timedelta(days=1), now, edits, rng)
    # An edit of a check is told on the board for two weeks; there is none.
    edited = rng.choices([row for row in objects if type(row) not in {Check, Condition}], k=edits)
    history: dict[Any, list[Any]] = {model: [] for model in TRACKED}
    last = {id(row): index for index, row in enumerate(edited)}
    for row in objects:
        history[type(row)].append(
            _history_row(row, begin, "+", user, rng, last=id(row) not in last)
        )
    for index, (row, time) in enumerate(zip(edited, times, strict=True)):
        history[type(row)].append(
            _history_row(row, time, "~", user, rng, last=last[id(row)] == index)
        )
    for model, rows_of_model in history.items():
        written = model.history.order_by("history_id").values_list("id", "history_digest")
        digests: dict[int, str] = dict(written)
        for row in rows_of_model:  # in bulk, neither signals nor SQLite's triggers chain them
            row.history_recorded_at = row.history_date
            digests[row.id] = row_digest(digests.get(row.id, ""), history_values(row))
            row.history_digest = digests[row.id]
        model.history.model.objects.bulk_create(rows_of_model, BATCH)


def _edit_times(begin: datetime, end: datetime, number: int, rng: random.Random) -> list[datetime]:
    span = (end - begin).total_seconds()
    times = sorted(begin + timedelta(seconds=rng.uniform(0, span)) for _ in range(number))
    for index in range(1, number, 10):
        times[index] = times[index - 1]
    return times


def _history_row(
    row: Any, when: datetime, kind: str, user: User, rng: random.Random, *, last: bool
) -> Any:
    """Return a history row; the last one has the object's state.

    In earlier rows a gate has other notes and sometimes another progress, and no blocker is
    resolved.
    """
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if isinstance(row, Gate) and not last:
        values["notes"] = f"Draft {rng.random()}"
        if kind == "~" and row.progress == "closed" and rng.random() < 0.3:
            values.update(progress="open", closed_at=None, closed_by_id=None, closing_note="")
        elif kind == "~" and row.progress != "closed" and rng.random() < 0.05:
            closing = {"closed_at": when, "closed_by_id": user.pk, "closing_note": "Seen"}
            values.update(progress="closed", **closing)
    if isinstance(row, Blocker) and not last:
        values.update(resolved_at=None, resolved_by_id=None, resolution="")
    return row.history.model(
        **values,
        history_date=when,
        history_type=kind,
        history_user_id=user.pk,
        history_user_name=user.username,
        history_change_reason="Bench",
    )
