"""The page of priorities: one choice a row, one Save, nothing written over."""

import pytest
from django.test import Client

from gates.models import Gate, Launch
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gates() -> list[Gate]:
    made = [factory.gate(code) for code in ("T1", "T2", "T10")]
    factory.claim(made[0].launch)
    return made


def form(**chosen: str) -> dict[str, str]:
    """The page's fields, of gates whose priority was not set when it was opened."""
    return {f"{kind}-{code}": value for code, value in chosen.items()
            for kind, value in (("seen", ""), ("priority", value))}  # fmt: skip


def stored() -> dict[str, str]:
    return dict(Gate.objects.order_by("pk").values_list("code", "priority"))


def test_what_was_chosen_is_set_with_its_author(engineer: Client, gates: list[Gate]) -> None:
    answer = engineer.post("/priorities/", form(T1="P0", T2="", T10="P2"), follow=True)

    assert stored() == {"T1": "P0", "T2": "", "T10": "P2"}
    assert "2 priorities set." in answer.content.decode()
    assert [gate.history.count() for gate in gates] == [2, 1, 2]
    assert gates[0].history.first().history_user_name == "noura"


def test_what_a_claim_waits_for_comes_first(engineer: Client, gates: list[Gate]) -> None:
    Gate.objects.filter(code="T1").update(priority="P1")

    text = text_of(engineer, "/priorities/")

    assert text.index("A claim waits for these") < text.index("T2") < text.index("Other gates")
    assert text.index("Other gates") < text.index("T1 Gate T1")


def test_what_somebody_else_set_meanwhile_stays(engineer: Client, gates: list[Gate]) -> None:
    Gate.objects.filter(code="T1").update(priority="P1")

    answer = engineer.post("/priorities/", form(T1="P0", T2="P0"), follow=True)

    assert stored() == {"T1": "P1", "T2": "P0", "T10": ""}
    assert "Set by somebody else meanwhile, so left as they are: T1" in answer.content.decode()
    assert gates[0].history.count() == 1


def test_sent_twice_is_one_success(engineer: Client, gates: list[Gate]) -> None:
    engineer.post("/priorities/", form(T1="P0"))

    again = engineer.post("/priorities/", form(T1="P0"), follow=True)

    assert "somebody else" not in again.content.decode()
    assert gates[0].history.count() == 2


@pytest.mark.parametrize("value", ["P9", "p0", "P0\0", "<b>"])
def test_what_is_no_priority_is_left_out(engineer: Client, gates: list[Gate], value: str) -> None:
    answer = engineer.post("/priorities/", form(T1=value))

    assert answer.status_code == 302
    assert stored()["T1"] == ""


def test_gates_of_another_launch_are_not_touched(engineer: Client, gates: list[Gate]) -> None:
    other = factory.launch("next")
    factory.gate("T1", section=factory.section("T", launch=other))

    engineer.post("/launches/next/priorities/", form(T1="P0"))

    assert [gate.priority for gate in Gate.objects.filter(code="T1").order_by("pk")] == ["", "P0"]


def test_whoever_only_reads_is_refused(client: Client, gates: list[Gate]) -> None:
    client.force_login(person("viewer", "Viewer"))

    assert client.get("/priorities/").status_code == 403
    assert client.post("/priorities/", form(T1="P0")).status_code == 403
    assert stored()["T1"] == ""


def test_the_reason_of_a_claim_leads_there(engineer: Client, gates: list[Gate]) -> None:
    assert 'href="/priorities/"' in engineer.get("/claims/launched/").content.decode()


def test_the_number_of_queries_does_not_depend_on_the_gates(
    engineer: Client, gates: list[Gate], django_assert_num_queries
) -> None:
    engineer.get("/priorities/")
    for number in range(20, 40):
        factory.gate(f"T{number}")

    with django_assert_num_queries(13):
        engineer.get("/priorities/")


def test_a_large_board_shows_what_is_waited_for_first(
    engineer: Client, gates: list[Gate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gates.views.priorities.MAX_GATES_PER_PAGE", 1)
    Gate.objects.filter(code="T1").update(priority="P1")

    page = engineer.get("/priorities/").content.decode()

    assert 'name="priority-T2"' in page
    assert 'name="priority-T1"' not in page
    assert "2 more gates come once these have a priority." in page


def test_those_of_an_archived_launch_stay(engineer: Client, gates: list[Gate]) -> None:
    factory.launch("next").make_current()
    launch = Launch.objects.get(slug="primitive")
    launch.archive(factory.user())

    shown = engineer.get("/launches/primitive/priorities/", follow=True)
    sent = engineer.post("/launches/primitive/priorities/", form(T1="P0"), follow=True)

    for answer in (shown, sent):
        assert answer.redirect_chain[-1][0] == "/launches/primitive/"
        assert f"{launch} is archived" in answer.content.decode()
    assert set(stored().values()) == {""}
