"""The admin of an archived launch: its pages show and say why; what is sent is refused whole."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gates.models import TRACKED, Action, Blocker, Claim, Evidence, Gate, Launch, Section
from tests.support import factory
from tests.support.admin_forms import save_gate, version_of

pytestmark = pytest.mark.django_db

ARCHIVED = "The old one is archived, so nothing in it changes."


@pytest.fixture
def one() -> dict[Any, Any]:
    """A row of each kind with a page of its own, in an archived launch, by model."""
    factory.gate("S1", section=factory.section("S", launch=factory.launch()))
    launch = factory.launch("old", name="The old one")
    gate = factory.gate("T1", section=factory.section("T", launch=launch))
    factory.evidence(gate, "A second proof")
    rows: dict[Any, Any] = {
        Launch: launch,
        Gate: gate,
        Evidence: factory.evidence(gate),
        Blocker: factory.blocker(factory.gate("T2", section=gate.section)),
        Action: factory.action(launch),
        Claim: factory.claim(launch),
    }
    launch.archive(factory.user())
    return {model: model.objects.get(pk=row.pk) for model, row in rows.items()}


def page(name: str, row: Any) -> str:
    return reverse(f"admin:gates_{row._meta.model_name}_{name}", args=[row.pk])


def history() -> list[int]:
    return [model.history.count() for model in TRACKED]


@pytest.mark.parametrize("model", [Launch, Gate, Evidence, Blocker, Action, Claim])
def test_a_page_shows_the_row_and_says_why_it_stays(
    founder: Client, one: dict[Any, Any], model: Any
) -> None:
    response = founder.get(page("change", one[model]))

    assert ARCHIVED in response.content.decode()
    assert 'name="_save"' not in response.content.decode()
    assert "deletelink" not in response.content.decode()


def test_a_form_from_before_is_shown_again_with_what_was_typed(
    founder: Client, one: dict[Any, Any]
) -> None:
    before = history()

    response = save_gate(founder, one[Gate], title="Typed meanwhile")

    text = response.content.decode()
    assert (response.status_code, ARCHIVED in text, "Typed meanwhile" in text) == (200, True, True)
    assert history() == before


@pytest.mark.parametrize("model", [Evidence, Action, Blocker])
def test_nothing_is_deleted(founder: Client, one: dict[Any, Any], model: Any) -> None:
    before = history()

    single = founder.post(page("delete", one[model]), {"post": "yes"}, follow=True)
    data = {"action": "delete_selected", "_selected_action": [one[model].pk], "post": "yes"}
    listed = reverse(f"admin:gates_{model._meta.model_name}_changelist")
    several = founder.post(listed, data, follow=True)

    assert "archived, so nothing in it changes" in single.content.decode()
    assert "archived, so nothing in it changes" in several.content.decode()
    assert history() == before


@pytest.mark.parametrize(
    "action", ["close_selected", "reopen_selected", "set_priority_p0", "delete_selected"]
)
def test_actions_on_several_gates_say_why(
    founder: Client, one: dict[Any, Any], action: str
) -> None:
    before = history()
    data = {"action": action, "_selected_action": [one[Gate].pk], "post": "yes"}

    response = founder.post(
        reverse("admin:gates_gate_changelist"),
        {**data, "decide": "yes", "reason": "Because"},
        follow=True,
    )

    words = "archived" if action != "delete_selected" else "Cannot delete"
    assert words in response.content.decode()
    assert history() == before


@pytest.mark.parametrize(
    ("name", "model", "code"), [("close", Gate, "T1"), ("resolve", Blocker, "T2")]
)
def test_a_decision_leads_back_to_the_gate_with_the_reason(
    founder: Client, one: dict[Any, Any], name: str, model: Any, code: str
) -> None:
    before = history()

    asked = founder.get(page(name, one[model]), follow=True)
    sent = founder.post(
        page(name, one[model]),
        {
            "reason": "Seen",
            "summary": "Another proof, seen today",
            "kind": "statement",
            "resolution": "It came",
        },
    )

    assert asked.redirect_chain == [(f"/launches/old/gates/{code}/", 302)]
    assert ARCHIVED in asked.content.decode()
    assert (sent.status_code, ARCHIVED in sent.content.decode()) == (200, True)
    assert history() == before


def test_archived_launches_are_not_offered(founder: Client, one: dict[Any, Any]) -> None:
    gate = founder.get(reverse("admin:gates_gate_add")).context["adminform"].form
    claim = founder.get(reverse("admin:gates_claim_add")).context["adminform"].form

    assert "T Section T" not in str(gate["section"])
    assert "S Section S" in str(gate["section"])
    assert "The old one" not in str(claim["launch"])


def test_a_new_row_is_refused_with_the_reason(founder: Client, one: dict[Any, Any]) -> None:
    before = history()
    data = {"gate": "old/T1", "needs": "A key", "waiting_on": factory.owner().pk}

    response = founder.post(reverse("admin:gates_blocker_add"), data)

    assert ARCHIVED in response.content.decode()
    assert history() == before


def test_it_is_not_made_current(founder: Client, one: dict[Any, Any]) -> None:
    data = {"action": "make_current", "_selected_action": [one[Launch].pk]}

    response = founder.post(reverse("admin:gates_launch_changelist"), data, follow=True)

    assert ARCHIVED in response.content.decode()
    assert not Launch.objects.get(pk=one[Launch].pk).is_current


def test_its_sections_are_not_changed_from_a_page_of_before(
    founder: Client, one: dict[Any, Any]
) -> None:
    section, before = Section.objects.get(prefix="T"), history()
    launch = one[Launch]
    data = {
        "name": launch.name, "slug": launch.slug, "notes": "",
        "snapshot_date": "2026-04-23", "plan_starts_on": "2026-04-23",
        "read_version": version_of(Launch, launch.pk),
        "sections-TOTAL_FORMS": 1, "sections-INITIAL_FORMS": 1,
        "sections-MIN_NUM_FORMS": 0, "sections-MAX_NUM_FORMS": 1000,
        "sections-0-id": section.pk, "sections-0-launch": launch.pk,
        "sections-0-prefix": "T", "sections-0-name": "Changed", "sections-0-position": 0,
        "sections-0-read_version": section.version,
    }  # fmt: skip

    response = founder.post(page("change", launch), data)

    assert ARCHIVED in response.content.decode()
    assert history() == before
