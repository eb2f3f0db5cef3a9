"""Changing what a claim asks for: only with a reason, and on record."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gates.models import Claim, Requirement
from tests import factory
from tests.admin_forms import errors_of, person, rows, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def founder(client: Client) -> Client:
    client.force_login(person("sami", "Founder"))
    return client


def save_claim(
    client: Client, claim: Claim, *, require: Sequence[Any] = (), drop: bool = False, **fields: Any
) -> Any:
    """Send the claim's page, with more required gates or without the first one."""
    existing: list[dict[str, Any]] = [
        {"id": row.pk, "claim": claim.pk, "gate": row.gate_id, "read_version": row.version}
        for row in claim.requirements.all()
    ]
    if drop:
        existing[0]["DELETE"] = "on"
    data = {
        "launch": claim.launch_id,
        "name": claim.name,
        "slug": claim.slug,
        "min_closed": claim.min_closed,
        "requires_p0": "on" if claim.requires_p0 else "",
        "position": 0,
        "reason": "",
        "read_version": version_of(Claim, claim.pk),
        **rows("requirements", [*existing, *require], initial=len(existing)),
    }
    return client.post(reverse("admin:gates_claim_change", args=[claim.pk]), data | fields)


def test_lowering_the_threshold_needs_a_reason(founder: Client) -> None:
    claim = factory.claim(factory.launch())

    refused = save_claim(founder, claim, min_closed=20)

    assert list(errors_of(refused)) == ["reason"]
    claim.refresh_from_db()
    assert claim.min_closed == 24
    assert claim.history.count() == 1


def test_a_changed_rule_is_on_record_with_its_reason(founder: Client) -> None:
    claim = factory.claim(factory.launch())

    response = save_claim(founder, claim, min_closed=20, reason="Four gates were merged")

    assert response.status_code == 302
    newest = claim.history.first()
    assert (newest.min_closed, newest.history_change_reason) == (20, "Four gates were merged")
    assert newest.history_user_name == "sami"
    assert claim.history.count() == 2


def test_required_gates_are_part_of_the_rule(founder: Client) -> None:
    claim = factory.claim(factory.launch())
    gate = factory.gate("G5")

    refused = save_claim(founder, claim, require=[{"gate": gate.pk}])
    accepted = save_claim(founder, claim, require=[{"gate": gate.pk}], reason="Paid deal first")

    assert "reason" in errors_of(refused)
    assert accepted.status_code == 302
    recorded = Requirement.history.get()
    assert (recorded.history_type, recorded.history_change_reason) == ("+", "Paid deal first")
    assert claim.history.count() == 1


def test_dropping_a_required_gate_is_on_record(founder: Client) -> None:
    claim = factory.claim(factory.launch())
    requirement = factory.requirement(claim, factory.gate("G5"))

    response = save_claim(founder, claim, drop=True, reason="No longer needed")

    assert response.status_code == 302
    assert not Requirement.objects.exists()
    gone = Requirement.history.get(id=requirement.pk, history_type="-")
    assert gone.history_change_reason == "No longer needed"


def test_renaming_a_claim_needs_no_reason(founder: Client) -> None:
    claim = factory.claim(factory.launch())

    assert save_claim(founder, claim, name="Launch claim").status_code == 302
