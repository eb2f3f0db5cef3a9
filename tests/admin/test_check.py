"""Checks in the admin: made by choosing, changed with a reason, retired rather than deleted."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from gates.models import Check, Condition
from tests.support import factory
from tests.support.admin_forms import errors_of, person
from tests.support.check_forms import ADD, P95, add_check, condition, save_check
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


def test_a_check_is_made_by_choosing_and_its_key_and_units_are_filled_in(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = add_check(engineer, [condition(bound="0٥٠٠٫50")])

    assert response.status_code == 302
    check = Check.objects.get()
    assert (check.gate, check.key, check.kind) == (gate, "k6", "k6")
    made = check.conditions.get()
    assert (str(made), made.unit) == ("http_req_duration.p(95) < 500.5", "ms")
    assert [check.history.count(), made.history.count()] == [1, 1]
    assert check.history.get().history_user_name == "engineer"


def test_a_key_that_is_taken_gets_a_number(engineer: Client) -> None:
    factory.gate("T6")
    for _ in range(3):
        add_check(engineer, [condition(bound=str(Check.objects.count() + 1))])

    assert list(Check.objects.order_by("pk").values_list("key", flat=True)) == [
        "k6",
        "k6-2",
        "k6-3",
    ]


@pytest.mark.parametrize(
    ("conditions", "fields", "refused"),
    [
        ([], {}, {"conditions": "A check needs at least one condition."}),
        ([condition(measure="p95")], {}, {"conditions-0-measure": "k6 has no such measure."}),
        (
            [condition(measure="rows_back")],
            {"kind": "restore"},
            {"conditions-0-measure": "This kind of report has no such measure. It has: tables"},
        ),
        ([condition(bound="fast")], {}, {"conditions-0-bound": "Write a number"}),
        ([condition(bound="1e40")], {}, {"conditions-0-bound": "Write a number"}),
        ([condition(operator="!=")], {}, {"conditions-0-operator": "Select a valid choice."}),
        (
            [P95, condition(bound="400")],
            {},
            {"conditions-1-measure": "http_req_duration.p(95) < is set twice."},
        ),
        (
            [condition(measure=f"m{n}.max") for n in range(21)],
            {},
            {"conditions": "A check has at most 20 conditions."},
        ),
        ([P95], {"gate": "X9"}, {"gate": "There is no gate X9."}),
        ([P95], {"key": "Load Test"}, {"key": "Enter a valid"}),
        ([P95], {"key": "load"}, {"__all__": "This gate already has a check with this key."}),
        ([P95], {"fresh_days": "0"}, {"fresh_days": "greater than or equal to 1"}),
        ([P95], {"kind": "loadtest"}, {"kind": "Select a valid choice."}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_refused_stays_in_the_form_and_nothing_is_written(
    engineer: Client,
    conditions: list[dict[str, Any]],
    fields: dict[str, Any],
    refused: dict[str, str],
) -> None:
    factory.check(factory.gate("T6"), "load")

    response = add_check(engineer, conditions, repository="dealix/api", **fields)

    found = errors_of(response)
    for field, words in refused.items():
        assert words in " ".join(found.pop(field))
    assert found == {}
    assert 'value="dealix/api"' in response.content.decode()
    assert Check.objects.count() == Condition.objects.count() == 1


def test_advice_is_shown_and_refuses_nothing(engineer: Client) -> None:
    factory.gate("T6")

    response = add_check(
        engineer, [condition(measure="http_reqs.rate", operator=">=", bound="100")]
    )

    told = [str(message) for message in get_messages(response.wsgi_request)]
    assert any("is an average of the whole run" in words for words in told)
    assert Check.objects.count() == 1


def test_the_form_offers_the_measures_of_the_kind(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"), kind="restore")

    every = engineer.get(ADD).content.decode()
    chosen = engineer.get(f"{ADD}?kind=health&gate={check.gate_id}").content.decode()
    change = engineer.get(f"/admin/gates/check/{check.pk}/change/").content.decode()

    offered = [("parts_down" in page, "rows_lost" in page) for page in (every, chosen, change)]
    assert offered == [(True, True), (True, False), (False, True)]
    assert 'name="gate" value="T6"' in chosen


@pytest.mark.parametrize(
    "change",
    [
        {"fresh_days": 30},
        {"ref": "main"},
        {"repository": "dealix/api"},
        {"required_from": "2026-12-01"},
        {"conditions": {"p95": {"bound": "600"}}},
        {"conditions": {"p95": {"DELETE": "on"}}, "new": [condition(measure="p99")]},
        {"new": [condition(measure="p99")]},
    ],
    ids=["days", "ref", "repository", "required from", "bound", "replaced", "added"],
)
def test_changing_what_is_asked_needs_a_reason(engineer: Client, change: dict[str, Any]) -> None:
    check = factory.check(factory.gate("T6"))
    before = (check.rule(), check.history.count(), Condition.history.count())

    refused = save_check(engineer, check, **change)
    check.refresh_from_db()
    told = errors_of(refused)
    left = (check.rule(), check.history.count(), Condition.history.count())
    accepted = save_check(engineer, check, **change, reason="The service grew")

    assert "reason" in told
    assert left == before
    assert accepted.status_code == 302
    assert check.history.count() + Condition.history.count() > before[1] + before[2]
    reasons = {
        *Condition.history.values_list("history_change_reason", flat=True),
        *Check.history.values_list("history_change_reason", flat=True),
    }
    assert "The service grew" in reasons


def test_the_page_says_before_saving_that_only_new_runs_count(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"))

    page = text_of(engineer, f"/admin/gates/check/{check.pk}/change/")

    assert "the runs so far no longer count" in page


def test_retiring_says_why_and_taking_it_up_again_asks(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"))

    retired = save_check(engineer, check, retired_why="Replaced by the new drill")
    check.refresh_from_db()
    refused = save_check(engineer, check, retired_why="")

    assert retired.status_code == 302
    assert check.history.first().history_change_reason == "Replaced by the new drill"
    assert list(errors_of(refused)) == ["reason"]
    check.refresh_from_db()
    assert check.retired_why


def test_a_check_with_runs_is_not_deleted_nor_moved(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"))
    factory.gate("T7")
    factory.run(check)

    response = engineer.post(
        f"/admin/gates/check/{check.pk}/delete/", {"post": "yes", "reason": "Not needed"}
    )
    save_check(engineer, check, gate="T7", reason="Moved")

    assert response.status_code == 302
    told = [str(message) for message in get_messages(response.wsgi_request)]
    assert told == ["T6 load has runs, which stay on record. Retire it instead."]
    check.refresh_from_db()
    assert check.gate.code == "T6"


def test_a_check_that_a_token_reports_is_not_deleted(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"))
    factory.token(check)

    engineer.post(f"/admin/gates/check/{check.pk}/delete/", {"post": "yes", "reason": "Away"})

    assert Check.objects.count() == 1


def test_a_check_without_runs_is_deleted_with_a_reason(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"))
    url = f"/admin/gates/check/{check.pk}/delete/"

    engineer.post(url, {"post": "yes", "reason": ""})
    kept = Check.objects.count()
    engineer.post(url, {"post": "yes", "reason": "Made by mistake"})

    assert (kept, Check.objects.count(), Condition.objects.count()) == (1, 0, 0)
    gone = Check.history.first()
    assert (gone.history_type, gone.history_change_reason) == ("-", "Made by mistake")
    assert Condition.history.first().history_type == "-"


def test_a_check_stays_in_its_launch(engineer: Client) -> None:
    check = factory.check(factory.gate("T6"))
    other = factory.launch("other")
    factory.gate("T7", section=factory.section("T", launch=other))

    response = save_check(engineer, check, gate="other/T7", reason="Moved")

    assert errors_of(response)["gate"] == ["That gate belongs to another launch."]
    check.refresh_from_db()
    assert check.gate.code == "T6"


def test_a_viewer_reads_and_adds_nothing(client: Client) -> None:
    check = factory.check(factory.gate("T6"))
    client.force_login(person("vera", "Viewer"))

    assert client.get(f"/admin/gates/check/{check.pk}/change/").status_code == 200
    assert add_check(client).status_code == 403
    assert "Add a check" not in text_of(client, "/gates/T6/")
    assert Check.objects.count() == 1
