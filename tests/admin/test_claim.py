"""Changing what a claim asks for: only with a reason, and on record."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.models import Claim, Launch, Requirement
from tests.support import factory
from tests.support.admin_forms import errors_of, rows, version_of

pytestmark = pytest.mark.django_db


def save_claim(
    client: Client, claim: Claim, *, require: Sequence[Any] = (), drop: bool = False, **fields: Any
) -> Any:
    """Send the claim's page, with more required gates or without the first one."""
    existing: list[dict[str, Any]] = [
        {"id": row.pk, "claim": claim.pk, "gate": row.gate.code, "read_version": row.version}
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
        "says_launched": "on" if claim.says_launched or claim.says_by_slug() else "",
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

    refused = save_claim(founder, claim, require=[{"gate": gate.code}])
    accepted = save_claim(founder, claim, require=[{"gate": gate.code}], reason="Paid deal first")

    assert "reason" in errors_of(refused)
    assert accepted.status_code == 302
    recorded = Requirement.history.get()
    assert (recorded.history_type, recorded.history_change_reason) == ("+", "Paid deal first")
    assert claim.history.count() == 1


def test_a_gate_of_another_launch_is_not_required(founder: Client) -> None:
    claim = factory.claim(factory.launch())
    there = factory.launch("other")
    factory.gate("R1", section=factory.section("R", launch=there))

    refused = save_claim(founder, claim, require=[{"gate": "other/R1"}], reason="Proves it too")

    assert errors_of(refused) == {
        "requirements-0-gate": ["That gate belongs to another launch."],
    }
    assert not Requirement.objects.exists()


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


@pytest.mark.parametrize("field", ["slug", "position", "launch"])
def test_a_claim_is_not_moved_or_renamed_in_passing(founder: Client, field: str) -> None:
    claim = factory.claim(factory.launch())
    values: dict[str, Any] = {"slug": "old", "position": 9, "launch": factory.launch("second").pk}

    edit: dict[str, Any] = {field: values[field]}
    refused = save_claim(founder, claim, **edit)
    kept = Claim.objects.values().get()
    accepted = save_claim(founder, claim, **edit, reason="It was a mistake")

    assert list(errors_of(refused)) == ["reason"]
    assert (kept["slug"], kept["position"], kept["launch_id"]) == (
        claim.slug,
        claim.position,
        claim.launch_id,
    )
    assert accepted.status_code == 302
    assert claim.history.first().history_change_reason == "It was a mistake"


def test_a_new_claim_needs_a_reason(founder: Client) -> None:
    data = {
        "launch": factory.launch().pk,
        "name": "Launched",
        "slug": "launched",
        "min_closed": 1,
        "position": 0,
        "reason": "",
        **rows("requirements", []),
    }
    url = reverse("admin:gates_claim_add")

    refused = founder.post(url, data)
    nothing = Claim.objects.exists()
    accepted = founder.post(url, data | {"reason": "Agreed with the board"})

    assert list(errors_of(refused)) == ["reason"]
    assert not nothing
    assert accepted.status_code == 302
    assert Claim.history.get().history_change_reason == "Agreed with the board"


def test_deleting_a_claim_needs_a_reason(founder: Client) -> None:
    claim = factory.claim(factory.launch())
    url = reverse("admin:gates_claim_delete", args=[claim.pk])

    refused = founder.post(url, {"post": "yes", "reason": " "}, follow=True)

    assert "Say why" in refused.content.decode()
    assert Claim.objects.exists()
    assert claim.history.count() == 1


def test_a_deleted_claim_is_on_record_with_its_reason(founder: Client) -> None:
    claim = factory.claim(factory.launch())
    url = reverse("admin:gates_claim_delete", args=[claim.pk])

    asked = founder.get(url)
    response = founder.post(url, {"post": "yes", "reason": "Never said in public"})

    assert 'name="reason"' in asked.content.decode()
    assert response.status_code == 302
    assert not Claim.objects.exists()
    gone = Claim.history.first()
    assert (gone.history_type, gone.history_user_name) == ("-", "sami")
    assert gone.history_change_reason == "Never said in public"


def test_several_claims_are_not_deleted_at_once(founder: Client) -> None:
    claim = factory.claim(factory.launch())
    data = {"action": "delete_selected", "_selected_action": [claim.pk], "post": "yes"}

    founder.post(reverse("admin:gates_claim_changelist"), data)

    assert Claim.objects.exists()


# --- which claim says that the launch is complete --------------------------------------------


def launch_claim() -> str:
    launch = get_launch()
    assert launch is not None
    claim = read_board(launch, timezone.now()).launch_claim()
    return claim.slug if claim else ""


def test_a_claim_of_any_name_can_say_that_the_launch_is_complete(founder: Client) -> None:
    gate = factory.closed_gate("T1")
    factory.claim(gate.launch, "beta", name="Beta", min_closed=1, requires_p0=False)
    assert "Choose which claim says" in founder.get("/").content.decode()
    data = {"launch": gate.launch_id, "name": "We are live", "slug": "live", "min_closed": 1}
    data |= {"says_launched": "on", "reason": "The board decided", "position": 0}

    added = founder.post(reverse("admin:gates_claim_add"), data | rows("requirements", []))

    assert added.status_code == 302
    assert launch_claim() == "live"
    assert "Launch is complete." in founder.get("/").content.decode()


def test_it_is_chosen_for_a_reason_and_of_one_claim(founder: Client) -> None:
    claim = factory.claim(factory.launch(), "live", says_launched=True)
    other = factory.claim(claim.launch, "beta")
    factory.claim(factory.launch("second"), "live", says_launched=True)

    unreasoned = save_claim(founder, other, says_launched="on")
    second = save_claim(founder, other, says_launched="on", reason="Beta is enough")
    taken = save_claim(founder, claim, says_launched="", reason="Beta is enough")
    given = save_claim(founder, other, says_launched="on", reason="Beta is enough")

    assert "reason" in errors_of(unreasoned)
    assert "Another claim of this launch says already" in str(errors_of(second)["__all__"])
    assert (taken.status_code, given.status_code) == (302, 302)
    flags = Claim.objects.filter(launch=claim.launch).values_list("slug", "says_launched")
    assert dict(flags) == {"live": None, "beta": True}
    assert other.history.first().history_change_reason == "Beta is enough"


def test_the_first_claim_of_a_launch_is_proposed_for_it(founder: Client) -> None:
    factory.launch()
    url = reverse("admin:gates_claim_add")

    first = founder.get(url).context["adminform"].form.initial
    factory.claim(Launch.objects.get())
    second = founder.get(url).context["adminform"].form.initial

    assert (first["says_launched"], second["says_launched"]) == (True, False)


@pytest.mark.parametrize("slug", ["launched", "launch-claim"])
def test_until_one_is_chosen_the_name_of_the_documents_counts(slug: str) -> None:
    launch = factory.launch()
    factory.claim(launch, "beta")
    factory.claim(launch, slug, name="Launch claim")

    assert launch_claim() == slug


def standing() -> Any:
    launch = get_launch()
    assert launch is not None
    claim = read_board(launch, timezone.now()).launch_claim()
    return claim and claim.slug


def test_a_claim_that_says_launched_by_its_slug_says_it_under_a_new_one(founder: Client) -> None:
    claim = factory.claim(factory.launch(), "launched")
    page = founder.get(reverse("admin:gates_claim_change", args=[claim.pk]))

    response = save_claim(
        founder, claim, slug="go-live", name="Go live", says_launched="on", reason="New words"
    )

    assert page.context["adminform"].form["says_launched"].value() is True
    assert response.status_code == 302
    assert standing() == "go-live"


def test_no_path_takes_the_rule_away_with_the_slug() -> None:
    claim = factory.claim(factory.launch(), "launched")
    claim.slug = "go-live"

    claim.save()

    assert standing() == "go-live"


def test_a_claim_whose_tick_is_taken_away_says_it_no_more(founder: Client) -> None:
    claim = factory.claim(factory.launch(), "launched")

    unreasoned = save_claim(founder, claim, says_launched="")
    response = save_claim(founder, claim, says_launched="", reason="Another will say it")

    assert list(errors_of(unreasoned)) == ["reason"]
    assert response.status_code == 302
    assert standing() is None
    page = founder.get(reverse("admin:gates_claim_change", args=[claim.pk]))
    assert page.context["adminform"].form["says_launched"].value() is False


def test_beside_the_chosen_claim_another_is_edited_and_added(founder: Client) -> None:
    chosen = factory.claim(factory.launch(), "go-live", says_launched=True)
    other = factory.claim(chosen.launch, "paid")

    edited = save_claim(founder, other, name="Paid pilot")
    data = {"launch": chosen.launch_id, "name": "Beta", "slug": "beta", "position": 0}
    data |= {"reason": "For the pilot", **rows("requirements", [])}
    added = founder.post(reverse("admin:gates_claim_add"), data)

    assert (edited.status_code, added.status_code) == (302, 302)
    names = dict(Claim.objects.values_list("name", "says_launched"))
    assert names == {"Launched": True, "Paid pilot": None, "Beta": None}
