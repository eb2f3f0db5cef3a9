"""Any edit of any row is a change: "nothing changed" is said only where nothing did."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import models, transaction

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import Board
from gates.history.board_diff import diff_boards
from gates.history.field_changes import POSITION_FIELDS
from gates.models import (
    TRACKED,
    Action,
    Blocker,
    Check,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)
from tests.support import checks, factory
from tests.support.random_edits import clock

pytestmark = pytest.mark.django_db

# About a person and not about a launch; a name is seen where it stands beside a gate.
OF_A_PERSON = {(Owner, name) for name in ("role", "user", "email")}
# Which launch is current or archived, and closing, are decisions about more than one column or
# row; the checksum follows from its file, and a check is attached by its first run that passes.
DECIDED = {
    (Launch, "is_current"),
    (Launch, "archived_on"),
    (Gate, "progress"),
    (Evidence, "sha256"),
    (Evidence, "gate_check"),
}
EDITS = [
    (model, field.name)
    for model in TRACKED
    for field in model._meta.concrete_fields
    if field.name not in POSITION_FIELDS and (model, field.name) not in OF_A_PERSON | DECIDED
]
# Where any other value would break a rule of the row.
VALUES: dict[tuple[Any, str], Any] = {
    (Launch, "slug"): "other",
    (Section, "prefix"): "X",
    (Gate, "code"): "T9",
    (Check, "key"): "restore",
    (Check, "fresh_days"): 30,
    (Condition, "bound"): "499.9",
    (Evidence, "kind"): "measurement",
    (Evidence, "url"): "https://example.com/run/2",
    (Evidence, "file"): ContentFile(b"100 rps", "run.txt"),
}


def rows() -> dict[Any, Any]:
    """A row of every kind in which everything is said, beside others to refer to."""
    launch = factory.launch()
    section = factory.section("T", launch=launch)
    factory.section("S", launch=launch)
    owner, sami = factory.owner("Lina"), factory.user("sami")
    factory.owner("Sami")
    factory.user("lina")
    cover, gate = factory.gate("T1", section=section), factory.gate("T2", section=section)
    proof = factory.evidence(gate, recorded_by=sami)
    factory.gate("T3", section=section)
    gate.owner, gate.covered_by = owner, cover
    gate.counted, gate.not_counted_reason = False, "Commercial"
    gate.save()
    gate.close(sami, "Seen green")
    factory.evidence(gate, "A second proof")
    blocker = factory.blocker(factory.gate("T4", section=section), waiting_on=owner)
    blocker.resolve(sami, "It came")
    check = checks.check(blocker.gate, ref="main", repository="dealix/api", retired_why="Replaced")
    checks.check(gate, "other").conditions.get().delete()
    claim = factory.claim(launch)
    factory.claim(launch, "other")
    return {
        Launch: launch,
        Section: section,
        Owner: owner,
        Gate: gate,
        Check: check,
        Condition: check.conditions.get(),
        Evidence: proof,
        Blocker: blocker,
        Action: factory.action(launch, gate=gate, needs=owner, day=1),
        type(claim): claim,
        Requirement: factory.requirement(claim, gate),
    }


def another(field: Any, value: Any) -> Any:
    """Another value than the one that is there."""
    if field.is_relation:
        return field.related_model.objects.exclude(pk=value).order_by("-pk")[0].pk
    if field.choices:
        return next(key for key, _ in field.flatchoices if key not in {value, ""})
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
    if isinstance(field, models.DateField):
        return date(2027, 2, 3)
    return 7 if isinstance(field, models.IntegerField) else f"{value} and more"


def board(now: datetime) -> Board:
    launch = get_launch()
    assert launch is not None
    return read_board(launch, now)


@pytest.mark.parametrize(
    ("model", "name"), EDITS, ids=[f"{model.__name__}.{name}" for model, name in EDITS]
)
def test_every_edit_is_a_change(model: Any, name: str) -> None:
    with clock() as time:
        row = rows()[model]
        row.refresh_from_db()
        field = model._meta.get_field(name)
        before = board(time.now)

        value = getattr(row, field.attname)
        setattr(row, field.attname, VALUES.get((model, name), another(field, value)))
        with transaction.atomic():
            row.save()

        assert diff_boards(before, board(time.now))


@pytest.mark.parametrize("model", TRACKED)
def test_where_only_the_place_differs_nothing_changed(model: Any) -> None:
    with clock() as time:
        row = rows()[model]
        before = board(time.now)

        if hasattr(row, "position"):
            row.position += 1
        row.save()

        assert not diff_boards(before, board(time.now))


def results(before: Board, after: Board) -> dict[str, list[tuple[str, str]]]:
    """What a comparison says about the runs of checks, by list: gate and sentence."""
    changes = diff_boards(before, after)
    return {
        name: [(news.code, str(news.reasons[0])) for news in found]
        for name in ("turned_red", "turned_green", "received", "held")
        if (found := getattr(changes, name))
    }


def test_each_run_that_counts_is_a_change_and_what_it_did_is_told() -> None:
    with clock() as time:
        gate = factory.closed_gate("T6")
        load = checks.check(gate, fresh_days=2, ref="main")
        boards = [board(time.now)]
        for p95, ref in ((300, "main"), (310, "main"), (900, "fork"), (900, "main")):
            time.pass_by(minutes=5)
            checks.report(load, p95, ref=ref)
            boards.append(board(time.now))
        told = [results(*pair) for pair in itertools.pairwise(boards)]

    failed = ("T6", "check load: failed on 2026-04-23")
    green = ("T6", "check load: passed on 2026-04-23, counts until 2026-04-25")
    assert told == [
        {"turned_green": [green]},
        {"received": [green]},
        {},
        {"turned_red": [failed], "held": [failed]},
    ]


def test_what_time_and_a_revoked_token_do_is_a_change_too() -> None:
    with clock() as time:
        gate = factory.closed_gate("T6")
        load = checks.check(gate, fresh_days=2)
        token = checks.token(load)
        checks.report(load, by=token)
        boards = [board(time.now)]
        boards.append(board(time.pass_by(days=3)))
        token.revoke(factory.user(), runs_count=False)
        boards.append(board(time.now))
        told = [results(*pair) for pair in itertools.pairwise(boards)]

    stale = ("T6", "check load: passed on 2026-04-23, more than 2 days ago")
    never = ("T6", "check load: no run yet")
    assert told == [{"turned_red": [stale], "held": [stale]}, {"received": [never]}]
