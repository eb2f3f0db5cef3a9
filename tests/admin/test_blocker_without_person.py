"""In the admin the person of a blocker may stay empty."""

import pytest
from django.test import Client
from django.urls import reverse

from gates.models import Blocker
from tests.support import factory
from tests.support.admin_forms import save_gate

pytestmark = pytest.mark.django_db
HINT = "Who brings it. Leave empty if nobody is named yet."


def test_a_blocker_is_added_without_a_person_on_the_gates_page(engineer: Client) -> None:
    gate = factory.gate("T6")

    save_gate(engineer, gate, blockers=[{"needs": "A domain", "waiting_on": ""}])

    blocker = Blocker.objects.get()
    assert (blocker.needs, blocker.waiting_on) == ("A domain", None)
    page = engineer.get(reverse("admin:gates_gate_change", args=[gate.pk])).content.decode()
    assert HINT in page


def test_the_blockers_own_pages(engineer: Client) -> None:
    blocker = factory.blocker(factory.gate("T6"), "A domain", waiting_on=None)
    page, urls = reverse("admin:gates_blocker_change", args=[blocker.pk]), "admin:gates_blocker_"

    form = engineer.get(page).content.decode()
    listed = engineer.get(reverse(urls + "changelist"), {"waiting_on__isnull": "True"})
    data = {"gate": "T6", "needs": "A domain", "waiting_on": factory.owner().pk}
    named = engineer.post(page, {**data, "read_version": blocker.version})

    assert HINT in form
    assert "A domain" in listed.content.decode()
    assert named.status_code == 302
    assert str(Blocker.objects.get().waiting_on) == "Sami"


def test_closing_and_resolving_without_a_person(engineer: Client) -> None:
    gate = factory.gate("T6")
    blocker = factory.blocker(gate, "A domain", waiting_on=None)
    factory.evidence(gate)
    resolve = reverse("admin:gates_blocker_resolve", args=[blocker.pk])

    pages = [
        engineer.get(reverse("admin:gates_gate_close", args=[gate.pk])).content.decode(),
        engineer.get(resolve).content.decode(),
    ]
    refused = save_gate(engineer, gate, progress="closed", reason="It came")
    done = engineer.post(resolve, {"resolution": "Bought"}, follow=True).content.decode()

    assert not any("None" in page for page in pages)
    assert "Still waiting for: A domain. Resolve the blocker first." in refused.content.decode()
    assert "Resolved. T6 no longer waits for this." in done
