"""Files that are uploaded on the gate's page in the admin."""

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gates import rules
from gates.models import Evidence
from tests.support import factory
from tests.support.admin_forms import errors_of, proof, save_gate

pytestmark = pytest.mark.django_db

NEEDS_EVIDENCE = str(rules.NEEDS_EVIDENCE)


def stored() -> set[str]:
    """The names of all evidence files there are."""
    if not default_storage.exists("evidence"):
        return set()
    folders = default_storage.listdir("evidence")[0]
    files = {folder: default_storage.listdir(f"evidence/{folder}")[1] for folder in folders}
    return {f"{folder}/{name}" for folder, names in files.items() for name in names}


def test_a_refused_upload_leaves_no_file_behind(engineer: Client) -> None:
    gate = factory.gate("T6")
    before = stored()
    upload = SimpleUploadedFile("k6.txt", b"p95 410 ms")

    response = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Done",
        evidence=[proof(kind="file", file=upload, valid_until="2020-01-01")],
    )

    assert "has expired" in errors_of(response)["progress"][0]
    assert not Evidence.objects.exists()
    assert stored() == before


def test_an_uploaded_file_keeps_its_checksum(engineer: Client) -> None:
    gate = factory.gate("T6")
    upload = SimpleUploadedFile("k6 output.txt", b"p95 410 ms")

    response = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Done",
        evidence=[proof(kind="file", file=upload)],
    )

    assert response.status_code == 302
    evidence = gate.evidence.get()
    assert evidence.sha256 == hashlib.sha256(b"p95 410 ms").hexdigest()
    assert evidence.file.name.endswith("k6_output.txt")


def test_a_very_long_file_name_is_cut(engineer: Client) -> None:
    gate = factory.gate("T6")
    upload = SimpleUploadedFile("é" * 240 + ".txt", b"log")

    response = save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)])

    assert response.status_code == 302
    assert gate.evidence.get().file.name.endswith("é.txt")
