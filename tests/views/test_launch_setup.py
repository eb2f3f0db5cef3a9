"""A launch from nothing in the browser, its next one, and the order of its rows."""

from typing import Any

import pytest
from django.test import Client

from gates.models import TRACKED, Claim, Gate, Launch, Requirement, Section
from tests.support import factory

pytestmark = pytest.mark.django_db

DAYS = {"snapshot_date": "2026-11-30", "plan_starts_on": "30/11/2026"}


@pytest.fixture
def launch() -> Launch:
    factory.section("T", launch=factory.launch(), name="Technical")
    factory.gate("T1", position=0)
    factory.gate("T2", position=1)
    return Launch.objects.get()


def history() -> list[int]:
    return [model.history.count() for model in TRACKED]


def codes() -> list[str]:
    return list(Gate.objects.order_by("position", "pk").values_list("code", flat=True))


def errors(response: Any, form: str = "form") -> dict[str, list[str]]:
    assert response.status_code == 200
    return {name: list(found) for name, found in response.context[form].errors.items()}


def test_each_step_of_a_new_launch_leads_to_the_next(founder: Client) -> None:
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("/new-launch/", {"name": "Growth v4.0", **DAYS}, "/launches/growth-v4-0/sections/"),
        (
            "/launches/growth-v4-0/sections/",
            {"lines": "T Technical\nالحوكمة"},
            "/launches/growth-v4-0/gates/",
        ),
        (
            "/launches/growth-v4-0/gates/",
            {"section": "T", "lines": "- T1 Deep health\n- k6 load test"},
            "/launches/growth-v4-0/gates/#T",
        ),
        (
            "/launches/growth-v4-0/claims/",
            {"name": "Launched", "min_closed": "2", "requires_p0": "on", "required": "t٢",
             "says_launched": "on", "reason": "Agreed in the meeting"},
            "/launches/growth-v4-0/claims/",
        ),
    ]  # fmt: skip

    for path, data, then in steps:
        assert founder.post(path, data).headers["Location"] == then

    launch = Launch.objects.get()
    assert (launch.name, launch.is_current) == ("Growth v4.0", True)
    assert [str(row) for row in Section.objects.all()] == ["T Technical", "A الحوكمة"]
    assert [str(row) for row in Gate.objects.all()] == ["T1 Deep health", "T2 k6 load test"]
    claim = Claim.objects.get()
    assert (claim.slug, claim.says_launched, claim.min_closed) == ("launched", True, 2)
    assert Requirement.objects.get().gate.code == "T2"
    for model in (Launch, Section, Gate, Claim, Requirement):
        assert {row.history_user_name for row in model.history.all()} == {"sami"}
    assert claim.history.get().history_change_reason == "Agreed in the meeting"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "primitive launch"}, "name"),
        ({"slug": "primitive"}, "slug"),
        ({"slug": "not a slug"}, "slug"),
        ({"snapshot_date": "31/31/2026"}, "snapshot_date"),
        ({"plan_starts_on": "1999-01-01"}, "plan_starts_on"),
    ],
)
@pytest.mark.parametrize("path", ["/new-launch/", "/launches/primitive/next/"])
def test_a_refused_launch_keeps_its_input_and_writes_nothing(
    founder: Client, launch: Launch, path: str, data: dict[str, str], field: str
) -> None:
    before = history()

    response = founder.post(path, {"name": "Kept ‎name", "slug": "", **DAYS, **data})

    assert set(errors(response)) == {field}
    assert history() == before
    if "name" not in data:
        assert "Kept" in response.content.decode()


@pytest.mark.parametrize("path", ["/new-launch/", "/launches/primitive/next/"])
def test_the_same_form_sent_twice_makes_one_launch(
    founder: Client, launch: Launch, path: str
) -> None:
    data = {"name": "Growth", "slug": "", **DAYS}

    first, second = founder.post(path, data), founder.post(path, data)

    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Launch.objects.count() == 2


def test_the_next_launch_is_started_from_a_page(founder: Client, launch: Launch) -> None:
    response = founder.post("/launches/primitive/next/", {"name": "Next", "slug": "", **DAYS})

    assert response.headers["Location"] == "/launches/next/"
    gates = Gate.objects.filter(launch__slug="next")
    assert {gate.follows.code for gate in gates if gate.follows} == {"T1", "T2"}


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("sections", {"lines": "T Other"}, "T is taken already, by “Technical”."),
        ("sections", {"lines": "Good\nT Other"}, "T is taken already"),
        ("sections", {"lines": " \n"}, "Write at least one line."),
        ("sections", {"lines": "x" * 101}, "100"),
        ("gates", {"section": "T", "lines": "Fine\nT1 Other"}, "T1 is taken already"),
        ("gates", {"section": "T", "lines": "T9"}, "T9 has no title."),
        ("gates", {"section": "T", "lines": "Fine\n" + "y" * 301}, "300"),
    ],
)
def test_refused_lines_are_kept_and_none_is_written(
    founder: Client, launch: Launch, path: str, data: dict[str, str], words: str
) -> None:
    before = history()

    response = founder.post(f"/launches/primitive/{path}/", data)

    text = response.content.decode()
    assert response.status_code == 200
    assert words in text
    assert data["lines"].strip().splitlines()[-1:] == [] or (
        data["lines"].strip().splitlines()[-1] in text
    )
    assert history() == before


def test_the_same_lines_sent_twice_are_there_once(engineer: Client, launch: Launch) -> None:
    data = {"section": "T", "lines": "Deep health\nT10 Backups"}

    first = engineer.post("/launches/primitive/gates/", data, follow=True)
    second = engineer.post("/launches/primitive/gates/", data, follow=True)

    assert "2 lines added." in first.content.decode()
    assert "2 lines were there already." in second.content.decode()
    assert codes() == ["T1", "T2", "T3", "T10"]


@pytest.mark.parametrize(("way", "order"), [("up", ["T2", "T1"]), ("down", ["T1", "T2"])])
def test_an_engineer_moves_a_gate(
    engineer: Client, launch: Launch, way: str, order: list[str]
) -> None:
    gate = Gate.objects.get(code="T2")

    response = engineer.post("/launches/primitive/gates/", {way: gate.pk})

    assert response.headers["Location"] == "/launches/primitive/gates/#T2"
    assert codes() == order


def test_a_founder_moves_a_section(founder: Client, launch: Launch) -> None:
    section = factory.section("S", launch=launch, position=1)

    response = founder.post("/launches/primitive/sections/", {"up": section.pk})

    assert response.headers["Location"] == "/launches/primitive/sections/#S"
    found = Section.objects.order_by("position").values_list("prefix", flat=True)
    assert list(found) == ["S", "T"]


def test_a_gate_of_another_launch_is_not_moved(engineer: Client, launch: Launch) -> None:
    other = factory.section("T", launch=factory.launch("other"))
    gate = factory.gate("T1", section=other)
    factory.gate("T2", section=other, position=1)
    before = history()

    response = engineer.post("/launches/primitive/gates/", {"down": gate.pk})

    assert response.status_code == 200
    assert history() == before


@pytest.mark.parametrize("path", ["sections", "gates", "claims"])
def test_a_launch_archived_meanwhile_takes_nothing(
    founder: Client, launch: Launch, path: str
) -> None:
    factory.launch("other").make_current()
    Launch.objects.get(pk=launch.pk).archive(factory.user())
    before = history()
    sent = {
        "section": "T", "lines": "New line", "name": "New", "min_closed": "1", "reason": "Because",
    }  # fmt: skip

    response = founder.post(f"/launches/primitive/{path}/", sent)

    assert "is archived, so nothing in it changes." in response.content.decode()
    assert history() == before


CLAIM = {"name": "Live", "min_closed": "1", "reason": "Agreed"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "launched"}, "name"),
        ({"slug": "launched"}, "slug"),
        ({"min_closed": "0"}, "min_closed"),
        ({"required": "T1 T99"}, "required"),
        ({"reason": "..."}, "reason"),
        ({"says_launched": "on"}, "says_launched"),
    ],
)
def test_a_refused_claim_writes_nothing(
    founder: Client, launch: Launch, data: dict[str, str], field: str
) -> None:
    factory.claim(launch, says_launched=True)
    before = history()

    response = founder.post("/launches/primitive/claims/", {**CLAIM, **data})

    assert set(errors(response)) == {field}
    assert history() == before


def test_the_same_claim_sent_twice_is_one(founder: Client, launch: Launch) -> None:
    for _ in range(2):
        assert founder.post("/launches/primitive/claims/", CLAIM).status_code == 302

    assert Claim.objects.count() == 1


def test_which_claim_says_launched_is_chosen_with_a_reason(founder: Client, launch: Launch) -> None:
    first = factory.claim(launch, "beta", name="Beta", says_launched=True)
    second = factory.claim(launch, "live", name="Live")

    refused = founder.post("/launches/primitive/claims/", {"choose": "1", "claim": second.pk})
    taken = founder.post(
        "/launches/primitive/claims/", {"choose": "1", "claim": second.pk, "reason": "Beta is over"}
    )

    assert set(errors(refused, "choice")) == {"reason"}
    assert taken.status_code == 302
    says = dict(Claim.objects.values_list("slug", "says_launched"))
    assert says == {"beta": None, "live": True}
    for claim in (first, second):
        last = claim.history.latest("history_id")
        assert (last.history_user_name, last.history_change_reason) == ("sami", "Beta is over")


@pytest.mark.parametrize("slug", ["launched", "beta"])
def test_none_may_be_chosen_where_none_counts_by_its_slug(
    founder: Client, launch: Launch, slug: str
) -> None:
    factory.claim(launch, slug)

    text = founder.get("/launches/primitive/claims/").content.decode()

    assert ("None of them" in text) == (slug == "beta")
