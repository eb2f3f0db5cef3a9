"""Dates that are typed into forms: read as they are meant, or refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.board.datetimes import parse_as_of
from gates.models import Blocker, Evidence, Gate
from gates.templatetags.board import date_and_age
from tests.support import factory
from tests.support.admin_forms import errors_of, proof, save_gate
from tests.support.assertions import everything

pytestmark = pytest.mark.django_db


def close(client: Client, gate: Gate, **data: Any) -> Any:
    sent = {"summary": "100 rps held", "kind": "statement", "reason": "Met", **data}
    return client.post(f"/admin/gates/gate/{gate.pk}/close/", sent)


@pytest.mark.parametrize("typed", ["05/06/2027", "٠٥/٠٦/٢٠٢٧", "2027-06-05", "5.6.2027"])
def test_a_day_is_read_day_first_in_any_digits(engineer: Client, typed: str) -> None:
    gate = factory.gate("T6")
    row = {"needs": "The key", "waiting_on": factory.owner("Sami").pk, "due_on": typed}

    save_gate(engineer, gate, blockers=[row], evidence=[proof(valid_until=typed)])

    assert gate.blockers.get().due_on == date(2027, 6, 5)
    assert gate.evidence.get().valid_until == date(2027, 6, 5)


def test_month_first_is_refused_and_the_message_names_the_format(engineer: Client) -> None:
    gate = factory.gate("T6")
    before = everything()

    response = save_gate(engineer, gate, evidence=[proof(valid_until="12/31/2027")])

    assert errors_of(response)["evidence-0-valid_until"] == [
        "Write the date as 2026-04-23, or day first as 23/04/2026."
    ]
    assert everything() == before


def test_a_moment_is_read_in_the_zone_that_the_page_names(engineer: Client) -> None:
    gate = factory.gate("T6")
    zone = timezone.get_current_timezone_name()

    page = engineer.get(f"/admin/gates/gate/{gate.pk}/close/").content.decode()
    close(engineer, gate, observed_at="٠٥/٠٦/٢٠٢٥ ١٨:٠٠")

    assert f"Time zone: {zone}." in page
    local = timezone.localtime(gate.evidence.get().observed_at)
    assert f"{local:%Y-%m-%d %H:%M}" == "2025-06-05 18:00"


def test_every_date_field_is_the_browsers_own(engineer: Client) -> None:
    gate = factory.gate("T6")

    for address in (f"gate/{gate.pk}/change", "evidence/add", f"gate/{gate.pk}/close"):
        page = engineer.get(f"/admin/gates/{address}/").content.decode()
        assert 'type="datetime-local"' in page
        assert 'type="date"' in page
        assert "vDateField" not in page


def test_proof_from_the_future_closes_no_gate(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = close(engineer, gate, observed_at="2031-01-01T10:00")

    assert list(response.context["form"].errors) == ["observed_at"]
    gate.refresh_from_db()
    assert gate.progress == "open"
    assert not Evidence.objects.exists()


def test_proof_does_not_expire_before_it_was_observed(engineer: Client) -> None:
    gate = factory.gate("T6")
    dates = {"observed_at": "2026-05-02T10:00", "valid_until": "2026-05-01"}

    response = save_gate(engineer, gate, evidence=[proof(**dates)])

    assert errors_of(response) == {"evidence-0-valid_until": ["This is before it was observed."]}
    assert not Evidence.objects.exists()


def test_seconds_that_the_page_did_not_change_stay(engineer: Client) -> None:
    gate = factory.gate("T6")
    moment = datetime(2025, 6, 5, 18, 0, 7, tzinfo=timezone.get_default_timezone())
    kept = factory.evidence(gate, observed_at=moment)
    page = engineer.get(f"/admin/gates/evidence/{kept.pk}/change/").content.decode()
    assert 'value="2025-06-05T18:00:07"' in page


def test_a_due_date_in_the_past_is_saved_with_a_warning(engineer: Client) -> None:
    gate = factory.gate("T6")
    data = {"needs": "The key", "waiting_on": factory.owner("Sami").pk, "due_on": "2020-01-02"}

    inline = save_gate(engineer, gate, blockers=[data])
    messages = engineer.get(inline.url).content.decode()
    assert "has passed already" in messages
    assert Blocker.objects.get().due_on == date(2020, 1, 2)

    data = {**data, "gate": "T6", "needs": "Another key"}
    response = engineer.post("/admin/gates/blocker/add/", data, follow=True)
    assert "has passed already" in response.content.decode()


def test_what_is_to_come_is_not_told_as_past(on_day: Any) -> None:
    on_day(0)
    now = timezone.now()

    assert "(tomorrow)" in date_and_age(now + timedelta(days=1))
    assert "(in 3\xa0days)" in date_and_age(now + timedelta(days=3))
    assert "(today)" in date_and_age(now)


def test_a_gate_is_named_in_the_digits_of_any_script(engineer: Client) -> None:
    gate = factory.gate("T6")

    data = {"gate": "T٦", "kind": "statement", "summary": "100 rps held"}
    engineer.post("/admin/gates/evidence/add/", data)

    assert gate.evidence.exists()


@pytest.mark.parametrize("typed", ["٢٠٢٦-٠٤-٢٣", "23/04/2026", "2026-04-23"])
def test_as_of_is_read_alike(typed: str) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert parse_as_of(typed, now).date() == date(2026, 4, 23)


def test_a_day_that_was_typed_is_still_there_when_another_field_is_refused(
    engineer: Client,
) -> None:
    gate = factory.gate("T6")

    response = close(engineer, gate, valid_until="5.6.2027", observed_at="5/6/2025 6:30", reason="")

    form = response.context["form"]
    assert list(form.errors) == ["reason"]
    assert 'value="2027-06-05"' in str(form["valid_until"])
    assert 'value="2025-06-05T06:30:00"' in str(form["observed_at"])
