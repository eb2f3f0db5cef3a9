"""The past in the browser and on the command line: as of, changes, history, burn-up."""

import json
import re
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from gates.history.audit_log import PER_PAGE
from gates.models import TRACKED, Gate
from tests.support import factory
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(on_day: Callable[[int], None]) -> Gate:
    """Day 0: three gates and a claim; day 2: T1 closed; day 4: the threshold lowered."""
    on_day(0)
    gates = [factory.gate(f"T{number}") for number in (1, 2, 3)]
    claim = factory.claim(gates[0].launch, min_closed=2, requires_p0=False)
    on_day(2)
    factory.evidence(gates[0], "Seen in production")
    gates[0].close(factory.user("lina"), "All green")
    on_day(4)
    claim.min_closed = 1
    claim.save()
    on_day(6)
    return gates[0]


def test_the_board_as_of_a_past_day_says_so_and_offers_no_change(
    reader: Client, story: Gate
) -> None:
    past, now = text_of(reader, "/?as_of=2026-05-02"), text_of(reader, "/")

    assert "0 of 3 closed" in past
    assert "You see this as it was on" in past
    assert "1 of 3 closed" in now
    assert "You see this as it was on" not in now


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/?as_of=2026-05-02", 200),
        ("/?as_of=2026-05-02T12:00", 200),
        ("/gates/T1/?as_of=2026-05-02", 200),
        ("/board.json?as_of=2026-05-02", 200),
        ("/board.md?as_of=2026-05-02", 200),
        ("/board.csv?as_of=2026-05-02", 200),
        ("/waiting/?as_of=2026-05-02", 200),
        ("/honesty/?as_of=2026-05-02", 200),
        ("/claims/launched/?as_of=2026-05-02", 200),
        ("/?as_of=2026-04-01", 404),
        ("/?as_of=2027-01-01", 400),
        ("/?as_of=yesterday", 400),
        ("/?as_of=", 400),
        ("/?as_of=0001-01-01", 404),
        ("/history/?since=0001-01-01", 400),
        ("/?as_of=9999-12-31", 400),
        ("/changes/?since=nonsense", 400),
        ("/changes/?since=2030-01-01", 400),
        ("/changes/?since=2026-05-05&until=2026-05-02", 400),
        ("/history/?since=2030-01-01", 400),
        ("/history/?since=2026-05-05&until=2026-05-02", 400),
        ("/history/?page=99999", 200),
        ("/history/?page=-1", 200),
        ("/history/?page=0", 200),
        ("/history/?kind=nonsense", 200),
        ("/history/?since=nonsense", 400),
        ("/burnup/", 200),
    ],
)
def test_every_moment_has_an_answer(reader: Client, story: Gate, url: str, status: int) -> None:
    assert reader.get(url).status_code == status


def test_the_exports_travel_too(
    reader: Client, story: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(reader.get("/board.json?as_of=2026-05-02").content)
    call_command("export_snapshot", format="json", as_of="2026-05-02")
    printed = json.loads(capsys.readouterr().out)

    assert data["totals"]["closed"] == 0
    assert printed == data


def test_a_claim_can_be_asked_about_a_past_day(
    story: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("claim", "launched")
    now = capsys.readouterr().out
    with pytest.raises(SystemExit) as refused:
        call_command("claim", "launched", as_of="2026-05-04")

    assert "allowed" in now
    assert refused.value.code == 1
    assert "1 more gate must close: 1 of 2" in capsys.readouterr().out


def test_a_moment_that_cannot_be_read_is_said(story: Gate) -> None:
    with pytest.raises(CommandError, match="is not a date"):
        call_command("export_snapshot", as_of="yesterday")
    with pytest.raises(CommandError, match="the history of"):
        call_command("export_snapshot", as_of="2026-01-01")


def test_changes_between_two_days(reader: Client, story: Gate) -> None:
    text = text_of(reader, "/changes/?since=2026-05-01T12:00&until=2026-05-06")

    for words in (
        "Closed: 0 → 1",
        "Newly closed",
        "Evidence attached",
        "Seen in production",
        "A claim was made easier",
        "gates that must be closed 2 → 1",
    ):
        assert words in text, words
    assert "Nothing changed" in text_of(reader, "/changes/?since=2026-05-06T12:00")


def test_the_feed_tells_who_did_what(reader: Client, story: Gate) -> None:
    everything = text_of(reader, "/history/")
    by_lina = text_of(reader, "/history/?person=lina")
    of_t2 = text_of(reader, "/history/?gate=T2")
    claims = text_of(reader, "/history/?kind=claim")

    assert everything.index("Claim changed") < everything.index("Gate closed")
    assert "Gate closed" in by_lina
    assert "Claim" not in by_lina.split("Clear")[1]
    assert "T2" in of_t2
    assert "Gate closed" not in of_t2
    assert "Claim added" in claims
    assert "Gate added" not in claims


def test_the_feed_is_paged_at_a_constant_number_of_queries(
    reader: Client, story: Gate, django_assert_num_queries
) -> None:
    for number in range(2 * PER_PAGE):
        story.notes = f"Note {number}"
        story.save()

    for page in (1, 2):
        entries = reader.get(f"/history/?kind=gate&page={page}").context["history"]
        assert len(entries) == PER_PAGE
    with django_assert_num_queries(10):
        reader.get("/history/?kind=gate")
    with django_assert_num_queries(10):
        reader.get("/history/?kind=gate&page=2")


@pytest.mark.parametrize("page", ["4", "999999"])
def test_beyond_the_last_page_of_the_feed_is_the_last_one(
    reader: Client, story: Gate, page: str
) -> None:
    for number in range(2 * PER_PAGE):
        story.notes = f"Note {number}"
        story.save()

    last = reader.get(f"/history/?kind=gate&page={page}").context["page"]

    assert (last.number, last.older) == (3, False)
    assert last.entries[-1].kind == "+"


def test_after_the_last_page_that_is_counted_the_feed_goes_on_by_time(
    reader: Client,
    story: Gate,
    on_day: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for day in range(7, 27):
        on_day(day)
        story.notes = f"Note {day}"
        story.save()
    monkeypatch.setattr("gates.history.audit_log.LAST_PAGE", 4)
    monkeypatch.setattr("gates.history.audit_log.PER_PAGE", 3)
    seen, url = [], "/history/"
    for _page in range(20):
        page = reader.get(url)
        seen += [(entry.model, entry.history_id) for entry in page.context["history"]]
        onward = re.search(r'href="([^"]+)">Older<', page.content.decode())
        if not onward:
            break
        url = "/history/" + onward[1].replace("&amp;", "&")

    everything = sum(model.history.count() for model in TRACKED)
    assert len(set(seen)) == everything > 2 * 12


def test_a_proof_rewritten_under_a_closed_gate_is_shown_from_to(
    reader: Client, story: Gate
) -> None:
    proof = story.evidence.get()
    proof.summary = "Something else altogether"
    proof.save()

    text = text_of(reader, "/changes/?since=2026-05-06")

    assert "Nothing changed" not in text
    assert "Evidence rewritten under a closed gate" in text
    assert "Seen in production Something else altogether" in text


def test_the_burn_up_has_its_table_and_its_pace(reader: Client, story: Gate) -> None:
    text = text_of(reader, "/burnup/")

    assert "1 more gate closed than on 1 May 2026" in text
    assert "3 May 2026 1 3" in text


@pytest.mark.parametrize(
    "url",
    [
        "/changes/",
        "/changes/?since=import",
        "/burnup/",
        "/history/",
        "/claims/launched/",
        "/waiting/",
    ],
)
def test_a_board_that_came_without_history_is_no_500(reader: Client, url: str) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    assert reader.get(url).status_code in {200, 404}


@pytest.mark.parametrize(
    "url", ["/changes/", "/burnup/", "/history/", "/waiting/", "/honesty/", "/board.md"]
)
def test_before_there_is_a_launch_no_page_breaks(reader: Client, url: str) -> None:
    assert reader.get(url).status_code in {200, 404}


def test_the_feed_of_a_gate_tells_what_became_of_evidence_that_left_it(
    reader: Client, story: Gate
) -> None:
    other = factory.gate("S1")
    proof = factory.evidence(other, "A drill of another gate")
    factory.evidence(other, "A second drill")
    proof.gate = story
    proof.save()
    proof.commit = "ce0027e"
    proof.save()

    entries = reader.get("/history/?gate=S1&kind=evidence").context["history"]

    fields = [[change.field for change in entry.changes] for entry in entries]
    assert ["commit"] in fields


@pytest.mark.parametrize("url", ["/?as_of=never", "/changes/?since=abc", "/?as_of=2000-01-01"])
def test_a_person_who_asks_for_no_such_moment_gets_a_page(reader: Client, url: str) -> None:
    factory.gate("T1")

    response = reader.get(url)

    assert response.status_code in {400, 404}
    assert "<h1>No such moment</h1>" in response.content.decode()


def test_a_program_gets_a_line(reader: Client) -> None:
    factory.gate("T1")

    response = reader.get("/board.json?as_of=never")

    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/plain")
