"""The same form sent twice is the first one's success; nothing is complained about."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from gates.models import Blocker, Evidence, Gate, Owner
from tests.support import factory
from tests.support.admin_forms import gate_data, person, proof, version_of
from tests.support.login import log_in_confirmed

PROOF = {"summary": "100 rps held for 5 min", "kind": "statement", "reason": "Met"}


def twice(client: Client, address: str, data: dict[str, Any]) -> list[str]:
    """Send a form twice; return the pages that people land on."""
    return [client.post(address, data, follow=True).content.decode() for _ in range(2)]


@pytest.mark.django_db
def test_closing(engineer: Client) -> None:
    gate = factory.gate("T6")

    pages = []
    for _ in range(2):
        data = {**PROOF, "file": SimpleUploadedFile("k6.txt", b"p95 410 ms")}
        pages += [
            engineer.post(f"/admin/gates/gate/{gate.pk}/close/", data, follow=True).content.decode()
        ]

    assert ["T6 is closed." in page for page in pages] == [True, True]
    assert "not written" not in pages[1]
    assert Evidence.objects.count() == 1
    assert gate.history.count() == 2


@pytest.mark.django_db
def test_closing_again_after_a_reopening_is_no_repeat(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(gate)
    address, data = f"/admin/gates/gate/{gate.pk}/close/", {"kind": "statement", "reason": "Met"}
    engineer.post(address, data)
    Gate.objects.get().reopen(None, "The run was against staging")

    engineer.post(address, data)

    assert Gate.objects.get().progress == "closed"


@pytest.mark.django_db
def test_resolving(engineer: Client) -> None:
    blocker = factory.blocker(factory.gate("T6"))
    address = reverse("admin:gates_blocker_resolve", args=[blocker.pk])

    pages = twice(engineer, address, {"resolution": "In the safe"})

    assert ["Resolved." in page for page in pages] == [True, True]
    assert "resolved already" not in pages[1]
    assert Blocker.history.count() == 2


@pytest.mark.django_db
def test_the_gate_form_with_a_new_proof(engineer: Client) -> None:
    gate = factory.gate("T6")
    data = gate_data(gate, notes="Ran at night", evidence=[proof()])

    pages = twice(engineer, f"/admin/gates/gate/{gate.pk}/change/", data)

    assert ["changed successfully" in page for page in pages] == [True, True]
    assert "while you were editing" not in pages[1]
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_reopening(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    data = gate_data(gate, progress="open", reason="It was staging")

    pages = twice(engineer, f"/admin/gates/gate/{gate.pk}/change/", data)

    assert ["changed successfully" in page for page in pages] == [True, True]


@pytest.mark.django_db
def test_adding_and_deleting(engineer: Client) -> None:
    engineer.force_login(person("sami", "Founder"))

    added = twice(engineer, "/admin/gates/owner/add/", {"name": "Noura", "role": "engineer"})
    owner = Owner.objects.get(name="Noura")
    gone = twice(engineer, f"/admin/gates/owner/{owner.pk}/delete/", {"post": "yes"})

    assert ["added successfully" in page for page in added] == [True, True]
    assert ["deleted successfully" in page for page in gone] == [True, True]


@pytest.mark.django_db
def test_the_bulk_decision(engineer: Client) -> None:
    gates = [factory.closed_gate(code) for code in ("T6", "T7")]
    data = {
        "action": "reopen_selected",
        "_selected_action": [gate.pk for gate in gates],
        "decide": "Reopen gates",
        "reason": "It was staging",
    }

    pages = twice(engineer, "/admin/gates/gate/", data)

    assert ["T6: reopened" in page for page in pages] == [True, True]
    assert "was not closed" not in pages[1]


@pytest.mark.django_db
def test_somebody_else_is_no_repeat(engineer: Client) -> None:
    gate = factory.gate("T6")
    data = gate_data(gate, notes="Ran at night", read_version=version_of(Gate, gate.pk))
    engineer.post(f"/admin/gates/gate/{gate.pk}/change/", data)
    other = Client()
    other.force_login(person("ali", "Engineer"))

    page = other.post(f"/admin/gates/gate/{gate.pk}/change/", data).content.decode()

    assert "while you were editing" in page


@pytest.mark.postgresql
def test_at_the_same_moment(committed: None) -> None:
    user, gate = person("noura", "Engineer"), factory.gate("T6")
    pages: list[str] = []

    def send() -> None:
        client = Client()
        client.force_login(user)
        address = f"/admin/gates/gate/{gate.pk}/close/"
        pages.append(client.post(address, PROOF, follow=True).content.decode())
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert ["T6 is closed." in page for page in pages] == [True, True, True]
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_an_account(client: Client) -> None:
    log_in_confirmed(client, person("sami", "Founder"))
    word = "Zebra-Lamp-22-x"
    data = {"username": "lina", "password1": word, "password2": word, "usable_password": "true"}

    pages = twice(client, reverse("admin:auth_user_add"), data)

    assert ["was added successfully" in page for page in pages] == [True, True]
    assert User.objects.filter(username="lina").count() == 1


@pytest.mark.django_db
def test_back_to_the_page_of_a_resolved_blocker_leads_to_its_gate(engineer: Client) -> None:
    blocker = factory.blocker(factory.gate("T6"))
    address = reverse("admin:gates_blocker_resolve", args=[blocker.pk])
    engineer.post(address, {"resolution": "In the safe"})

    response = engineer.get(address, follow=True)

    assert response.redirect_chain == [("/launches/primitive/gates/T6/", 302)]
    assert "This was resolved already." in response.content.decode()
    assert Blocker.history.count() == 2
