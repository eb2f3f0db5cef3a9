"""Boards of any size with a history of any length, the same every time.

Written in bulk, because a hundred thousand saves would take longer than everything measured.
The history ends now and where the tables stand, and every tenth of its moments is shared by two
rows. The last week has news.
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

from gates.models import (
    TRACKED,
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)

BATCH = 2000
DAYS = 90  # how far back the history goes
SECTIONS_AT_LEAST = 6
GATES_A_SECTION = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How many gates a board has, and how many rows its history."""

    gates: int
    history: int

    def __str__(self) -> str:
        return f"{self.gates}x{self.history}"


def fill(size: Size) -> User:
    """Fill an empty, migrated database; the founder whose board it is."""
    chance = random.Random(6)
    reader = User.objects.create_superuser("sami")
    _board(size.gates, reader, chance)
    _history(size.history, reader, chance)
    return reader


def _prefixes() -> Iterator[str]:
    """A, B, ..., Z, AA, AB, ..."""
    for number in count():
        head, letter = divmod(number, 26)
        yield (ascii_uppercase[head - 1] if head else "") + ascii_uppercase[letter]


def _board(gates: int, reader: User, chance: random.Random) -> None:
    today = timezone.localdate()
    launch = Launch.objects.create(
        slug="primitive",
        name="Dealix Launch Gates — v3.0.0 Primitive Launch",
        snapshot_date=today,
        plan_starts_on=today,
    )
    people = Owner.objects.bulk_create(
        Owner(name=f"Person {number}", user=None if number else reader) for number in range(12)
    )
    many = max(SECTIONS_AT_LEAST, gates // GATES_A_SECTION)
    sections = Section.objects.bulk_create(
        Section(launch=launch, prefix=prefix, name=f"{prefix} — Technical Readiness", position=at)
        for at, prefix in zip(range(many), _prefixes(), strict=False)
    )
    rows = Gate.objects.bulk_create(
        (
            Gate(
                section=sections[number * many // gates],
                launch=launch,
                code=f"{sections[number * many // gates].prefix}{number + 1}",
                title=f"k6 load test {number} run against `prod` & reported",
                progress=chance.choice(["open", "open", "partial"]),
                priority=chance.choice(["P0", "P1", "P2", ""]),
                definition_of_done="100 rps sustained for 5 min with p95 <500ms",
                notes="Baseline on staging only" if number % 4 == 0 else "",
                owner=chance.choice([None, *people]),
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
                recorded_by=reader,
            )
            for number, gate in enumerate([*closed, *closed[::3], *rows[-gates // 10 :]])
        ),
        BATCH,
    )
    Gate.objects.filter(position__lt=len(closed)).update(
        progress="closed", closed_at=now - timedelta(days=9), closed_by=reader, closing_note="Seen"
    )
    this_week = Gate.objects.filter(position__lt=len(closed) // 8)
    this_week.update(closed_at=now - timedelta(days=2))
    Blocker.objects.bulk_create(_make_blockers(rows[len(closed) :], people, reader), BATCH)
    Action.objects.bulk_create(_make_actions(launch, rows, people), BATCH)
    claims = Claim.objects.bulk_create(
        Claim(launch=launch, slug=slug, name=slug.capitalize(), min_closed=gates * 2 // 3)
        for slug in ("launched", "audited", "paid")
    )
    Requirement.objects.bulk_create(
        Requirement(claim=claim, gate=gate) for claim in claims for gate in rows[:3]
    )


def _make_blockers(
    gates: Sequence[Gate], people: Sequence[Owner], reader: User
) -> Iterator[Blocker]:
    """Every fourth gate waits, some past the day; every eighth got what it waited for."""
    now = timezone.now()
    today = timezone.localdate(now)
    due = cycle([None, today - timedelta(days=3), today + timedelta(days=11)])
    for number, gate in enumerate(gates[::4]):
        yield Blocker(
            gate=gate,
            needs="PostHog API key",
            why="No events",
            waiting_on=people[number % 4],
            raised_at=now - timedelta(days=3 * number % 40),
            due_on=next(due),
        )
    for number, gate in enumerate(gates[1::8]):
        yield Blocker(
            gate=gate,
            needs="DNS of the status page",
            waiting_on=people[number % 4],
            raised_at=now - timedelta(days=35),
            resolved_at=now - timedelta(days=number % 30),
            resolved_by=reader,
            resolution="The record is there",
        )


def _make_actions(
    launch: Launch, gates: Sequence[Gate], people: Sequence[Owner]
) -> Iterator[Action]:
    """A step for every sixth gate, on every day or none, in every state, some waiting."""
    days, states = cycle([None, *Action.Day.values]), cycle(Action.State.values)
    for number, gate in enumerate(gates[::6]):
        yield Action(
            launch=launch,
            gate=gate,
            text=f"{gate.code} Run k6",
            estimate="1–2 hr",
            day=next(days),
            state=next(states),
            needs=people[number % 4] if number % 5 == 1 else None,
        )


def _history(rows: int, reader: User, chance: random.Random) -> None:
    """A first row for every object, then edits of any of them, the last as the tables stand."""
    now = timezone.now()
    objects = [row for model in TRACKED for row in model.objects.order_by("pk")]
    edits = max(0, rows - len(objects))
    begin = now - timedelta(days=DAYS)
    moments = _moments(begin + timedelta(days=1), now, edits, chance)
    edited = chance.choices(objects, k=edits)
    told: dict[Any, list[Any]] = {model: [] for model in TRACKED}
    last = {id(row): at for at, row in enumerate(edited)}
    for row in objects:
        told[type(row)].append(_told(row, begin, "+", reader, chance, last=id(row) not in last))
    for at, (row, moment) in enumerate(zip(edited, moments, strict=True)):
        told[type(row)].append(_told(row, moment, "~", reader, chance, last=last[id(row)] == at))
    for model, found in told.items():
        model.history.model.objects.bulk_create(found, BATCH)


def _moments(
    begin: datetime, end: datetime, how_many: int, chance: random.Random
) -> list[datetime]:
    span = (end - begin).total_seconds()
    found = sorted(begin + timedelta(seconds=chance.uniform(0, span)) for _ in range(how_many))
    for at in range(1, how_many, 10):
        found[at] = found[at - 1]
    return found


def _told(
    row: Any, when: datetime, kind: str, reader: User, chance: random.Random, *, last: bool
) -> Any:
    """A history row; before the last one a gate's notes were others, and now and then its progress,
    and no blocker was resolved."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if isinstance(row, Gate) and not last:
        values["notes"] = f"Draft {chance.random()}"
        if kind == "~" and row.progress == "closed" and chance.random() < 0.3:
            values.update(progress="open", closed_at=None, closed_by_id=None, closing_note="")
        elif kind == "~" and row.progress != "closed" and chance.random() < 0.05:
            closing = {"closed_at": when, "closed_by_id": reader.pk, "closing_note": "Seen"}
            values.update(progress="closed", **closing)
    if isinstance(row, Blocker) and not last:
        values.update(resolved_at=None, resolved_by_id=None, resolution="")
    return row.history.model(
        **values,
        history_date=when,
        history_type=kind,
        history_user_id=reader.pk,
        history_user_name=reader.username,
        history_change_reason="Bench",
    )
