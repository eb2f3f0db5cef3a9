"""Closing from the gate's page: proof first, then the reason; and what the same drill covers."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gates.models import Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

PROOF = {"summary": "100 rps held for 5 min, p95 412 ms", "kind": "statement"}
REASON = {"reason": "Meets the definition of done"}


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("noura", "Engineer"))
    return client


def page(gate: Gate) -> str:
    return f"/admin/gates/gate/{gate.pk}/close/"


def test_the_gate_page_leads_there(engineer: Client) -> None:
    gate = factory.gate("T6", definition_of_done="p95 below 500 ms")

    assert page(gate) in engineer.get("/gates/T6/").content.decode()
    assert "p95 below 500 ms" in text_of(engineer, page(gate))


def test_without_proof_it_is_refused_on_the_proof_and_the_reason_is_kept(engineer: Client) -> None:
    gate = factory.gate("T6")
    before = Gate.history.count()

    response = engineer.post(page(gate), {**REASON, "kind": "statement"})

    gate.refresh_from_db()
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["summary"]
    assert "Meets the definition of done" in response.content.decode()
    assert gate.progress == "open"
    assert Evidence.objects.count() == 0
    assert Gate.history.count() == before


def test_proof_and_reason_close_it(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = engineer.post(page(gate), {**PROOF, **REASON}, follow=True)

    gate.refresh_from_db()
    assert "T6 is closed." in response.content.decode()
    assert gate.progress == "closed"
    assert gate.closing_note == REASON["reason"]
    assert gate.closed_by == gate.evidence.get().recorded_by
    assert gate.closed_by


def test_current_evidence_is_enough(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(gate)

    engineer.post(page(gate), {**REASON, "kind": "statement"})

    gate.refresh_from_db()
    assert gate.progress == "closed"
    assert gate.evidence.count() == 1


def test_expired_evidence_is_not(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(gate, valid_until=timezone.localdate() - timedelta(days=1))

    response = engineer.post(page(gate), {**REASON, "kind": "statement"})

    assert list(response.context["form"].errors) == ["summary"]
    assert Gate.objects.get().progress == "open"


def test_new_proof_that_has_expired_already_closes_nothing_and_is_not_kept(
    engineer: Client,
) -> None:
    gate = factory.gate("T6")

    response = engineer.post(page(gate), {**PROOF, **REASON, "valid_until": date(2020, 1, 1)})

    assert "summary" in response.context["form"].errors
    assert Evidence.objects.count() == 0
    assert Gate.objects.get().progress == "open"


def test_a_blocker_refuses_it_and_leaves_neither_proof_nor_file(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.blocker(gate)
    file = SimpleUploadedFile("run.txt", b"100 rps")
    before = stored()

    response = engineer.post(page(gate), {**PROOF, **REASON, "file": file})

    assert "PostHog API key" in str(response.context["form"].non_field_errors())
    assert Evidence.objects.count() == 0
    assert stored() == before


def stored() -> list[str]:
    """The evidence files that are kept."""
    folders = default_storage.listdir("evidence")[0] if default_storage.exists("evidence") else []
    return sorted(name for one in folders for name in default_storage.listdir(f"evidence/{one}")[1])


@pytest.mark.parametrize("reason", ["", "  ", "-"])
def test_a_decision_needs_a_reason(engineer: Client, reason: str) -> None:
    gate = factory.gate("T6")

    response = engineer.post(page(gate), {**PROOF, "reason": reason})

    assert list(response.context["form"].errors) == ["reason"]
    assert Evidence.objects.count() == 0


def test_who_may_not_change_gates_may_not_close_them(client: Client) -> None:
    gate = factory.gate("T6")
    client.force_login(person("viewer", "Viewer"))

    response = client.post(page(gate), {**PROOF, **REASON})

    assert response.status_code == 403
    assert Gate.objects.get().progress == "open"
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize("pk", ["0", "x", "999999999999999999999999"])
def test_a_gate_that_is_not_there(engineer: Client, pk: str) -> None:
    assert engineer.get(f"/admin/gates/gate/{pk}/close/").status_code in {400, 404}


# --- the same drill ------------------------------------------------------------------------


def test_the_evidence_of_a_drill_is_offered_to_the_gate_it_covers(engineer: Client) -> None:
    drill = factory.closed_gate("T8")
    covered = factory.gate("R2", covered_by=drill)
    share = f"/admin/gates/gate/{drill.pk}/share/R2/"
    offered = share in engineer.get("/gates/T8/").content.decode()

    engineer.post(share)

    assert offered
    proof = covered.evidence.get()
    assert proof.summary == drill.evidence.get().summary
    assert proof.recorded_by
    assert Gate.objects.get(code="R2").progress == "open"
    assert [row.history_type for row in proof.history.all()] == ["+"]
    assert share not in engineer.get("/gates/T8/").content.decode()


def test_evidence_that_has_expired_is_not_shared(engineer: Client) -> None:
    drill = factory.closed_gate("T8")
    today = timezone.localdate()
    factory.evidence(drill, "The drill of last year", valid_until=today - timedelta(days=1))
    factory.evidence(drill, "The drill of today", valid_until=today)
    covered = factory.gate("R2", covered_by=drill)

    engineer.post(f"/admin/gates/gate/{drill.pk}/share/R2/")

    assert sorted(covered.evidence.values_list("summary", flat=True)) == [
        factory.PROOF,
        "The drill of today",
    ]


def test_sharing_twice_changes_nothing(engineer: Client) -> None:
    drill = factory.closed_gate("T8")
    covered = factory.gate("R2", covered_by=drill)
    share = f"/admin/gates/gate/{drill.pk}/share/R2/"
    engineer.post(share)

    response = engineer.post(share, follow=True)

    assert "has that evidence already" in response.content.decode()
    assert covered.evidence.count() == 1


def test_evidence_is_not_shared_with_a_gate_that_is_not_covered(engineer: Client) -> None:
    drill = factory.closed_gate("T8")
    other = factory.gate("R2")

    engineer.post(f"/admin/gates/gate/{drill.pk}/share/R2/")

    assert other.evidence.count() == 0
    with pytest.raises(ValueError, match="not covered"):
        drill.share_evidence(other, factory.user())


def test_an_address_alone_shares_nothing(engineer: Client) -> None:
    drill = factory.closed_gate("T8")
    covered = factory.gate("R2", covered_by=drill)

    response = engineer.get(f"/admin/gates/gate/{drill.pk}/share/R2/")

    assert response.status_code == 405
    assert covered.evidence.count() == 0


# --- resolving -----------------------------------------------------------------------------


def test_a_blocker_is_resolved_with_one_answer(engineer: Client) -> None:
    blocker = factory.blocker(factory.gate("O3"))
    address = f"/admin/gates/blocker/{blocker.pk}/resolve/"

    empty = engineer.post(address, {"resolution": " "})
    still_waiting = Gate.objects.get().blockers.get().resolved_at is None
    done = engineer.post(address, {"resolution": "In the vault"}, follow=True)
    again = engineer.post(address, {"resolution": "Twice"}, follow=True)

    blocker.refresh_from_db()
    assert "This field is required" in empty.content.decode()
    assert still_waiting
    assert "no longer waits for Sami" in done.content.decode()
    assert "resolved already" in again.content.decode()
    assert blocker.resolution == "In the vault"
    assert blocker.resolved_by
    assert blocker.history.count() == 2


def test_a_gate_that_waits_is_not_offered_for_closing(engineer: Client) -> None:
    gate = factory.gate("T6")
    blocker = factory.blocker(gate)

    story = engineer.get("/gates/T6/").content.decode()
    asked = engineer.get(page(gate)).content.decode()

    assert page(gate) not in story
    assert f"/admin/gates/blocker/{blocker.pk}/resolve/" in story
    assert "cannot be closed while it is blocked" in asked
    assert 'name="summary"' not in asked


def test_a_closed_gate_is_not_closed_again(engineer: Client) -> None:
    gate = factory.closed_gate("T6")

    log = SimpleUploadedFile("k6.txt", b"p95 412 ms")
    before = stored()

    asked = engineer.get(page(gate), follow=True)
    sent = engineer.post(page(gate), {**PROOF, **REASON, "kind": "file", "file": log}, follow=True)

    assert "T6 was closed already." in asked.content.decode()
    assert "closed already. What you sent was not written." in sent.content.decode()
    assert gate.evidence.count() == 1
    assert stored() == before
    assert gate.history.count() == 2
