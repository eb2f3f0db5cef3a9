"""A report is brought by a token: what is recorded, what the sender is told."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gates.models import Evidence, Gate, Launch, Proposal, Run
from tests.support import api, factory
from tests.support.clock import START
from tests.support.security_events import events

pytestmark = pytest.mark.django_db


def test_a_passing_report_is_a_run_and_the_gates_first_evidence() -> None:
    check = api.check()
    _token, text = api.token(check)

    answer = api.post(text)

    told = answer.json()
    run = Run.objects.get()
    assert answer.status_code == 201
    assert (told["run"], told["passed"], told["counts"], told["why_not"]) == (
        run.pk, True, True, [],
    )  # fmt: skip
    assert told["conditions"] == [
        {"measure": "seconds", "operator": "<=", "bound": "300", "value": "214", "met": True}
    ]
    assert told["gate"]["ready"] is True
    assert bytes(run.report.body) == api.REPORT
    assert Evidence.objects.get().kind == "check"
    assert Gate.objects.get().progress == "open"


def test_a_failing_report_says_what_was_missed_and_takes_the_gate() -> None:
    gate = factory.closed_gate()
    check = api.check(gate, required_from=timezone.localdate())
    _token, text = api.token(check)
    passed = api.post(text).json()

    failed = api.post(text, {"seconds": 301}).json()

    assert passed["gate"]["status"] == "closed"
    assert (failed["passed"], failed["counts"]) == (False, True)
    assert failed["reasons"] == ["seconds is 301; required: <= 300"]
    assert failed["gate"]["status"] == "partial"
    assert "check load: failed on" in failed["gate"]["reason"]
    assert Gate.objects.get().progress == "closed"  # taken from the count, not reopened


def test_the_same_request_is_one_run_with_the_first_answer() -> None:
    check = api.check()
    _token, text = api.token(check)
    path = f"{api.RUNS}?observed_at={timezone.now().isoformat().replace('+', '%2B')}&commit=abc"
    first = api.post(text, path=path)
    check.gate.title = "Renamed meanwhile"
    check.gate.save()
    api.post(text, {"seconds": 999})

    again = api.post(text, path=path)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert Run.objects.count() == 2


def test_a_key_names_the_request_whatever_the_clock_says() -> None:
    check = api.check()
    _token, text = api.token(check)
    first = api.post(text, idempotency_key="job-7")

    again = api.post(text, idempotency_key="job-7")
    other_body = api.post(text, {"seconds": 1}, idempotency_key="job-7")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert other_body.status_code == 422
    assert "Idempotency-Key" in other_body.json()["detail"]
    assert Run.objects.count() == 1


def test_the_key_of_one_check_or_token_is_not_that_of_another() -> None:
    check = api.check()
    other = api.check(check.gate, "other")
    _token, text = api.token(check, other)
    _token, another = api.token(check, name="Another")
    api.post(text, idempotency_key="job-7")

    elsewhere = api.post(text, path=api.RUNS.replace("load", "other"), idempotency_key="job-7")
    by_another = api.post(another, idempotency_key="job-7")

    assert elsewhere.status_code == 422
    assert by_another.status_code == 201


def test_without_a_time_the_same_numbers_are_new_each_day(
    on_day: Callable[[int], None],
) -> None:
    on_day(0)
    check = api.check()
    _token, text = api.token(check)
    first = api.post(text)
    on_day(1)

    second = api.post(text)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["counts"] is True


def test_a_report_is_no_newer_than_the_tools_own_time(on_day: Callable[[int], None]) -> None:
    on_day(3)
    check = api.check(kind="health")
    check.conditions.update(measure="status", operator="=", bound="200")
    _token, text = api.token(check)
    seen = {"status": 200, "milliseconds": 4, "observed_at": START.isoformat()}

    told = api.post(text, seen, path=f"{api.RUNS}?observed_at=2026-05-04T07:00:00Z").json()

    assert told["observed_at"] == "2026-05-01T07:00:00Z"
    assert told["counts"] is False
    assert told["why_not"] == ["It was observed more than a day before it was received."]


@pytest.mark.parametrize(
    ("fields", "query", "why"),
    [
        ({"retired_why": "We use another tool"}, "", "The check is retired."),
        ({"ref": "main"}, "?ref=refs/heads/topic", "It comes from refs/heads/topic"),
        ({"ref": "main"}, "", "It names no branch or tag"),
        ({"repository": "dealix/api"}, "?repository=evil/api", "It comes from the repository evil"),
        ({}, "?observed_at=2026-05-01T07:03:00Z", "It was observed in the future"),
        ({}, "?observed_at=2026-04-30T06:59:00Z", "It was observed more than a day"),
    ],
    ids=["retired", "branch", "no branch", "repository", "clock ahead", "old"],
)
def test_a_run_that_does_not_count_is_kept_with_the_reason(
    on_day: Callable[[int], None], fields: dict[str, Any], query: str, why: str
) -> None:
    on_day(0)
    check = api.check(**fields)
    _token, text = api.token(check)

    answer = api.post(text, path=api.RUNS + query)

    told = answer.json()
    assert answer.status_code == 201
    assert (told["passed"], told["counts"]) == (True, False)
    assert told["why_not"][0].startswith(why)
    assert not Evidence.objects.exists()


def test_an_offset_whose_plus_was_not_escaped_is_understood(on_day: Callable[[int], None]) -> None:
    on_day(0)
    check = api.check()
    _token, text = api.token(check)

    answer = api.post(text, path=f"{api.RUNS}?observed_at=2026-05-01T10:00:00+03:00")

    assert answer.json()["observed_at"] == "2026-05-01T07:00:00Z"


def test_names_that_gate_and_launch_had_lead_on() -> None:
    check = api.check()
    _token, text = api.token(check)
    gate = check.gate
    gate.code = "T9"
    gate.save()
    gate.launch.slug = "renamed"
    gate.launch.save()
    check.key = "k6"
    check.save()

    answer = api.post(text)

    assert answer.status_code == 201
    assert (answer.json()["gate"]["code"], answer.json()["check"]) == ("T9", "k6")


def test_the_name_of_a_check_that_is_another_today_is_not_taken_for_the_old_one() -> None:
    check = api.check()
    _token, text = api.token(check)
    check.key = "k6"
    check.save()
    api.check(check.gate, "load")

    answer = api.post(text)

    assert answer.status_code == 403
    assert not Run.objects.exists()


def test_a_launch_that_is_no_longer_the_current_one_still_takes_runs() -> None:
    check = api.check()
    _token, text = api.token(check)
    check.gate.launch.is_current = False
    check.gate.launch.save()

    assert api.post(text).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [(api.RUNS, api.REPORT), (api.PROPOSALS, {"summary": "Restored in 9 minutes"})],
    ids=["run", "proposal"],
)
def test_an_archived_launch_takes_nothing_and_says_why(path: str, body: Any) -> None:
    check = api.check()
    _token, text = api.token(check)
    factory.launch("next").make_current()
    launch = Launch.objects.get(slug="primitive")
    launch.archive(factory.user())

    answer = api.post(text, body, path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["detail"] == (
        f"{launch} is archived, so nothing in it changes. A founder can take it back first."
    )
    assert not any(model.objects.exists() for model in (Run, Proposal, Evidence))


def test_a_run_is_on_record_in_the_security_log(caplog: pytest.LogCaptureFixture) -> None:
    check = api.check()
    token, text = api.token(check)

    api.post(text)

    (line,) = events(caplog, "run_received")
    assert (line["token"], line["passed"], line["counts"]) == (token.prefix, True, True)
    assert text not in json.dumps(line)


def test_the_use_of_a_token_is_noted_by_day_and_moves_no_revision(
    on_day: Callable[[int], None],
) -> None:
    on_day(0)
    token, text = api.token(api.check())
    etag = api.get(text, "me").headers["ETag"]
    token.refresh_from_db()
    on_day(0)

    again = api.get(text, "me", if_none_match=etag)

    assert again.status_code == 304
    assert token.last_used_on == timezone.localdate(START)
    on_day(1)
    api.get(text, "me")
    token.refresh_from_db()
    assert token.last_used_on == timezone.localdate(START + timedelta(days=1))


def test_the_same_request_without_a_time_is_the_same_run() -> None:
    _token, text = api.token(api.check())

    first, again = api.post(text), api.post(text)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Run.objects.count() == 1
