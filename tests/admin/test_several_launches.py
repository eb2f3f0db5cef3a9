"""The admin of a board with two launches: every list, choice and action names its launch."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gates.models import Action, Claim, Gate, Launch, Requirement
from tests.support import factory
from tests.support.admin_forms import errors_of, rows, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def gates() -> tuple[Gate, Gate]:
    """T6 of the current launch, and T6 of the second one."""
    first = factory.gate("T6")
    second = factory.launch("second", name="Second `Launch`")
    return first, factory.gate("T6", section=factory.section("T", launch=second))


def add(client: Client, model: str, **data: object) -> object:
    return client.post(reverse(f"admin:gates_{model}_add"), data)


def listed(client: Client, model: str, **query: Any) -> tuple[list[object], str]:
    response = client.get(reverse(f"admin:gates_{model}_changelist"), query)
    return list(response.context["cl"].result_list), response.content.decode()


@pytest.mark.parametrize("model", ["gate", "evidence", "blocker", "action", "claim"])
def test_lists_name_the_launch_and_filter_by_it(
    founder: Client, gates: tuple[Gate, Gate], model: str
) -> None:
    for gate in gates:
        factory.evidence(gate)
        factory.blocker(gate)
        factory.action(gate.launch, gate=gate)
        factory.claim(gate.launch)

    both, text = listed(founder, model)
    one, _ = listed(founder, model, launch=gates[1].launch_id)
    none_such, _ = listed(founder, model, launch="x")

    assert (len(both), len(one), len(none_such)) == (2, 1, 2)
    cells = re.findall(r'class="field-launch[^>]*>(.*?)</td>', text)
    assert sorted(cells) == ["Primitive Launch", "Second Launch"]


def test_one_launch_alone_needs_no_naming(founder: Client) -> None:
    factory.gate("T6")

    _, text = listed(founder, "gate")

    assert "launch_name" not in text
    assert "Primitive Launch" not in text


def test_sections_are_those_of_the_launch(founder: Client, gates: tuple[Gate, Gate]) -> None:
    _, every = listed(founder, "gate")
    _, one = listed(founder, "gate", launch=gates[1].launch_id)
    change = founder.get(reverse("admin:gates_gate_change", args=[gates[1].pk]))
    new = founder.get(reverse("admin:gates_gate_add")).content.decode()

    for text in (every, new):
        assert "T Section T (Primitive Launch)" in text
        assert "T Section T (Second Launch)" in text
    assert f"section__id__exact={gates[0].section_id}" not in one
    offered = change.context["adminform"].form.fields["section"].queryset
    assert list(offered) == [gates[1].section]


def test_several_gates_are_named_with_their_launch(
    founder: Client, gates: tuple[Gate, Gate]
) -> None:
    url = reverse("admin:gates_gate_changelist")
    chosen = {"_selected_action": [gate.pk for gate in gates]}

    asked = founder.post(url, {**chosen, "action": "close_selected"}).content.decode()
    deleting = founder.post(url, {**chosen, "action": "delete_selected"}).content.decode()
    done = founder.post(url, {**chosen, "action": "set_priority_p0"}, follow=True)

    assert "(<bdi>Second Launch</bdi>)" in asked
    assert "belongs to several launches: Primitive Launch, Second Launch" in deleting
    assert "P0 now: T6 (Primitive Launch), T6 (Second Launch)" in done.content.decode()


def test_a_bare_code_means_the_launch_of_the_row(founder: Client, gates: tuple[Gate, Gate]) -> None:
    launch = gates[1].launch
    factory.gate("T7", section=gates[1].section)

    step = {"launch": launch.pk, "gate": "T6", "text": "Run it", "state": "todo", "position": 0}
    add(founder, "action", **step)
    rule = {"launch": launch.pk, "name": "Launch claim", "slug": "launch-claim"}
    rule |= {"requires_p0": "on", "reason": "The rule of spring", "position": 0}
    add(founder, "claim", **rule, **rows("requirements", [{"gate": "T6"}]))

    assert Action.objects.get().gate == gates[1]
    assert Requirement.objects.get().gate == gates[1]
    claim = Claim.objects.get()
    page = founder.get(reverse("admin:gates_claim_change", args=[claim.pk])).content.decode()
    assert 'value="T6"' in page
    edited = {**rule, "read_version": version_of(Claim, claim.pk)}
    required = Requirement.objects.get()
    kept = {"id": required.pk, "claim": claim.pk, "gate": "T7"}
    kept["read_version"] = version_of(Requirement, required.pk)
    url = reverse("admin:gates_claim_change", args=[claim.pk])
    assert founder.post(url, edited | rows("requirements", [kept], initial=1)).status_code == 302
    assert Requirement.objects.get().gate.code == "T7"


def test_a_gate_of_another_launch_is_refused_by_name(
    founder: Client, gates: tuple[Gate, Gate]
) -> None:
    step = {"launch": gates[1].launch_id, "text": "Run it", "state": "todo", "position": 0}

    refused = add(founder, "action", **step, gate="primitive/T6")

    assert errors_of(refused)["gate"] == ["That gate belongs to another launch."]
    assert not Action.objects.exists()
    assert Launch.objects.count() == 2
