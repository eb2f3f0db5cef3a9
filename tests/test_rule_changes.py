"""A bar that was lowered by hand stands on the board for all to see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gates.models import Claim, Gate
from gates.models.history import save_on_record
from gates.rule_changes import recent_rule_changes
from tests import factory
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, 7, tzinfo=UTC)


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def set_day(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: START + timedelta(days=days))

    return set_day


def said(claim: Claim, days: int) -> list[str]:
    found = recent_rule_changes(claim.launch_id, START + timedelta(days=days))
    return [f"{change.reason} / {change.by} / {change.why}" for change in found]


def test_a_lowered_threshold_is_shown_for_two_weeks(on_day: Callable[[int], None]) -> None:
    on_day(0)
    claim = factory.claim(factory.launch())
    on_day(1)
    claim.min_closed = 20
    save_on_record(claim, by=factory.user("sami"), reason="Four gates were merged")

    notice = ["Launched: threshold lowered from 24 to 20 / sami / Four gates were merged"]
    assert said(claim, 0) == []
    assert said(claim, 1) == notice
    assert said(claim, 15) == notice
    assert said(claim, 16) == []


def test_required_gates_are_part_of_it(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("G5")
    claim = factory.claim(gate.launch)
    requirement = factory.requirement(claim, gate)
    on_day(1)
    requirement.delete()

    assert said(claim, 1) == [
        "Launched: no longer requires G5 /  / ",
        "Launched: requires G5 now /  / ",
    ]


def test_the_next_import_ends_the_notice_and_is_none_itself(on_day: Callable[[int], None]) -> None:
    on_day(0)
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")
    claim = Claim.objects.get(slug="launched")
    on_day(1)
    claim.min_closed = 20
    claim.save()
    on_day(2)
    before = said(claim, 2)
    gate = Gate.objects.get(code="T6")
    gate.title = "Renamed"
    gate.save()
    on_day(3)
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")

    assert len(before) == 1
    assert said(claim, 3) == []


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
