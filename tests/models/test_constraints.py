"""Every other named constraint of the tables: each is forced to refuse what contradicts it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from gates.models import (
    TRACKED,
    Check,
    Condition,
    Evidence,
    Gate,
    Launch,
    Run,
    Token,
    TokenScope,
)
from tests.support import checks, factory
from tests.support.assertions import everything
from tests.support.urls import BAD_URLS, GOOD_URLS

pytestmark = pytest.mark.django_db


Wrong = Callable[[Gate], Any]


def condition(check: Check, operator: str) -> Condition:
    return Condition.objects.create(gate_check=check, measure="p95", operator=operator, bound="300")


YEAR_1, YEAR_9999 = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
FILE = {"kind": "file", "file": "evidence/1/report.pdf"}
WRONG: dict[str, list[Wrong]] = {
    "launch_one_is_current": [
        lambda gate: factory.launch("second", is_current=True),
        lambda gate: Launch.objects.filter(slug=factory.launch("second").slug).update(
            is_current=True
        ),
    ],
    "launch_dates_in_range": [
        lambda gate: factory.launch("second", snapshot_date=date(1999, 12, 31)),
        lambda gate: Launch.objects.update(plan_starts_on=date(9999, 12, 31)),
    ],
    "gate_dates_in_range": [
        lambda gate: Gate.objects.filter(pk=factory.closed_gate("T2").pk).update(closed_at=YEAR_1)
    ],
    "evidence_dates_in_range": [
        lambda gate: factory.evidence(gate, observed_at=YEAR_1),
        lambda gate: factory.evidence(gate, recorded_at=YEAR_9999),
        lambda gate: factory.evidence(gate, valid_until=date(2100, 1, 1)),
    ],
    "blocker_dates_in_range": [
        lambda gate: factory.blocker(gate, due_on=date(1, 1, 1)),
        lambda gate: factory.blocker(gate, raised_at=YEAR_9999),
    ],
    "launch_has_name": [lambda gate: factory.launch("second", name="")],
    "launch_current_not_archived": [
        lambda gate: Launch.objects.filter(pk=gate.launch_id).update(archived_on=date(2026, 5, 1)),
    ],
    "section_prefix_unique": [lambda gate: factory.section("T", launch=gate.launch)],
    "owner_role_known": [lambda gate: factory.owner("Ali", role="intern")],
    "gate_code_unique_in_launch": [
        lambda gate: factory.gate("T1", section=gate.section),
        lambda gate: factory.gate("T1", section=factory.section("S", launch=gate.launch)),
        lambda gate: Gate.objects.filter(pk=factory.gate("T2").pk).update(code="T1"),
    ],
    "gate_progress_known": [
        lambda gate: factory.gate("T2", progress=""),
        lambda gate: factory.gate("T2", progress="CLOSED"),
        lambda gate: Gate.objects.update(progress="blocked"),
    ],
    "gate_priority_known": [lambda gate: factory.gate("T2", priority="P3")],
    "gate_not_counted_has_reason": [
        lambda gate: factory.gate("T2", counted=False),
        lambda gate: Gate.objects.update(counted=False),
    ],
    "gate_not_its_own_cover": [lambda gate: Gate.objects.update(covered_by=gate)],
    "gate_closing_details_when_closed": [
        lambda gate: Gate.objects.update(closed_at=timezone.now()),
        lambda gate: Gate.objects.update(closed_by=factory.user()),
        lambda gate: Gate.objects.update(closing_note="Seen green"),
        lambda gate: Gate.objects.filter(pk=factory.closed_gate("T2").pk).update(progress="open"),
    ],
    "evidence_once_per_gate": [
        lambda gate: [factory.evidence(gate), factory.evidence(gate)],
        lambda gate: [
            factory.evidence(gate),
            Evidence.objects.filter(pk=factory.evidence(gate, "Another").pk).update(
                summary=factory.PROOF
            ),
        ],
    ],
    "evidence_kind_known": [lambda gate: factory.evidence(gate, kind="rumour")],
    "evidence_has_substance": [
        lambda gate, text=text: factory.evidence(gate, text)  # type: ignore[misc]
        for text in (
            *("", "   ", "-", "–", "—", ".", "...", "?", "TBD", " tbd ", "Tba", "TBC", "TODO"),
            *("To do", "N/A", "na", "None", "x", "Pending"),
        )
    ],
    "evidence_url_safe": [
        lambda gate, url=url: factory.evidence(gate, url=url)  # type: ignore[misc]
        for url in BAD_URLS
    ],
    "run_url_safe": [
        lambda gate, url=url: factory.run(factory.check(gate), url=url)  # type: ignore[misc]
        for url in BAD_URLS
    ],
    "evidence_file_has_sha256": [
        lambda gate: Evidence.objects.bulk_create(
            [Evidence(gate=gate, summary="See file", **FILE)]
        ),
        lambda gate: Evidence.objects.bulk_create(
            [Evidence(gate=gate, summary="See file", sha256="0" * 64)]
        ),
    ],
    "blocker_unresolved_once": [lambda gate: [factory.blocker(gate), factory.blocker(gate)]],
    "blocker_resolution_when_resolved": [
        lambda gate: factory.blocker(gate, resolution="Key arrived"),
        lambda gate: factory.blocker(gate, resolved_by=factory.user()),
        lambda gate: factory.blocker(gate, resolved_at=timezone.now()),
    ],
    "action_once_per_day": [
        lambda gate: [factory.action(gate.launch), factory.action(gate.launch)],
        lambda gate: [factory.action(gate.launch, day=1), factory.action(gate.launch, day=1)],
    ],
    "action_day_in_plan": [lambda gate: factory.action(gate.launch, day=3)],
    "action_state_known": [lambda gate: factory.action(gate.launch, state="later")],
    "claim_slug_unique_in_launch": [
        lambda gate: [factory.claim(gate.launch), factory.claim(gate.launch)]
    ],
    "requirement_once_per_claim": [
        lambda gate: [
            factory.requirement(claim, gate) for claim in [factory.claim(gate.launch)] * 2
        ]
    ],
    "claim_one_says_launched": [
        lambda gate: [
            factory.claim(gate.launch, slug, says_launched=True) for slug in ("live", "beta")
        ]
    ],
    "claim_min_closed_positive": [lambda gate: factory.claim(gate.launch, min_closed=0)],
    "check_key_unique_in_gate": [lambda gate: [checks.check(gate), checks.check(gate)]],
    "check_kind_known": [lambda gate: checks.check(gate, kind="rumour")],
    "check_fresh_days_in_range": [
        lambda gate: checks.check(gate, fresh_days=0),
        lambda gate: checks.check(gate, fresh_days=3651),
    ],
    "check_dates_in_range": [lambda gate: checks.check(gate, required_from=date(1999, 12, 31))],
    "condition_once_per_check": [lambda gate: condition(checks.check(gate), operator="<")],
    "condition_operator_known": [lambda gate: condition(checks.check(gate), operator="!=")],
    "evidence_kind_is_check_with_check": [
        lambda gate: factory.evidence(gate, kind="check"),
        lambda gate: factory.evidence(gate, gate_check=checks.check(gate)),
        lambda gate: [
            checks.report(checks.check(gate)),
            Evidence.objects.update(kind="statement"),
        ],
    ],
    "evidence_check_once_per_gate": [
        lambda gate: [
            factory.evidence(gate, summary, kind="check", gate_check=check)
            for check in [checks.check(gate)]
            for summary in ("Proven by a run", "Proven by another run")
        ]
    ],
    "run_request_once": [
        lambda gate: [
            Run.objects.create(**{**values, "id": None})
            for values in Run.objects.filter(pk=checks.report(checks.check(gate)).pk).values()
        ]
    ],
    "run_dates_in_range": [
        lambda gate: checks.report(checks.check(gate), at=YEAR_1),
        lambda gate: checks.report(checks.check(gate), at=YEAR_9999),
    ],
    "token_dates_in_range": [
        lambda gate: Token.objects.create(
            name="ci", responsible=factory.user(), created_by=factory.user(), ends_on=date(1, 1, 1)
        )
    ],
    "tokenscope_once": [
        lambda gate: checks.token(*[checks.check(gate)] * 2),
    ],
}
TABLES = (*TRACKED, Run, Token, TokenScope)
# SQLite names a check, but not a unique constraint.
CHECKS = {
    constraint.name
    for model in TABLES
    for constraint in model._meta.constraints
    if isinstance(constraint, models.CheckConstraint)
}


def test_every_named_constraint_is_tested_here() -> None:
    named = {constraint.name for model in TABLES for constraint in model._meta.constraints}

    assert set(WRONG) == named


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param(name, write, id=f"{name}-{number}")
        for name, writes in WRONG.items()
        for number, write in enumerate(writes, 1)
    ],
)
def test_a_constraint_refuses_what_contradicts_it(name: str, write: Wrong) -> None:
    gate = factory.gate("T1")
    before = everything()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write(gate)

    # The trigger for text that shows nothing may come before the checks of the table.
    shows_nothing = name in {"launch_has_name", "evidence_has_substance"}
    refused_by = {name, "text_is_visible"} if shows_nothing else {name}
    diagnosis = getattr(refusal.value.__cause__, "diag", None)
    if diagnosis is not None:
        assert diagnosis.constraint_name in refused_by
    elif name in CHECKS:
        assert any(reason in str(refusal.value) for reason in refused_by)
    assert everything() == before


@pytest.mark.parametrize("url", GOOD_URLS, ids=ascii)
def test_a_plain_web_address_passes_the_constraint(url: str) -> None:
    kept = factory.evidence(factory.gate(), url=url)

    assert Evidence.objects.get(pk=kept.pk).url == url


def test_the_same_thing_may_be_waited_for_again_once_it_was_resolved() -> None:
    gate = factory.gate()
    factory.blocker(gate).resolve(factory.user(), "Key arrived")

    factory.blocker(gate)

    assert gate.blockers.count() == 2


def test_the_same_step_may_stand_on_two_days_and_outside_the_plan() -> None:
    launch = factory.launch()

    for day in (None, 0, 1, 2):
        factory.action(launch, day=day)

    assert launch.actions.count() == 4


def test_two_launches_may_use_the_same_codes() -> None:
    first, second = factory.launch("first"), factory.launch("second")

    for launch in (first, second):
        factory.gate("T1", section=factory.section("T", launch=launch))

    assert Gate.objects.filter(code="T1").count() == 2


def test_making_a_launch_current_takes_the_other_one_down() -> None:
    first, second = factory.launch("first"), factory.launch("second")

    second.make_current()

    assert list(Launch.objects.filter(is_current=True)) == [second]
    assert not Launch.objects.get(pk=first.pk).is_current
