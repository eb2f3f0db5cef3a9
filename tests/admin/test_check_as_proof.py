"""A check as evidence of its gate, in the admin's forms and lists."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from gates.models import Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, gate_data, proof
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


def test_evidence_of_a_check_is_read_only_and_no_form_offers_the_kind(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.run(factory.check(gate))
    of_check = Evidence.objects.get()
    url = f"/admin/gates/evidence/{of_check.pk}"

    page = engineer.get(f"{url}/change/").content.decode()
    posted = engineer.post(f"{url}/change/", {"summary": "Changed"})
    deleted = engineer.post(f"{url}/delete/", {"post": "yes"})
    data = gate_data(gate, existing_evidence={of_check.pk: proof("Changed", kind="statement")})
    inline = engineer.post(f"/admin/gates/gate/{gate.pk}/change/", data)
    made = gate_data(gate, evidence=[proof("It was measured", kind="check")])
    typed = engineer.post(f"/admin/gates/gate/{gate.pk}/change/", made)

    assert 'name="summary"' not in page
    assert [posted.status_code, deleted.status_code] == [403, 403]
    assert [inline.status_code, typed.status_code] == [302, 200]  # of the first, nothing is taken
    assert "Select a valid choice" in " ".join(errors_of(typed)["evidence-0-kind"])
    for path in ("evidence/add/", f"gate/{gate.pk}/change/", f"gate/{gate.pk}/close/"):
        assert 'value="check"' not in engineer.get(f"/admin/gates/{path}").content.decode()
    assert Evidence.objects.get().summary == of_check.summary


def test_reopening_offers_no_evidence_of_a_check(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    factory.run(factory.check(gate))

    page = text_of(engineer, f"/admin/gates/gate/{gate.pk}/change/")

    assert f"T6: {factory.PROOF}" in page
    assert "T6: Check load" not in page


def test_the_closing_page_shows_the_checks_and_closes_on_a_green_one(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.run(factory.check(gate, required_from=date(2026, 1, 1)))
    url = f"/admin/gates/gate/{gate.pk}/close/"

    page = text_of(engineer, url)
    response = engineer.post(url, {"kind": "statement", "reason": "Measured"})

    assert "Green" in page
    assert "It keeps the gate from closing." not in page
    assert response.status_code == 302
    assert Gate.objects.get(pk=gate.pk).progress == "closed"


def test_a_required_check_that_is_not_green_keeps_the_gate_open(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(gate)
    factory.check(gate, required_from=date(2026, 1, 1))
    url = f"/admin/gates/gate/{gate.pk}/close/"

    page = text_of(engineer, url)
    response: Any = engineer.post(url, {"kind": "statement", "reason": "Said"})

    assert "It keeps the gate from closing." in page
    assert "check load: no run yet" in " ".join(response.context_data["form"].non_field_errors())
    assert Gate.objects.get(pk=gate.pk).progress == "open"


def test_the_list_shows_the_state_with_a_constant_number_of_queries(
    engineer: Client, django_assert_num_queries: Any
) -> None:
    gate = factory.gate("T6")
    for number in range(5):
        factory.run(factory.check(gate, f"load-{number}"), passed=bool(number))
    engineer.get("/admin/gates/check/")

    with django_assert_num_queries(9):
        page = text_of(engineer, "/admin/gates/check/")

    assert page.count("Green") == 4
    assert page.count("Failed") == 1
