"""An archived launch: nothing in it changes, by the models or past them, until it is taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gates.models import (
    TRACKED,
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Launch,
    LaunchArchived,
    Owner,
    Proposal,
    ProposalDecision,
    Requirement,
    Run,
    Section,
    Token,
    TransitionRefused,
)
from tests.support import factory
from tests.support.assertions import sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> dict[Any, Any]:
    """A row of each kind in a launch that is archived, by model."""
    factory.launch()
    launch = factory.launch("old", name="The old one")
    section = factory.section("T", launch=launch)
    gate = factory.closed_gate("T1", section=section)
    opened = factory.gate("T2", section=section)
    claim = factory.claim(launch)
    check = factory.check(opened)
    rows: dict[Any, Any] = {
        Launch: launch,
        Section: section,
        Gate: gate,
        Evidence: factory.evidence(gate, "A second proof"),
        Check: check,
        Condition: check.conditions.get(),
        Blocker: factory.blocker(opened),
        Action: factory.action(launch),
        Claim: claim,
        Requirement: factory.requirement(claim, gate),
    }
    launch.archive(factory.user())
    return {model: model.objects.get(pk=row.pk) for model, row in rows.items()}


def everything() -> list[Any]:
    tables = [(model, model.history) for model in TRACKED]
    return [
        list(rows.order_by().values())
        for model, history in tables
        for rows in (model.objects.all(), history.all())
    ]


def add_another(rows: dict[Any, Any]) -> list[Callable[[], Any]]:
    """A new row of each kind in the same launch."""
    launch, gate = rows[Launch], rows[Gate]
    return [
        lambda: factory.section("X", launch=launch),
        lambda: factory.gate("T9", section=rows[Section]),
        lambda: factory.evidence(gate, "One proof more"),
        lambda: factory.blocker(gate, "A key"),
        lambda: factory.action(launch, "One step more"),
        lambda: factory.claim(launch, "another"),
        lambda: factory.check(gate),
        lambda: Condition.objects.create(gate_check=rows[Check], measure="p99", bound="900"),
        lambda: factory.requirement(rows[Claim], Gate.objects.get(code="T2")),
    ]


MODELS = [model for model in TRACKED if model is not Owner]
OF_LAUNCH = [model for model in MODELS if model is not Launch]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("step", ["save", "delete"])
def test_no_row_is_saved_or_deleted(one: dict[Any, Any], model: Any, step: str) -> None:
    before = everything()

    with pytest.raises(LaunchArchived) as refused:
        getattr(one[model], step)()

    assert refused.value.messages == [
        "The old one is archived, so nothing in it changes. A founder can take it back first."
    ]
    assert everything() == before


@pytest.mark.parametrize("number", range(len(OF_LAUNCH)))
def test_no_row_is_added(one: dict[Any, Any], number: int) -> None:
    before = everything()

    with pytest.raises(LaunchArchived):
        add_another(one)[number]()

    assert everything() == before


@pytest.mark.parametrize("model", MODELS)
def test_the_database_refuses_what_goes_past_the_models(one: dict[Any, Any], model: Any) -> None:
    before, rows = everything(), model.objects.filter(pk=one[model].pk)
    table = model._meta.db_table

    for write in (
        lambda: rows.update(version=9),
        lambda: sql(f"DELETE FROM {table} WHERE id = {one[model].pk}"),
    ):
        with pytest.raises(IntegrityError, match="archived"), transaction.atomic():
            write()

    assert everything() == before


def test_a_row_is_not_moved_into_an_archived_launch_past_the_models(one: dict[Any, Any]) -> None:
    claim = factory.claim(Launch.objects.get(slug="primitive"), "elsewhere")

    with pytest.raises(IntegrityError, match="archived"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(launch=one[Launch])

    assert Claim.objects.get(pk=claim.pk).launch.slug == "primitive"


@pytest.mark.parametrize(
    "step",
    [
        lambda rows, by: Gate.objects.get(code="T2").close(by, "Seen"),
        lambda rows, by: rows[Gate].reopen(by, "Because"),
        lambda rows, by: rows[Blocker].resolve(by, "It came"),
        lambda rows, by: rows[Launch].make_current(),
    ],
    ids=["close", "reopen", "resolve", "make current"],
)
def test_every_decision_is_refused(one: dict[Any, Any], step: Callable[..., Any]) -> None:
    before = everything()

    with pytest.raises(LaunchArchived):
        step(one, factory.user())

    assert everything() == before


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (lambda check, token, proposal: factory.run(check, token=token), LaunchArchived),
        (lambda check, token, proposal: proposal.accept(factory.user()), LaunchArchived),
        (lambda check, token, proposal: proposal.drop(factory.user(), "Old"), LaunchArchived),
        (lambda check, token, proposal: factory.token(check, name="new"), ValidationError),
    ],
    ids=["run", "accept", "drop", "token"],
)
def test_what_is_only_added_to_is_refused(step: Callable[..., Any], error: type[Exception]) -> None:
    factory.launch()
    section = factory.section("T", launch=factory.launch("old", name="The old one"))
    check = factory.check(factory.gate("T1", section=section))
    token = factory.token(check)
    proposal = Proposal.objects.create(
        gate=check.gate,
        kind="statement",
        summary="The restore took 9 minutes",
        received_at=timezone.now(),
        token=token,
        token_name=token.name,
        request="1",
    )
    section.launch.archive(factory.user())
    before = everything()

    with pytest.raises(error, match="The old one is archived"):
        step(Check.objects.get(), token, Proposal.objects.get(pk=proposal.pk))

    assert everything() == before
    assert not Run.objects.exists()
    assert not ProposalDecision.objects.exists()
    assert Token.objects.get() == token


def test_a_launch_is_archived_and_taken_back_by_somebody_once_each(one: dict[Any, Any]) -> None:
    launch, lina = one[Launch], factory.user("lina")

    found = [launch.archive(lina), launch.take_back(lina), launch.take_back(lina)]
    one[Gate].title = "Changed"
    one[Gate].launch.refresh_from_db()
    one[Gate].save()

    assert found == [False, True, False]
    assert launch.archived_on is None
    by = launch.history.order_by("history_id").values_list("history_user_name", flat=True)
    assert list(by) == ["", "sami", "lina"]
    assert Gate.objects.get(pk=one[Gate].pk).title == "Changed"


def test_the_current_launch_is_not_archived() -> None:
    launch = factory.launch()

    with pytest.raises(TransitionRefused, match="current launch cannot be archived"):
        launch.archive(factory.user())

    assert (launch.is_current, launch.archived_on, launch.history.count()) == (True, None, 1)


def test_exactly_one_launch_stays_current() -> None:
    first, second = factory.launch(), factory.launch("second")

    found = [second.make_current(), second.make_current(), first.archive(factory.user())]

    assert found == [True, False, True]
    assert list(Launch.objects.filter(is_current=True)) == [second]
