"""Every page of every launch has an address; links keep the launch and the moment shown."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from gates.models import Gate, Launch
from tests.support import factory

pytestmark = pytest.mark.django_db

PAGES = ("", "waiting/", "honesty/", "changes/", "burnup/", "claims/public/", "gates/S1/")


@pytest.fixture
def second(on_day: Callable[[int], None]) -> Launch:
    """Beside the current launch another one, with a blocked gate and a claim."""
    on_day(0)
    factory.gate("T1")
    launch = factory.launch("second", name="Second Launch")
    gate = factory.gate("S1", section=factory.section("S", launch=launch))
    factory.blocker(gate, raised_at=timezone.now())
    factory.claim(launch, "public", name="Public")
    on_day(3)
    return launch


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.mark.parametrize("rest", PAGES)
def test_a_launch_that_is_not_current_has_all_its_pages(
    reader: Client, second: Launch, rest: str
) -> None:
    text = page(reader, f"/launches/second/{rest}")

    for name in ("waiting", "honesty", "changes", "burnup"):
        assert f'href="/launches/second/{name}/"' in text
        assert f'href="/{name}/"' not in text


def test_its_board_links_to_its_claims_and_gates(reader: Client, second: Launch) -> None:
    text = page(reader, "/launches/second/")

    assert 'href="/launches/second/claims/public/"' in text
    assert 'href="/launches/second/gates/S1/"' in text
    assert reader.get("/claims/public/").status_code == 404


def test_links_of_a_past_page_lead_to_the_same_moment(reader: Client, second: Launch) -> None:
    board = page(reader, "/launches/second/?as_of=2026-05-02")
    gate = page(reader, "/launches/second/gates/S1/?as_of=2026-05-02")

    for there in ("claims/public/", "gates/S1/", "waiting/", "honesty/"):
        assert f'href="/launches/second/{there}?as_of=2026-05-02' in board, there
    assert 'href="/launches/second/?as_of=2026-05-02#S"' in gate


def test_a_gate_that_is_gone_can_be_reached_from_a_past_board(
    reader: Client, second: Launch, on_day: Callable[[int], None]
) -> None:
    Gate.objects.get(code="T1").delete()
    on_day(4)

    assert 'href="/launches/primitive/gates/T1/?as_of=2026-05-02"' in page(
        reader, "/?as_of=2026-05-02"
    )
    assert "Gate T1" in page(reader, "/gates/T1/?as_of=2026-05-02")


def test_what_is_gone_is_linked_to_when_it_was_there(
    reader: Client, second: Launch, on_day: Callable[[int], None]
) -> None:
    Gate.objects.get(code="T1").delete()
    on_day(4)

    text = page(reader, "/changes/?since=2026-05-02")

    link = "/launches/primitive/gates/T1/?as_of=2026-05-02T00%3A00%3A00%2B03%3A00"
    assert f'href="{link}"' in text
    assert "Gate T1" in page(reader, link)


@pytest.mark.parametrize("url", ["/changes/", "/history/", "/launches/second/changes/"])
def test_a_page_about_a_span_says_what_to_ask_instead(
    reader: Client, second: Launch, url: str
) -> None:
    response = reader.get(f"{url}?as_of=2026-05-02")

    assert response.status_code == 400
    assert "since= and until=" in response.content.decode()


def test_the_burn_up_of_a_past_day_ends_on_that_day(
    reader: Client, second: Launch, on_day: Callable[[int], None]
) -> None:
    factory.closed_gate("T7")
    on_day(5)

    past = reader.get("/burnup/?as_of=2026-05-02").context

    assert [point.closed for point in past["points"]] == [0]
    assert [point.closed for point in reader.get("/burnup/").context["points"]] == [0, 1]


@pytest.mark.parametrize("rest", ["", "gates/S1/", "claims/public/", "board.md"])
def test_a_former_address_leads_to_the_launch_that_had_it_last(
    reader: Client, second: Launch, rest: str
) -> None:
    second.slug = "renamed"
    second.save()

    now = reader.get(f"/launches/second/{rest}?as_of=2026-05-04")
    then = reader.get(f"/launches/second/{rest}?as_of=2026-05-02")

    assert now.headers["Location"] == f"/launches/renamed/{rest}?as_of=2026-05-04"
    assert then.status_code == 200  # on that day it was its address


def test_an_address_that_another_launch_has_now_stays_there(reader: Client, second: Launch) -> None:
    second.slug = "renamed"
    second.save()
    factory.launch("second", name="Third Launch")

    assert "Third Launch" in page(reader, "/launches/second/")
    assert reader.get("/launches/second/gates/S1/").status_code == 404
    assert reader.get("/launches/never/").status_code == 404


def test_the_history_names_the_launch_where_there_are_several(
    reader: Client, second: Launch
) -> None:
    history = reader.get("/history/").context["history"]

    launches = {(entry.model, entry.launch) for entry in history}
    assert ("gate", "Primitive Launch") in launches
    assert {(model, "Second Launch") for model in ("launch", "section", "gate", "blocker")} < (
        launches
    )


def test_a_renamed_gate_keeps_its_past(reader: Client, second: Launch) -> None:
    gate = Gate.objects.get(code="T1")
    gate.code = "T9"
    gate.save()

    for code in ("T1", "T9"):
        history = reader.get(f"/history/?gate={code}").context["history"]
        assert [entry.kind for entry in history] == ["~", "+"]
