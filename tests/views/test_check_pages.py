"""What the pages say about a gate's checks: asked, seen, and what follows for gate and claims."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gates.models import Check, Evidence, Gate, Report
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.clock import START
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

OnDay = Callable[[int], None]


def said(client: Client, url: str) -> str:
    """What a page says, as it reads."""
    return re.sub(r" ([:;,.])", r"\1", text_of(client, url))


@pytest.fixture
def member(client: Client) -> Client:
    client.force_login(person("vera", "Viewer"))
    return client


@pytest.fixture
def load(on_day: OnDay) -> Check:
    """A check of T6 that asks for p95 < 500 and holds for 7 days; it is day 0."""
    on_day(0)
    return factory.check(factory.gate("T6"), fresh_days=7)


def test_the_gate_shows_what_is_asked_seen_and_until_when_it_counts(
    member: Client, load: Check
) -> None:
    never = said(member, "/gates/T6/")
    factory.run(load, commit="ce0027e", ref="refs/heads/main")
    page = said(member, "/gates/T6/")

    assert "No run yet load Numbers by name" in never
    assert "p95: below 500" in page
    assert "410 met" in page
    assert "main ce0027e token ci" in page
    assert "check load: passed on 1 May 2026, counts until 8 May 2026" in page


@pytest.mark.parametrize(
    ("required_from", "sentence"),
    [
        (None, "The check is shown, and holds nothing back yet."),
        (0, "Since 1 May 2026 this gate counts as closed only while the check is green."),
        (3, "From 4 May 2026 this gate counts as closed only while the check is green."),
    ],
)
def test_the_gate_says_from_when_on_the_check_is_required(
    member: Client, load: Check, required_from: int | None, sentence: str
) -> None:
    if required_from is not None:
        load.required_from = (START + timedelta(days=required_from)).date()
        load.save()

    assert sentence in said(member, "/gates/T6/")


def test_before_the_day_a_closed_gate_says_that_it_would_not_count(
    member: Client, on_day: OnDay
) -> None:
    on_day(0)
    check = factory.check(
        factory.closed_gate("T6"), required_from=(START + timedelta(days=3)).date()
    )
    announced = said(member, "/gates/T6/")
    factory.run(check)

    assert "As it is now, it would not." in announced
    assert "it would not" not in said(member, "/gates/T6/")


def test_a_run_that_does_not_count_says_why(member: Client, load: Check) -> None:
    Check.objects.filter(pk=load.pk).update(ref="main")
    factory.run(load, ref="feature")
    Check.objects.filter(pk=load.pk).update(retired_why="Replaced")
    factory.run(load)

    page = said(member, "/gates/T6/checks/load/")

    assert "Does not count: It comes from feature; the check accepts main." in page
    assert "Does not count: The check is retired." in page
    assert "Retired, because: Replaced" in page


def test_runs_of_a_revoked_token_count_no_more(member: Client, load: Check, on_day: OnDay) -> None:
    run = factory.run(load)
    on_day(1)
    run.token.revoke(factory.user(), runs_count=False)

    now = said(member, "/gates/T6/checks/load/")
    then = said(member, "/gates/T6/checks/load/?as_of=2026-05-01")

    assert "Its token was revoked, and its runs with it." in now
    assert "No run yet" in now
    assert "revoked" not in then
    assert "check load: passed on 1 May 2026" in then


def test_a_gate_shows_its_last_ten_runs_and_the_check_all_of_them(
    member: Client, load: Check, on_day: OnDay
) -> None:
    for day in range(52):
        on_day(day)
        factory.run(load, passed=day != 51)

    gate = member.get("/gates/T6/").content.decode()
    first = member.get("/gates/T6/checks/load/").content.decode()
    second = member.get("/gates/T6/checks/load/?page=2").content.decode()
    then = member.get("/gates/T6/checks/load/?as_of=2026-05-02").content.decode()

    rows = [page.count('id="run-') for page in (gate, first, second, then)]
    assert rows == [10, 50, 2, 2]
    assert "All its runs, on a page of their own" in gate
    assert "Older runs" in first
    assert "Newer runs" in second
    assert "failed on" in first
    assert "failed on" not in then


def test_a_picture_shows_the_runs_against_the_bound(member: Client, load: Check) -> None:
    for minutes, passed in enumerate([True, False, True]):
        factory.run(load, passed, START + timedelta(minutes=minutes))

    page = member.get("/gates/T6/").content.decode()

    assert page.count('<circle class="met"') == 2
    assert page.count('<path class="missed"') == 1
    assert "3 runs against the bound" in page


def test_evidence_of_a_check_is_shown_as_the_check(member: Client, load: Check) -> None:
    factory.run(load)
    proof = Evidence.objects.get(gate_check=load)

    page = said(member, "/gates/T6/").rpartition("History")[0]

    assert proof.summary not in page + said(member, "/")
    assert "Green check load Numbers by name" in page


def test_a_gate_with_green_checks_is_ready_to_close(member: Client, load: Check) -> None:
    assert "eady to close" not in said(member, "/gates/T6/") + said(member, "/")
    factory.run(load)

    assert "Ready to close: its checks are green." in said(member, "/gates/T6/")
    assert "ready to close" in said(member, "/")
    Gate.objects.get(code="T6").close(factory.user(), "Measured")
    assert "eady to close" not in said(member, "/gates/T6/") + said(member, "/")
    assert "kept by a check" in said(member, "/")


def test_the_board_says_what_a_check_took_back_and_which_claim_it_costs(
    member: Client, on_day: OnDay
) -> None:
    on_day(0)
    gate = factory.closed_gate("T6")
    factory.claim(gate.launch, min_closed=1, requires_p0=False)
    check = factory.check(gate, required_from=START.date())
    factory.run(check)
    green = said(member, "/")
    on_day(1)
    factory.run(check, passed=False)
    red = said(member, "/")

    assert "Lost to checks" not in green
    assert "Lost to checks: Launched could be said if these gates counted." in red
    assert "T6 check load: failed on 2 May 2026" in red
    assert "Lost to checks" not in said(member, "/?as_of=2026-05-01")


def test_a_stale_check_costs_its_gate_and_another_claim_nothing(
    member: Client, on_day: OnDay
) -> None:
    on_day(0)
    gate = factory.closed_gate("T6")
    factory.claim(gate.launch, min_closed=2, requires_p0=False)
    factory.run(factory.check(gate, fresh_days=1, required_from=START.date()))
    on_day(2)

    page = said(member, "/")

    assert "T6 check load: passed on 1 May 2026, more than 1 day ago" in page
    assert "Lost to checks" not in page


def test_the_json_board_has_checks_and_says_what_is_ready(member: Client, load: Check) -> None:
    factory.run(load)

    gate = member.get("/board.json").json()["gates"][0]

    assert gate["ready"] is True
    assert gate["evidence"][0]["check"] == "load"
    assert gate["checks"] == [
        {
            "key": "load",
            "kind": "numbers",
            "state": "green",
            "reason": "check load: passed on 2026-05-01, counts until 2026-05-08",
            "conditions": [{"measure": "p95", "operator": "<", "bound": "500", "unit": ""}],
            "fresh_days": 7,
            "fresh_until": "2026-05-08",
            "repository": "",
            "ref": "",
            "required_from": None,
            "retired_why": "",
            "last_run": {"observed_at": "2026-05-01T07:00:00Z", "passed": True},
        }
    ]


def test_a_report_is_handed_out_as_it_came_and_only_to_people_with_a_role(
    member: Client, load: Check
) -> None:
    run = factory.run(load)
    stranger = Client()
    stranger.force_login(factory.user("nobody"))

    response = member.get(f"/runs/{run.pk}/report")

    assert response.content == b'{"p95": "410"}'
    assert response["Content-Disposition"] == f'attachment; filename="T6-load-{run.pk}.json"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert run.sha256 in member.get("/gates/T6/checks/load/").content.decode()
    assert stranger.get(f"/runs/{run.pk}/report").status_code == 403
    assert member.get(f"/runs/{run.pk + 1}/report").status_code == 404


def test_a_report_that_was_changed_is_not_handed_out(
    member: Client, load: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = factory.run(load)
    report = Report.objects.select_related("run__gate_check__gate").get(run=run)
    report.body = b"{}"
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda _rows: report)

    response = member.get(f"/runs/{run.pk}/report")

    assert response.status_code == 409
    assert run.sha256 in response.content.decode()
    assert "Content-Disposition" not in response


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/gates/T6/checks/other/", 404),
        ("/gates/t6/checks/load/", 302),
        ("/launches/primitive/gates/T6/checks/load/", 200),
        ("/gates/T6/checks/load/?as_of=never", 400),
        ("/gates/T6/checks/load/?page=99", 200),
    ],
)
def test_addresses_of_checks(member: Client, load: Check, path: str, status: int) -> None:
    assert member.get(path).status_code == status


def test_a_gate_shows_the_check_that_it_shares(member: Client, load: Check) -> None:
    factory.run(load)
    covered = factory.gate("T7", covered_by=load.gate)
    load.gate.share_evidence(covered, factory.user())

    page = said(member, "/gates/T7/")

    assert "shared with T6" in page
    assert "check load: passed on" in said(member, "/gates/T7/checks/load/")


def test_what_a_gate_page_reads_does_not_depend_on_checks_and_runs(
    member: Client, load: Check
) -> None:
    factory.run(load)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert member.get("/gates/T6/").status_code == 200
        return len(captured)

    queries()  # the first page of a session reads more
    one = queries()
    for key in ("second", "third"):
        other = factory.check(load.gate, key)
        for minutes in range(3):
            factory.run(other, observed_at=timezone.now() + timedelta(seconds=minutes))

    assert queries() == one
