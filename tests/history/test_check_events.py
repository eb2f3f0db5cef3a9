"""What happened to checks: in their gate's history, among the week's news, as notices."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.history.audit_log import AuditLogFilters, audit_log_page
from gates.history.entries import Entry
from gates.history.object_history import gate_history
from gates.history.whats_new import whats_new
from gates.models import Check, Condition, Gate
from gates.models.history import save_with_history
from tests.support import checks, factory
from tests.support.clock import START
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


def turns(gate: Gate) -> list[str]:
    """What turned the gate's checks, oldest first: by whom, what, why."""
    return [
        f"{entry.by or 'time'}: {entry.event}" + (f" ({entry.reason})" if entry.reason else "")
        for entry in reversed(gate_history(gate.pk))
        if entry.kind == "!"
    ]


def told(days: int) -> tuple[list[str], list[str]]:
    """The week's news and the notices on the board of a day."""
    moment = START + timedelta(days=days)
    launch = get_launch(None, moment)
    assert launch is not None
    found = whats_new(read_board(launch, moment, moment))
    news = [f"{reason}: {', '.join(reason.gates)}" for reason in found.news]
    notices = [f"{change.reason} / {change.by} / {change.why}" for change in found.rules]
    return [line for line in news if "check" in line.lower()], notices


def change(row: Check | Condition, reason: str = "", **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    save_with_history(row, by=factory.user("sami"), reason=reason)


# --- the gate's history --------------------------------------------------------------------


def test_each_turn_of_a_check_is_in_its_gates_history(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T6")
    load = checks.check(gate, fresh_days=2)
    token = checks.token(load, name="k6 nightly")
    for day, p95 in ((0, 300), (1, 310), (2, 900), (3, 901), (4, 320), (9, 330)):
        on_day(day)
        checks.report(load, p95, by=token)
    on_day(20)

    assert turns(gate) == [
        "k6 nightly: check load: passed on 2026-05-01, counts until 2026-05-03",
        "k6 nightly: check load: failed on 2026-05-03 (p95 is 900; required: < 500)",
        "k6 nightly: check load: passed on 2026-05-05, counts until 2026-05-07",
        "time: check load: passed on 2026-05-05, more than 2 days ago",
        "k6 nightly: check load: passed on 2026-05-10, counts until 2026-05-12",
        "time: check load: passed on 2026-05-10, more than 2 days ago",
    ]


def test_a_revoked_token_turns_what_rested_on_its_runs(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T6")
    load = checks.check(gate, fresh_days=30)
    good, bad = checks.token(load, name="good"), checks.token(load, name="bad")
    checks.report(load, 300, by=good)
    on_day(1)
    checks.report(load, 900, by=bad)
    on_day(2)
    bad.revoke(factory.user("sami"), runs_count=False)

    assert turns(gate) == [
        "good: check load: passed on 2026-05-01, counts until 2026-05-31",
        "bad: check load: failed on 2026-05-02 (p95 is 900; required: < 500)",
        "sami: check load: passed on 2026-05-01, counts until 2026-05-31"
        " (The token bad was revoked, and its runs with it.)",
    ]


def test_a_gate_that_shares_a_check_has_its_turns_too(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T8")
    covered = factory.gate("R2", covered_by=gate)
    drill = checks.check(gate, "drill")
    checks.report(drill, 300)
    gate.share_evidence(covered, factory.user("sami"))
    on_day(1)
    checks.report(drill, 900)

    assert turns(covered) == turns(gate)
    assert len(turns(gate)) == 2


def test_edits_of_checks_and_conditions_are_entries_of_their_gate() -> None:
    gate = factory.gate("T6")
    load = checks.check(gate)
    change(load, "Twice a month is enough", fresh_days=14)
    change(load.conditions.get(), "The new machine is slower", bound="800")

    def in_short(entry: Entry) -> tuple[str, str, str, list[tuple[str, str, str]]]:
        changes = [(c.field, c.old, c.new) for c in entry.changes if entry.kind == "~"]
        return entry.event, entry.kind, entry.subject, changes

    entries = [in_short(entry) for entry in gate_history(gate.pk) if entry.model != "gate"]
    assert entries == [
        ("condition", "~", "p95", [("bound", "500", "800")]),
        ("check", "~", "load", [("counts for days", "7", "14")]),
        ("condition", "+", "p95", []),
        ("check", "+", "load", []),
    ]
    log = audit_log_page(AuditLogFilters(gate="T6")).entries
    assert [in_short(entry) for entry in log if entry.model != "gate"] == entries
    assert [entry.reason for entry in log[:2]] == [
        "The new machine is slower",
        "Twice a month is enough",
    ]


def test_the_audit_log_names_the_launch_of_a_condition() -> None:
    checks.check(factory.gate("T6"))
    factory.launch("second", name="Another launch")

    entries = audit_log_page(AuditLogFilters(kind="condition")).entries

    assert [(entry.launch, entry.subject) for entry in entries] == [("Primitive Launch", "p95")]
    assert ("check", "", "load") in [
        (c.field, c.old, c.new) for entry in entries for c in entry.changes
    ]


def test_the_pages_show_them(reader: Client) -> None:
    gate = factory.gate("T6")
    load = checks.check(gate)
    checks.report(load, 900, by=checks.token(load, name="k6 <nightly>"))

    page = reader.get("/gates/T6/").content.decode()

    assert "k6 &lt;nightly&gt;" in page
    assert "p95 is 900; required: &lt; 500" in page
    assert "Check load: failed on" in text_of(reader, "/gates/T6/")


# --- the week's news -----------------------------------------------------------------------


def test_checks_that_turned_are_news_for_a_week(on_day: Callable[[int], None]) -> None:
    on_day(0)
    load = checks.check(factory.gate("T6"), fresh_days=3)
    drill = checks.check(factory.gate("T8"), "drill", fresh_days=30)
    for check in (load, drill):
        checks.report(check, 300)
    on_day(1)
    checks.report(drill, 900)

    assert told(0)[0] == ["Checks of 2 gates turned green: T6, T8"]
    assert told(1)[0] == ["A check of 1 gate failed: T8", "A check of 1 gate turned green: T6"]
    assert told(4)[0] == ["A check of 1 gate failed: T8", "A check of 1 gate went stale: T6"]
    assert told(12)[0] == []


def test_a_failed_check_is_no_evidence_that_expired(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T6")
    load = checks.check(gate)
    checks.report(load, 300)
    gate.close(factory.user(), "The load test passed")
    on_day(1)
    checks.report(load, 900)

    moment = START + timedelta(days=1)
    launch = get_launch(None, moment)
    assert launch is not None
    codes = [reason.code for reason in whats_new(read_board(launch, moment, moment)).news]

    assert "news_check_failed" in codes
    assert "news_expired" not in codes


# --- notices -------------------------------------------------------------------------------


def test_another_bound_is_told_for_two_weeks(on_day: Callable[[int], None]) -> None:
    on_day(-20)
    load = checks.check(factory.gate("T6"))
    on_day(1)
    change(load.conditions.get(), "The new machine is slower", bound="800")

    notice = "T6 load: loosened from p95 < 500 to p95 < 800 / sami / The new machine is slower"
    assert told(0)[1] == []
    assert told(1)[1] == told(15)[1] == [notice]
    assert told(16)[1] == []


@pytest.mark.parametrize(
    ("values", "notice"),
    [
        ({"fresh_days": 30}, "a pass counts for longer, days: 7 → 30"),
        ({"fresh_days": 2}, "a pass counts for less, days: 7 → 2"),
        ({"ref": ""}, "accepts runs from anywhere, not only main"),
        ({"repository": "dealix/api"}, "accepts runs only from dealix/api now"),
        ({"ref": "next"}, "accepts runs from next, not from main"),
        ({"kind": "health"}, "reads reports of kind health, not numbers"),
        ({"required_from": None}, "no longer required, only shown"),
        ({"retired_why": "No load any more"}, "retired, because “No load any more”"),
        ({"key": "peak"}, "goes by this key now, no longer by “load”"),
    ],
)
def test_every_edit_of_a_check_is_told(
    values: dict[str, Any], notice: str, on_day: Callable[[int], None]
) -> None:
    on_day(-20)
    load = checks.check(factory.gate("T6"), ref="main")
    on_day(0)
    change(load, **values)

    assert told(0)[1] == [f"T6 {load.key}: {notice} / sami / "]


def test_a_form_that_writes_several_rows_is_one_edit(on_day: Callable[[int], None]) -> None:
    on_day(-20)
    load = checks.check(factory.gate("T6"))
    on_day(0)
    load.conditions.get().delete()
    for measure, bound in (("p95", "450"), ("failed", "0")):
        row = {"measure": measure, "operator": "<", "bound": bound}
        Condition.objects.create(gate_check=load, **row)

    assert told(0)[1] == [
        "T6 load: tightened from p95 < 500 to p95 < 450 /  / ",
        "T6 load: asks for failed < 0 now /  / ",
    ]


def test_a_new_check_is_told_once_and_a_deleted_one_too(on_day: Callable[[int], None]) -> None:
    on_day(0)
    load = checks.check(factory.gate("T6"))
    on_day(1)
    load.delete()

    assert told(0)[1] == ["New check: T6 load /  / "]
    assert told(1)[1] == ["Check removed: T6 load /  / ", "New check: T6 load /  / "]


def test_a_check_of_another_launch_is_not_told_here(on_day: Callable[[int], None]) -> None:
    on_day(0)
    factory.gate("T1")
    there = factory.launch("second")
    checks.check(factory.gate("S1", section=factory.section("S", launch=there)))

    assert told(0) == ([], [])
    assert timezone.now() == START
