"""How much one form may hold: the form says it, and what was too large is said in words."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gates.inline_markdown import MAX_LENGTH, inline_html
from gates.models import Evidence
from gates.rules.text_limits import MAX_OUTPUT_LENGTH, MAX_TEXT_LENGTH
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof, save_gate

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def test_a_gate_with_two_hundred_proofs_is_saved(engineer: Client) -> None:
    gate = factory.gate("T6")
    for number in range(200):
        factory.evidence(gate, f"Run {number} was green")

    response = save_gate(engineer, gate, title="New title")

    assert response.status_code == 302
    gate.refresh_from_db()
    assert gate.title == "New title"


def test_long_output_is_taken_up_to_the_limit_that_the_form_says(engineer: Client) -> None:
    gate = factory.gate("T6")
    longest = "x" * MAX_OUTPUT_LENGTH

    form = engineer.get(reverse("admin:gates_gate_change", args=[gate.pk])).content.decode()
    taken = save_gate(engineer, gate, evidence=[proof(kind="output", output=longest)])
    too_long = "y" * 2_600_000
    refused = save_gate(engineer, gate, evidence=[proof("Two", kind="output", output=too_long)])

    assert "At most 1,000,000 characters. Attach what is longer as a file." in form
    assert f"At most {MAX_TEXT_LENGTH:,} characters." in form
    assert "At most 500 characters." in form
    assert taken.status_code == 302
    assert refused.status_code == 200
    (messages,) = errors_of(refused).values()
    assert "at most 1000000 characters (it has 2600000)" in str(messages)
    assert Evidence.objects.count() == 1


def test_a_form_that_is_too_large_is_told_so(engineer: Client) -> None:
    gate = factory.gate("T6")
    address = reverse("admin:gates_gate_change", args=[gate.pk])

    text = engineer.post(address, {"notes": "x" * (17 * 1024**2)})
    fields = engineer.post(address, {f"f{number}": "1" for number in range(40_001)})
    upload = SimpleUploadedFile("k6.txt", b"0" * (33 * 1024**2))
    file = engineer.post(address, {"file": upload})

    for response in (text, fields, file):
        assert response.status_code == 413
        page = response.content.decode()
        assert "This form was too large" in page
        assert "Nothing was saved." in page
    assert "may have 16 MB, with its files 32 MB" in text.content.decode()
    assert "more than 40,000 fields" in fields.content.decode()
    gate.refresh_from_db()
    assert gate.notes == ""


@pytest.mark.parametrize("mark", ["[", "*[", "![", "`", "[a](", "[a][", "**a", "_", "\\["])
def test_no_text_takes_long_to_show(mark: str) -> None:
    start = time.process_time()
    inline_html(mark * (MAX_LENGTH // len(mark)))
    inline_html(mark * (2_400_000 // len(mark)))

    assert time.process_time() - start < 2


def test_a_long_text_is_shown_as_it_was_written() -> None:
    text = "<b>`x`</b> " * 1_000

    assert inline_html(text) == text.replace("<", "&lt;").replace(">", "&gt;")
