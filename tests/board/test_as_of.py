"""?as_of=: the board, the gate page and the exports as they were at a past moment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gates.board import datetimes
from gates.board.launches import NoHistoryYet, get_launch
from gates.board.queries import read_board, read_gate
from gates.board.rows import Board
from gates.models import Evidence, Gate, Launch
from tests.support import factory
from tests.support.assertions import triggers_lifted
from tests.support.random_edits import START, Clock, clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def time():
    with clock() as made:
        yield made


def board(as_of: datetime, slug: str | None = None) -> Board:
    launch = get_launch(slug, as_of)
    assert launch is not None
    return read_board(launch, timezone.now(), as_of)


def codes(found: Board) -> list[str]:
    return [gate.code for gate in found.gates]


# --- the board -----------------------------------------------------------------------------


def test_deleted_rows_reappear_and_later_ones_vanish(time: Clock) -> None:
    factory.gate("T1")
    gone = factory.gate("T2")
    before = time.now
    time.pass_by(hours=1)
    gone.delete()
    factory.gate("T3")

    assert codes(board(before)) == ["T1", "T2"]
    assert codes(board(time.now)) == ["T1", "T3"]


def test_expired_evidence_counts_as_it_did_that_day(time: Clock) -> None:
    gate = factory.closed_gate("T1")
    proof = Evidence.objects.get(gate=gate)
    proof.valid_until = date(2026, 6, 1)
    proof.save()
    time.now = datetime(2026, 9, 1, tzinfo=UTC)

    assert board(datetime(2026, 6, 1, 20, 59, tzinfo=UTC)).totals.closed == 1
    assert board(datetime(2026, 6, 1, 21, 0, tzinfo=UTC)).totals.closed == 0


def test_of_two_edits_at_the_same_instant_the_later_one_holds_and_none_shows_twice(
    time: Clock,
) -> None:
    gate = factory.gate("T1", title="one")
    for title in ("two", "three"):
        gate.title = title
        gate.save()

    found = board(time.now)

    assert [row.title for row in found.gates] == ["three"]


def test_names_are_those_of_the_day(time: Clock) -> None:
    owner = factory.owner("Sami")
    gate = factory.gate("T1", owner=owner)
    factory.blocker(gate, waiting_on=owner)
    before = time.now
    time.pass_by(days=1)
    owner.name = "Sami A."
    owner.save()
    launch = Launch.objects.get()
    launch.name = "Renamed"
    launch.save()

    then, now = board(before), board(time.now)

    assert (then.launch.name, then.gates[0].owner) == ("Primitive Launch", "Sami")
    assert str(then.gates[0].reasons[0]) == "waiting on Sami: PostHog API key"
    assert (now.launch.name, now.gates[0].owner) == ("Renamed", "Sami A.")


def test_the_current_launch_is_the_one_that_was_current_then(time: Clock) -> None:
    factory.launch("first")
    before = time.now
    time.pass_by(days=1)
    factory.launch("second").make_current()

    assert board(before).launch.slug == "first"
    assert board(time.now).launch.slug == "second"


def test_a_link_with_todays_slug_finds_the_launch_under_its_older_one(time: Clock) -> None:
    launch = factory.launch("old")
    before = time.now
    time.pass_by(days=1)
    launch.slug = "new"
    launch.save()

    assert board(before, "old").launch.slug == "old"
    assert board(before, "new").launch.slug == "old"
    assert get_launch("never", before) is None


def test_before_the_first_record_there_is_no_board(time: Clock) -> None:
    factory.launch()

    with pytest.raises(NoHistoryYet) as error:
        get_launch(None, START - timedelta(seconds=1))

    assert error.value.since == START


def test_rows_without_a_record_of_their_own_do_not_break_the_past(time: Clock) -> None:
    """After `loaddata` a section has no history; its gates get one when they are saved."""
    gate = factory.gate("T1", owner=factory.owner())
    with triggers_lifted():
        gate.section.history.all().delete()
        gate.owner.history.all().delete()  # type: ignore[union-attr]

    found = board(time.now)

    assert [(row.prefix, row.total) for row in found.sections] == [("?", 1)]
    assert read_gate(found.launch, "T1", time.now, time.now) == found.gates[0]


@pytest.mark.parametrize("gates", [1, 40])
def test_a_past_board_costs_one_query_more_than_a_live_one(
    django_assert_num_queries, gates: int
) -> None:
    for number in range(1, gates + 1):
        gate = factory.closed_gate(f"T{number}")
        factory.blocker(gate)
        factory.action(gate.launch, f"Step {number}", gate=gate)
    factory.requirement(factory.claim(gate.launch), gate)
    now = timezone.now()
    launch = get_launch(None, now)
    assert launch is not None

    with django_assert_num_queries(2):
        get_launch(None, now)
    with django_assert_num_queries(8):
        read_board(launch, now, now)
    with django_assert_num_queries(8):
        read_gate(launch, "T1", now, now)


def test_the_past_is_found_by_index_without_reading_every_edit() -> None:
    """The plan of the one query that could read whole tables; both engines name their index."""
    gate = factory.gate("T1")
    history = Gate.history.model
    row = Gate.history.values().get(id=gate.pk)
    del row["history_id"]
    history.objects.bulk_create(
        history(**{**row, "history_date": START + timedelta(seconds=number)})
        for number in range(5000)
    )
    asked: list[tuple[str, Any]] = []

    def note(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        board(timezone.now())
    sql, params = next(query for query in asked if "newest8" in query[0])
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE "
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(explain + sql, params)
        plan = "\n".join(str(line) for line in cursor.fetchall())

    assert "gate_history_newest" in plan
    assert "SCAN gates_historicalgate" not in plan
    assert "Seq Scan on gates_historicalgate " not in plan


# --- moments -------------------------------------------------------------------------------

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-23", "2026-04-23T20:59:59.999999+00:00"),  # the day ends in Riyadh
        ("20260423", "2026-04-23T20:59:59.999999+00:00"),
        ("2026-06-01", "2026-06-01T20:59:59.999999+00:00"),  # today, also what is written yet
        ("2026-04-23T18:00", "2026-04-23T15:00:00+00:00"),
        (" 2026-04-23 18:00 ", "2026-04-23T15:00:00+00:00"),
        ("2026-04-23T18:00:00Z", "2026-04-23T18:00:00+00:00"),
        ("2026-04-23T18:00:00.5+03:00", "2026-04-23T15:00:00.500000+00:00"),
        ("2026-04-23T18:00:00 03:00", "2026-04-23T15:00:00+00:00"),  # an unescaped "+"
    ],
)
def test_a_date_means_its_end_and_a_time_is_local(text: str, moment: str) -> None:
    assert datetimes.parse_as_of(text, NOW).astimezone(UTC).isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "yesterday",
        "2026-13-01",
        "2026-W17",
        "\x00",
        "9" * 5000,
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-10:00",
        "2026-06-02",
        "2026-06-01T15:00:01",
    ],
)
def test_what_is_no_moment_of_the_past_is_refused_in_words(text: str, reader: Client) -> None:
    factory.gate("T1")

    with pytest.raises(datetimes.InvalidDate, match=r"is not a date|is in the future"):
        datetimes.parse_as_of(text, NOW)
    for url in ("/", "/gates/T1/", "/board.json", "/launches/primitive/board.csv"):
        response = reader.get(url, {"as_of": text or "9999-01-01"})
        future = text.startswith("2026-06")  # by the real clock that may be past
        assert response.status_code in ({400, 404} if future else {400})


# --- pages ---------------------------------------------------------------------------------


def test_pages_and_exports_show_the_moment_asked_for(reader: Client, time: Clock) -> None:
    gate = factory.gate("T1", title="Old title")
    then = time.now.isoformat()
    time.pass_by(days=1)
    gate.title = "New title"
    gate.save()

    for url in ("/", "/launches/primitive/", "/gates/T1/", "/board.json", "/board.csv"):
        past = reader.get(url, {"as_of": then}).content.decode()
        live = reader.get(url).content.decode()
        assert "Old title" in past
        assert "New title" not in past
        assert "New title" in live


def test_before_the_first_record_the_page_says_when_it_begins(reader: Client, time: Clock) -> None:
    factory.gate("T1")

    for url in ("/", "/gates/T1/", "/board.json"):
        response = reader.get(url, {"as_of": "2026-04-22"})
        assert response.status_code == 404
        assert "begins on 23 April 2026, 12:00" in response.content.decode()


def test_a_gate_of_a_later_day_is_not_there_yet(reader: Client, time: Clock) -> None:
    factory.launch()
    before = time.now.isoformat()
    time.pass_by(days=1)
    factory.gate("T1")

    assert reader.get("/gates/T1/", {"as_of": before}).status_code == 404
    assert reader.get("/gates/T1/").status_code == 200
