"""The week's news, and bars lowered by hand, which stand on the board for all to see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gates.board import find_launch, read_board
from gates.lately import lately
from gates.models import Claim, Gate
from gates.models.history import save_on_record
from gates.rows import Board
from tests import factory
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, 7, tzinfo=UTC)


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def set_day(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: START + timedelta(days=days))

    return set_day


def said(days: int) -> list[str]:
    found = lately(board_on(days))
    return [f"{change.reason} / {change.by} / {change.why}" for change in found.rules]


def board_on(days: int) -> Board:
    moment = START + timedelta(days=days)
    launch = find_launch(None, moment)
    assert launch
    return read_board(launch, moment, moment)


def news_on(days: int) -> list[str]:
    return [str(reason) + ": " + ", ".join(reason.gates) for reason in lately(board_on(days)).news]


def test_a_lowered_threshold_is_shown_for_two_weeks(on_day: Callable[[int], None]) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    on_day(1)
    claim.min_closed = 20
    save_on_record(claim, by=factory.user("sami"), reason="Four gates were merged")

    notice = ["Launched: threshold lowered from 24 to 20 / sami / Four gates were merged"]
    assert said(0) == []
    assert said(1) == notice
    assert said(15) == notice
    assert said(16) == []


def test_required_gates_are_part_of_it(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("G5")
    claim = factory.claim(gate.launch)
    requirement = factory.requirement(claim, gate)
    on_day(1)
    requirement.delete()

    assert said(1) == [
        "Launched: no longer requires G5 /  / ",
        "New claim: Launched /  / ",
        "Launched: requires G5 now /  / ",
    ]


def test_a_claim_cannot_be_made_easier_by_deleting_and_making_it_anew(
    on_day: Callable[[int], None],
) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    on_day(1)
    claim.delete()
    factory.claim(claim.launch, min_closed=1)

    assert set(said(1)) == {"Claim removed: Launched /  / ", "New claim: Launched /  / "}


def test_no_typed_reason_passes_for_an_import(on_day: Callable[[int], None]) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    gate = factory.gate("T1")
    on_day(1)
    claim.min_closed = 5
    save_on_record(claim, by=None, reason="Import of x.md (SHA-256 " + "0" * 64 + ")")
    on_day(2)
    save_on_record(gate, by=None, reason="Import of x.md (SHA-256 " + "0" * 64 + ")")

    assert ["lowered from 24 to 5" in words for words in said(2)] == [True]


def test_the_news_of_a_week(on_day: Callable[[int], None]) -> None:
    sami = factory.user("sami")
    on_day(-20)
    old, reopened, new, waiting = (factory.gate(f"T{number}") for number in (1, 2, 3, 4))
    for gate in (old, reopened):
        factory.evidence(gate)
        gate.close(sami, "Seen")
    on_day(1)
    reopened.reopen(sami, "Broken again")
    then = timezone.now()
    factory.evidence(new, valid_until=(START + timedelta(days=3)).date(), recorded_at=then)
    new.close(sami, "Seen")
    factory.blocker(waiting, raised_at=then)

    assert news_on(0) == []
    assert news_on(2) == [
        "1 gate closed: T3",
        "1 gate reopened: T2",
        "1 gate began to wait for somebody: T4",
        "1 gate got evidence: T3",
    ]
    assert "The evidence of 1 closed gate ran out: T3" in news_on(5)
    assert news_on(20) == []


def test_the_next_import_ends_the_notice_and_is_none_itself(on_day: Callable[[int], None]) -> None:
    on_day(0)
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")
    claim = Claim.objects.get(slug="launched")
    on_day(1)
    claim.min_closed = 20
    claim.save()
    on_day(2)
    before = said(2)
    gate = Gate.objects.get(code="T6")
    gate.title = "Renamed"
    gate.save()
    on_day(3)
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")

    assert len(before) == 1
    assert said(3) == []


def test_the_board_says_it(client: Client) -> None:
    claim = factory.claim(factory.gate("T1").launch)
    claim.min_closed = 20
    save_on_record(claim, by=factory.user("sami"), reason="Four gates were merged")
    client.force_login(factory.user("reader"))

    text = text_of(client, "/")

    assert "threshold lowered from 24 to 20" in text
    assert "Four gates were merged" in text
    assert "1 gate has no owner" in text


def test_changes_since_the_last_import(client: Client) -> None:
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")
    gate = Gate.objects.get(code="T6")
    factory.evidence(gate)
    gate.close(factory.user("sami"), "100 rps held")
    client.force_login(factory.user("reader"))

    assert "Closed: 18 → 19" in text_of(client, "/changes/?since=import")
