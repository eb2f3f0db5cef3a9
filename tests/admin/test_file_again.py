"""A file that was chosen for a form which was refused is not forgotten."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from gates.models import Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, proof, save_gate

pytestmark = pytest.mark.django_db

AGAIN = "Choose the file “k6.txt” again, or tick that it is left out."
CLOSING = {"summary": "100 rps held for 5 min", "kind": "statement"}


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("k6.txt", b"p95 410 ms")


def close(client: Client, gate: Gate, **data: Any) -> Any:
    return client.post(f"/admin/gates/gate/{gate.pk}/close/", {**CLOSING, **data})


def test_closing_asks_for_the_file_again(engineer: Client) -> None:
    gate = factory.gate("T6")

    refused = close(engineer, gate, file=upload())
    assert 'name="file-lost" value="k6.txt"' in refused.content.decode()
    again = close(engineer, gate, reason="Met", **{"file-lost": "k6.txt"})

    assert escape(AGAIN) in again.content.decode()
    assert 'name="file-lost" value="k6.txt"' in again.content.decode()
    gate.refresh_from_db()
    assert gate.progress == "open"
    assert not Evidence.objects.exists()


def test_closing_goes_on_with_the_file_chosen_again(engineer: Client) -> None:
    gate = factory.gate("T6")

    close(engineer, gate, reason="Met", file=upload(), **{"file-lost": "other.txt"})

    assert gate.evidence.get().file.name.endswith("k6.txt")


def test_closing_goes_on_with_the_file_left_out(engineer: Client) -> None:
    gate = factory.gate("T6")

    close(engineer, gate, reason="Met", **{"file-lost": "k6.txt", "file-left-out": "on"})

    gate.refresh_from_db()
    assert gate.progress == "closed"
    assert not gate.evidence.get().file


def test_a_gate_that_has_proof_is_not_closed_past_the_lost_file(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(gate)
    asked = {"summary": "", "reason": "Met", "file-lost": "k6.txt"}

    response = close(engineer, gate, **asked)

    assert escape(AGAIN) in response.content.decode()
    gate.refresh_from_db()
    assert gate.progress == "open"


def test_the_gate_form_asks_for_the_file_again(engineer: Client) -> None:
    gate = factory.gate("T6")

    refused = save_gate(engineer, gate, title="", evidence=[proof(kind="file", file=upload())])
    assert 'name="evidence-0-file-lost" value="k6.txt"' in refused.content.decode()
    row = {"kind": "statement", "summary": "", "file-lost": "k6.txt"}
    again = save_gate(engineer, gate, evidence=[row])

    assert errors_of(again)["evidence-0-file"] == [AGAIN]
    assert not Evidence.objects.exists()
    left = save_gate(engineer, gate, evidence=[{**row, "file-left-out": "on"}])
    assert left.status_code == 302


def test_the_gate_form_asks_again_where_the_rule_refused(engineer: Client) -> None:
    gate = factory.gate("T6")
    expired = proof(kind="file", file=upload(), valid_until="2020-01-01")

    refused = save_gate(engineer, gate, progress="closed", reason="Met", evidence=[expired])

    assert 'name="evidence-0-file-lost" value="k6.txt"' in refused.content.decode()


def test_the_evidence_form_asks_for_the_file_again(engineer: Client) -> None:
    proof = factory.evidence(factory.gate("T6"))
    address = f"/admin/gates/evidence/{proof.pk}/change/"
    data = {"gate": "T6", "kind": "statement", "read_version": proof.version}

    refused = engineer.post(address, {**data, "summary": "", "file": upload()})
    assert 'name="file-lost" value="k6.txt"' in refused.content.decode()
    again = engineer.post(address, {**data, "summary": proof.summary, "file-lost": "k6.txt"})

    assert again.context_data is not None
    assert again.context_data["adminform"].form.errors["file"] == [AGAIN]
    assert not Evidence.objects.get().file


def test_choosing_a_file_wins_over_clearing_the_stored_one(engineer: Client) -> None:
    proof = factory.evidence(factory.gate("T6"), kind="file", file=upload())
    data = {"gate": "T6", "kind": "file", "read_version": proof.version, "summary": proof.summary}
    newer = SimpleUploadedFile("newer.txt", b"p95 400 ms")

    address = f"/admin/gates/evidence/{proof.pk}/change/"
    response = engineer.post(address, {**data, "file": newer, "file-clear": "on"})

    assert response.status_code == 302
    assert Evidence.objects.get().file.name.endswith("newer.txt")
