"""How much one form may hold: the form says it, and what was too large is said in words."""

import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gates.admin.newest_rows import MAX_INLINE_ROWS
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


def test_a_gate_with_five_hundred_proofs_has_forms_for_the_newest(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(factory.gate("T7"), "Of another gate")
    oldest, *_ = Evidence.objects.bulk_create(
        Evidence(gate=gate, summary=f"Run {number} was green") for number in range(500)
    )
    received = {"resolved_at": timezone.now(), "resolution": "Received"}
    for number in range(30):
        factory.blocker(gate, f"Key {number}", **(received if number else {}))
    address = reverse("admin:gates_gate_change", args=[gate.pk])

    page = engineer.get(address)
    sent = shown_form(page)
    saved = engineer.post(address, {**sent, "title": "New title", "evidence-3-commit": "abc1234"})
    listed = engineer.get(f"{reverse('admin:gates_evidence_changelist')}?gate={gate.pk}")

    html = page.content.decode()
    assert sent["evidence-INITIAL_FORMS"] == MAX_INLINE_ROWS
    assert sent["evidence-24-summary"] == "Run 499 was green"
    assert sent["blockers-0-needs"] == "Key 0"  # the oldest, and the only one that is unresolved
    assert "475 older rows are not on this page (evidence)." in html
    assert "5 older rows are not on this page (blockers)." in html
    assert f'href="/admin/gates/evidence/?gate={gate.pk}"' in html
    assert saved.status_code == 302
    gate.refresh_from_db()
    assert gate.title == "New title"
    changed = Evidence.objects.get(commit="abc1234")
    assert changed.summary == "Run 478 was green"
    assert Evidence.objects.count() == 501
    assert listed.context["cl"].result_count == 500
    old_page = reverse("admin:gates_evidence_change", args=[oldest.pk])
    assert engineer.get(old_page).status_code == 200


def test_rows_that_came_meanwhile_do_not_push_out_what_was_sent(engineer: Client) -> None:
    gate = factory.gate("T6")
    for number in range(MAX_INLINE_ROWS):
        factory.evidence(gate, f"Run {number} was green")
    address = reverse("admin:gates_gate_change", args=[gate.pk])
    sent = shown_form(engineer.get(address))
    factory.evidence(gate, "Came meanwhile")

    saved = engineer.post(address, {**sent, "evidence-0-commit": "abc1234"})
    refused = engineer.post(address, {**sent, "title": ""})

    assert saved.status_code == 302
    assert Evidence.objects.get(commit="abc1234").summary == "Run 0 was green"
    assert "1 older row is not on this page" in refused.content.decode()


@pytest.mark.parametrize("asked", ["abc", "9" * 30, "-1", "0", ""])
def test_a_list_for_no_gate_is_the_whole_list(engineer: Client, asked: str) -> None:
    factory.evidence(factory.gate("T6"))

    listed = engineer.get(f"{reverse('admin:gates_evidence_changelist')}?gate={asked}", follow=True)

    assert listed.status_code in {200, 400}


def shown_form(page: Any) -> dict[str, Any]:
    """The page as a browser sends it back unchanged, with its empty forms."""
    context = page.context_data
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = {field.html_name: field.value() for form in forms for field in form}
    return {
        name: "" if value is None else value
        for name, value in fields.items()
        if value is not False and not name.endswith(("-file", "rejected"))  # boxes not ticked
    }


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


@pytest.mark.sqlite  # such a form is refused before any row is read
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
