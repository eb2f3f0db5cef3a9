"""What is new comes last, and T10 after T9."""

import re

import pytest
from django.test import Client

from gates.models import Gate, Section
from tests.support import factory
from tests.support.admin_forms import person, rows, save_gate

pytestmark = pytest.mark.django_db


def test_a_new_gate_comes_last_in_its_section(engineer: Client) -> None:
    old = factory.gate("T1", position=4)

    save_gate(engineer, section=old.section_id, code="T2", title="Second")

    assert list(old.section.gates.values_list("code", "position")) == [("T1", 4), ("T2", 5)]


def test_a_new_step_comes_last(engineer: Client) -> None:
    gate = factory.gate("T1")
    gate.actions.create(launch=gate.launch, text="First", position=7)

    save_gate(engineer, gate, actions=[{"text": "Second", "state": "todo"}])

    assert list(gate.actions.values_list("text", flat=True)) == ["First", "Second"]


def test_a_new_section_comes_last(client: Client) -> None:
    client.force_login(person("sami", "Founder"))
    section = factory.section("T")
    Section.objects.update(position=3)
    launch = section.launch
    data = {
        "name": launch.name,
        "slug": launch.slug,
        "snapshot_date": launch.snapshot_date,
        "plan_starts_on": launch.plan_starts_on,
        "read_version": launch.version,
        **rows("sections", [{"prefix": "A", "name": "Added", "position": 0}]),
    }

    response = client.post(f"/admin/gates/launch/{launch.pk}/change/", data)

    assert response.status_code == 302
    assert list(launch.sections.values_list("prefix", flat=True)) == ["T", "A"]


def test_codes_are_sorted_by_their_number(engineer: Client) -> None:
    for number in (10, 2, 1):
        factory.gate(f"T{number}")
    assert Gate.objects.count() == 3

    page = engineer.get("/admin/gates/gate/?o=1").content.decode()

    assert re.findall(r'field-code"><a [^>]*>(T\d+)<', page) == ["T1", "T2", "T10"]
