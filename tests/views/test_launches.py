"""The pages of launches: all of them, which is current, which are archived, switching."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gates.models import TRACKED, Gate, Launch
from gates.operations.next_launch import start_next_launch
from tests.support import factory
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[Launch, Launch]:
    """The current launch with a closed gate and a claim, and an empty one."""
    launch = factory.launch(name="The first")
    factory.closed_gate("T1")
    factory.gate("T2")
    factory.claim(launch, name="We launched", min_closed=1, requires_p0=False)
    return launch, factory.launch("second", name="The second")


def history() -> list[int]:
    return [model.history.count() for model in TRACKED]


def test_all_launches_with_counts_and_verdicts(founder: Client, two: tuple[Launch, Launch]) -> None:
    text = text_of(founder, "/launches/")

    assert text.index("The first") < text.index("The second")
    assert "The current launch: the first page shows it." in text
    assert "1 of 2 closed" in text
    assert "We launched : allowed" in text
    assert "No gates yet." in text
    assert "Archived launches" not in text


def test_without_any_launch_it_says_who_starts_one(founder: Client) -> None:
    text = text_of(founder, "/launches/")

    assert "There is no launch yet" in text
    assert "Start a launch from nothing" in text


def test_another_launch_is_made_current(founder: Client, two: tuple[Launch, Launch]) -> None:
    response = founder.post("/launches/second/current/", follow=True)

    assert "The first page shows The second now." in response.content.decode()
    assert list(Launch.objects.filter(is_current=True)) == [two[1]]
    assert two[1].history.latest("history_id").history_user_name == "sami"
    assert founder.get("/").context["launch"].slug == "second"


def test_a_launch_is_archived_apart_and_taken_back(
    founder: Client, two: tuple[Launch, Launch]
) -> None:
    archived = founder.post("/launches/second/archive/", follow=True).content.decode()
    again = founder.post("/launches/second/archive/", follow=True).content.decode()
    text = text_of(founder, "/launches/")
    day = Launch.objects.get(slug="second").archived_on
    taken_back = founder.post("/launches/second/archive/", {"take_back": "1"}, follow=True)

    for told in (archived, again):
        assert "The second is archived. Nothing in it changes any more." in told
    assert day == timezone.localdate()
    assert text.index("Archived launches can be read") < text.index("The second")
    assert "is taken back from the archive" in taken_back.content.decode()
    found = two[1].history.order_by("history_id").values_list("archived_on", "history_user_name")
    assert list(found) == [(None, ""), (day, "sami"), (None, "sami")]


def test_the_current_launch_is_not_archived(founder: Client, two: tuple[Launch, Launch]) -> None:
    before = history()

    response = founder.post("/launches/primitive/archive/", follow=True)

    assert "The current launch cannot be archived." in response.content.decode()
    assert history() == before


def test_an_archived_launch_says_so_on_its_pages_and_offers_no_change(
    founder: Client, two: tuple[Launch, Launch]
) -> None:
    two[1].make_current()
    Launch.objects.get(slug="primitive").archive(factory.user())

    for page in ("", "gates/T2/", "waiting/", "honesty/", "burnup/", "claims/launched/"):
        response = founder.get(f"/launches/primitive/{page}").content.decode()
        assert "nothing in it changes any more" in response
        assert "/admin/gates/" not in response
    for page in ("sections", "gates", "claims"):
        led = founder.get(f"/launches/primitive/{page}/", follow=True)
        assert led.redirect_chain == [("/launches/", 302)]
        assert "The first is archived, so nothing in it changes." in led.content.decode()


def test_pages_lead_to_the_same_page_of_the_other_launches(
    founder: Client, two: tuple[Launch, Launch]
) -> None:
    factory.launch("old", name="The old one").archive(factory.user())

    for page in ("", "waiting/", "changes/", "burnup/", "honesty/"):
        response = founder.get(f"/{page}").content.decode()
        assert f'<a href="/launches/second/{page}">' in response
        assert "The old one" not in response
    assert '<a href="/launches/second/">' in founder.get("/gates/T1/").content.decode()
    for page in ("/history/", "/launches/", "/import/"):
        assert '<a href="/launches/"' in founder.get(page).content.decode()


def test_one_launch_alone_needs_no_switch(founder: Client) -> None:
    factory.launch()

    assert 'class="switch"' not in founder.get("/").content.decode()


@pytest.mark.parametrize("closed_after", [None, 6])
def test_a_gate_taken_over_says_from_where_and_what_became_of_it(
    founder: Client, on_day: object, closed_after: int | None
) -> None:
    factory.launch(name="v3.0.0")
    gate = factory.gate("T1")
    factory.evidence(gate)
    day = gate.history.get().history_date + timedelta(days=closed_after or 0)
    if closed_after is not None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "now", lambda: day)
            gate.close(factory.user(), "Seen green")
    today = timezone.localdate()
    start_next_launch(
        Launch.objects.get(), slug="next", name="next", snapshot_date=today, plan_starts_on=today,
        by=None,
    )  # fmt: skip

    text = text_of(founder, "/launches/next/gates/T1/")

    said = "It was not closed there." if closed_after is None else "It was closed there in 6 days."
    assert f"Taken over from T1 · v3.0.0 {said}" in text
    assert Gate.objects.get(launch__slug="next").progress == "open"
