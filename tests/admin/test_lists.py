"""The admin's lists: what they show and find, at a constant number of queries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gates.models import Gate, Launch
from tests.support import factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db

LISTS = ("gate", "evidence", "blocker", "action", "owner", "launch", "claim")


@pytest.fixture
def founder(client: Client) -> Client:
    client.force_login(person("sami", "Founder"))
    return client


def fill(first: int, last: int) -> None:
    """Gates with everything that a list can show, each with an owner of its own."""
    for number in range(first, last + 1):
        owner = factory.owner(f"Person {number}")
        gate = factory.closed_gate(f"T{number}", owner=owner, by=factory.user(f"user{number}"))
        factory.evidence(gate, "A second proof", recorded_by=factory.user(f"user{number}"))
        factory.blocker(gate, waiting_on=owner)
        factory.action(gate.launch, f"Step {number}", gate=gate, needs=owner)
        factory.claim(factory.launch(f"launch-{number}"), f"claim-{number}")


def count_queries(founder: Client, model: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        founder.get(reverse(f"admin:gates_{model}_changelist"))
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_rows(founder: Client) -> None:
    fill(1, 3)
    founder.get(reverse("admin:gates_gate_changelist"))  # what is read once a process
    few = {model: count_queries(founder, model) for model in LISTS}
    fill(4, 30)

    many = {model: count_queries(founder, model) for model in LISTS}

    assert many == few
    assert max(many.values()) <= 12


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=k6", ["T1"]),
        ("priority__exact=P0", ["S1"]),
        ("counted__exact=0", ["S1"]),
        ("status=blocked", ["T2"]),
        ("status=open&q=S1", ["S1"]),
        ("status=nonsense", ["T1", "T2", "S1"]),
    ],
)
def test_gates_are_found(founder: Client, query: str, codes: list[str]) -> None:
    factory.gate("T1", title="k6 load test")
    factory.blocker(factory.gate("T2"))
    factory.gate("S1", priority="P0", counted=False, not_counted_reason="Commercial")

    response = founder.get(reverse("admin:gates_gate_changelist") + f"?{query}")

    assert sorted(gate.code for gate in response.context["cl"].result_list) == sorted(codes)


def test_filters_by_section_and_owner(founder: Client) -> None:
    lina = factory.owner("Lina")
    gate = factory.gate("T1", owner=lina)
    factory.gate("S1")
    url = reverse("admin:gates_gate_changelist")

    by_section = founder.get(url, {"section__id__exact": gate.section_id})
    by_owner = founder.get(url, {"owner__id__exact": lina.pk})

    for response in (by_section, by_owner):
        assert [found.code for found in response.context["cl"].result_list] == ["T1"]


def test_a_long_list_is_paged(founder: Client) -> None:
    for number in range(1, 121):
        factory.gate(f"T{number}")

    response = founder.get(reverse("admin:gates_gate_changelist"), {"p": 2})

    assert len(response.context["cl"].result_list) == 20
    assert Gate.objects.count() == 120


@pytest.mark.parametrize(
    "address",
    [
        "gate/?priority__exact=%00",
        "gate/?title__startswith=%00",
        "gate/?code__regex=(((",
        "gate/?closed_at__year=99999",
        "gate/?id__in=999999999999999999999999",
        "gate/?section__id__exact=999999999999999999999999999999",
        "gate/?owner__id__exact=abc",
        "gate/?owner__user__password__startswith=a",
        "gate/?p=99999999999999999999",
        "gate/?o=99999999999999999999.x.-",
        "gate/?q=" + "word%20" * 2000,
        "evidence/?valid_until__year=0",
        "evidence/?summary=%00",
        "evidence/add/?gate=x",
        "evidence/add/?gate=99999999999999999999999",
        "evidence/add/?observed_at=x",
        "gate/99999999999999999999999/change/",
        "gate/abc/history/",
    ],
)
def test_an_address_that_asks_for_nonsense_is_not_a_500(founder: Client, address: str) -> None:
    factory.gate("T1")

    response = founder.get(f"/admin/gates/{address}")

    assert response.status_code in {200, 302, 400, 404}


@pytest.mark.parametrize("selected", ["abc", "9" * 30, "", "\x00"])
def test_selecting_nonsense_is_not_a_500(founder: Client, selected: str) -> None:
    factory.gate("T1")
    data = {"action": "close_selected", "_selected_action": selected, "decide": "1", "reason": "x"}

    response = founder.post(reverse("admin:gates_gate_changelist"), data)

    assert response.status_code in {200, 302, 400}
    assert Gate.objects.get().progress == "open"


def test_the_current_launch_cannot_be_deleted(founder: Client) -> None:
    current, other = factory.launch("current"), factory.launch("other")

    refused = founder.post(reverse("admin:gates_launch_delete", args=[current.pk]), {"post": "y"})
    deleted = founder.post(reverse("admin:gates_launch_delete", args=[other.pk]), {"post": "y"})

    assert (refused.status_code, deleted.status_code) == (403, 302)
    assert [launch.slug for launch in Launch.objects.all()] == ["current"]
