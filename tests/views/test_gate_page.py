"""The page of one gate: its facts and its history."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import factory
from tests.support.admin_forms import person
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


# --- one gate ------------------------------------------------------------------------------


def test_the_gate_page_tells_its_whole_story(reader: Client) -> None:
    gate = factory.gate("T6", definition_of_done="p95 below 500 ms", notes="Script is ready")
    blocker = factory.blocker(gate, why="Cannot reach production")
    factory.evidence(
        gate, "k6 against production", kind="output", output="p95 410 ms\nrps 100", commit="ce0027e"
    )
    factory.action(gate.launch, "Run k6 again", gate=gate, estimate="15 min")
    blocker.resolve(factory.user("lina"), "The key came by mail")
    gate.close(factory.user("sami"), "100 rps held for five minutes")

    text = text_of(reader, "/gates/T6/")

    for words in (
        "p95 below 500 ms",
        "Script is ready",
        "k6 against production",
        "p95 410 ms",
        "ce0027e",
        "PostHog API key",
        "Cannot reach production",
        "The key came by mail",
        "Run k6 again",
        "100 rps held for five minutes",
        "sami",
        "lina",
    ):
        assert words in text, words


def test_the_history_merges_the_gate_and_what_belongs_to_it(reader: Client) -> None:
    gate = factory.gate("T6")
    proof = factory.evidence(gate, "First proof")
    gate.close(factory.user("sami"), "Seen green")
    gate.reopen(factory.user("lina"), "It broke again")
    proof.delete()

    history = reader.get("/gates/T6/").context["history"]

    told = [(entry.event, entry.kind, entry.by, entry.reason) for entry in history]
    assert told == [
        ("piece of evidence", "-", "", ""),
        ("gate", "~", "lina", "It broke again"),
        ("gate", "~", "sami", "Seen green"),
        ("piece of evidence", "+", "", ""),
        ("gate", "+", "", ""),
    ]
    progress = next(change for change in history[1].changes if change.field == "progress")
    assert (progress.old, progress.new) == ("Closed", "Open")


def test_who_closed_a_gate_is_told_after_the_account_is_gone(reader: Client) -> None:
    gate = factory.closed_gate("T6", by=factory.user("lina"))
    gate.reopen(factory.user("sami"), "It broke")
    factory.user("lina").delete()

    assert "lina" in text_of(reader, "/gates/T6/")


def test_staff_are_led_from_the_gate_to_its_form(client: Client) -> None:
    client.force_login(person("engineer", "Engineer"))
    gate = factory.gate("T1")

    page = client.get("/gates/T1/").content.decode()

    assert f'href="{reverse("admin:gates_gate_change", args=[gate.pk])}' in page
