"""Another server's clock may be ahead: what it wrote is on live pages at once, not on past ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gates.board import datetimes
from gates.models import Import, Launch
from gates.models.history import save_with_history
from tests.support import factory
from tests.support.clock import START

pytestmark = pytest.mark.django_db

AHEAD = START + timedelta(seconds=5)
NOW = {"as_of": START.isoformat()}
TODAY = {"as_of": "2026-05-01"}


@pytest.fixture
def reader_behind(
    client: Client, on_day: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> Client:
    """Whose server's clock is five seconds behind the one that closed T1 and lowered a bar."""
    on_day(-20)
    gate = factory.gate("T1")
    claim = factory.claim(gate.launch)
    monkeypatch.setattr(timezone, "now", lambda: AHEAD)
    factory.evidence(gate, recorded_at=AHEAD)
    gate.close(factory.user(), "Seen green")
    claim.min_closed = 20
    save_with_history(claim, by=factory.user(), reason="Four gates were merged")
    on_day(0)
    client.force_login(factory.user("reader"))
    return client


def test_the_board_tells_the_news_and_the_lowered_bar(reader_behind: Client) -> None:
    live = reader_behind.get("/").context["whats_new"]
    past = reader_behind.get("/", NOW).context["whats_new"]

    assert [reason.code for reason in live.news] == ["news_closed", "news_evidence"]
    assert [change.reason.code for change in live.rules] == ["threshold_changed"]
    assert (past.news, past.rules) == ([], [])


@pytest.mark.parametrize("url", ["/gates/T1/", "/claims/launched/"])
def test_a_page_s_history_has_it(url: str, reader_behind: Client) -> None:
    live = reader_behind.get(url).context["history"]
    past = reader_behind.get(url, NOW).context["history"]

    assert live[0].at == AHEAD
    assert [entry.kind for entry in past] == ["+"]


def test_a_link_that_names_today_shows_it_too_and_no_time_to_come(reader_behind: Client) -> None:
    board = reader_behind.get("/", TODAY)
    gate = reader_behind.get("/gates/T1/", TODAY).context
    changes = reader_behind.get("/changes/?since=2026-04-30&until=2026-05-01")

    assert board.context["board"].totals.closed == 1
    assert board.context["whats_new"].news[0].code == "news_closed"
    assert (gate["gate"].status, gate["history"][0].at) == ("closed", AHEAD)
    assert board.context["board"].as_of == gate["as_of"] == changes.context["until"] == START
    assert [change.code for change in changes.context["changes"].closed] == ["T1"]
    assert '/gates/T1/?as_of=2026-05-01"' in changes.content.decode()


def test_the_burn_up_counts_it(reader_behind: Client) -> None:
    live = reader_behind.get("/burnup/").context["points"]
    past = reader_behind.get("/burnup/", NOW).context["points"]

    assert [point.closed for point in live] == [0, 1]
    assert [point.closed for point in past] == [0]


def test_changes_since_the_import_begin_there(reader_behind: Client) -> None:
    launch = Launch.objects.get()
    Import.objects.create(launch=launch, at=AHEAD, document="x.md", sha256="0" * 64)

    response = reader_behind.get("/changes/?since=import")

    assert response.context["since"] == AHEAD


@pytest.mark.parametrize("zone", ["Africa/Cairo", "Asia/Beirut", "Asia/Riyadh"])
def test_where_clocks_go_back_at_midnight_a_day_ends_with_its_last_hour(zone: str) -> None:
    """Cairo, 29 October 2026: 23:30 comes twice, and this is the second time."""
    now = datetime(2026, 10, 29, 21, 30, tzinfo=UTC)

    with timezone.override(zone):
        today = timezone.localdate(now).isoformat()

        assert datetimes.end_of_day(now) > now
        assert timezone.localdate(datetimes.end_of_day(now)).isoformat() == today
        assert datetimes.parse_as_of(today, now) == datetimes.end_of_day(now)
        assert datetimes.parse_as_of(today, now + timedelta(days=2)) == datetimes.end_of_day(now)
