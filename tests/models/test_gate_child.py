"""Evidence and blockers stay in the launch of their gate, in the admin and past it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from gates.models import Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof
from tests.support.assertions import everything

pytestmark = pytest.mark.django_db

ELSEWHERE = ["That gate belongs to another launch."]


@pytest.fixture
def elsewhere() -> Gate:
    """A gate of another launch than the factory's next ones."""
    factory.launch()
    return factory.gate("Z1", section=factory.section("Z", launch=factory.launch("other")))


def blocker_form(**fields: Any) -> dict[str, Any]:
    return {"needs": "PostHog API key", "waiting_on": factory.owner().pk, **fields}


EACH = pytest.mark.parametrize(
    ("make", "form"),
    [(factory.evidence, proof), (factory.blocker, blocker_form)],
    ids=["evidence", "blocker"],
)


@EACH
@pytest.mark.parametrize("saved", ["save", "full_clean"])
def test_it_is_not_saved_on_a_gate_of_another_launch(
    make: Callable[..., Any], form: Any, saved: str, elsewhere: Gate
) -> None:
    row = make(factory.gate("T1"))
    row.gate = elsewhere

    with pytest.raises(ValidationError) as refused:
        getattr(row, saved)()

    assert refused.value.message_dict == {"gate": ELSEWHERE}
    row.refresh_from_db()
    assert row.gate.code == "T1"
    assert row.history.count() == 1


@EACH
def test_the_form_says_so_on_the_field(
    make: Callable[..., Any], form: Callable[..., Any], elsewhere: Gate, client: Client
) -> None:
    client.force_login(person("engineer", "Engineer"))
    row = make(factory.gate("T1"))
    url = reverse(f"admin:gates_{row._meta.model_name}_change", args=[row.pk])

    response = client.post(url, form(gate="other/Z1", read_version=row.version))

    assert response.status_code == 200
    assert errors_of(response) == {"gate": ELSEWHERE}
    row.refresh_from_db()
    assert row.gate.code == "T1"
    assert row.history.count() == 1


@EACH
def test_within_its_launch_it_can_be_moved(
    make: Callable[..., Any], form: Callable[..., Any], elsewhere: Gate, client: Client
) -> None:
    client.force_login(person("engineer", "Engineer"))
    row = make(elsewhere)
    factory.gate("Z2", section=elsewhere.section)
    url = reverse(f"admin:gates_{row._meta.model_name}_change", args=[row.pk])

    response = client.post(url, form(gate="other/Z2", read_version=row.version))

    assert response.status_code == 302
    row.refresh_from_db()
    assert row.gate.code == "Z2"


@pytest.mark.parametrize("model", ["requirement", "action"])
def test_neither_a_requirement_nor_an_action_is_saved_for_a_gate_of_another_launch(
    model: str, elsewhere: Gate
) -> None:
    own = factory.gate("T1")
    if model == "requirement":
        row: Any = factory.requirement(factory.claim(own.launch), own)
    else:
        row = factory.action(own.launch, gate=own)
    before = everything()
    row.gate = elsewhere
    another = type(row)(**{"launch": own.launch} if model == "action" else {"claim": row.claim})
    another.gate = elsewhere

    for each in (row, another):
        with pytest.raises(ValidationError) as refused:
            each.save()
        assert refused.value.message_dict == {"gate": ELSEWHERE}
    assert everything() == before


def test_a_gate_is_not_covered_by_one_of_another_launch(elsewhere: Gate) -> None:
    gate = factory.gate("T1")
    gate.covered_by = elsewhere

    with pytest.raises(ValidationError) as refused:
        gate.full_clean()

    assert refused.value.message_dict == {"covered_by": ELSEWHERE}
