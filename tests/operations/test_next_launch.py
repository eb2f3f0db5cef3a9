"""The next launch from the last: what is taken over, what is not, and what stays on record."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from gates.models import TRACKED, Action, Blocker, Check, Claim, Evidence, Gate, Launch
from gates.operations.integrity import data_errors
from gates.operations.next_launch import start_next_launch
from tests.support import factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 30)


@pytest.fixture
def last() -> Launch:
    """A launch with one of everything, of which much has come already."""
    launch = factory.launch()
    section = factory.section("T", launch=launch, position=3)
    fields: dict[str, Any] = {
        "definition_of_done": "p95 < 500 ms",
        "priority": "P0",
        "owner": factory.owner(),
    }
    gate = factory.closed_gate("T10", section=section, notes="Ran on Friday", **fields)
    factory.gate("T2", section=section, covered_by=gate, position=1)
    factory.gate("T3", section=section, counted=False, not_counted_reason="Later", position=2)
    factory.blocker(Gate.objects.get(code="T2"), due_on=TODAY)
    factory.action(launch, day=1)
    claim = factory.claim(launch, says_launched=True)
    factory.requirement(claim, gate)
    return launch


def start(source: Launch, slug: str = "v3-1-0", **values: Any) -> Launch:
    values = {"name": slug, "snapshot_date": TODAY, "plan_starts_on": TODAY, **values}
    return start_next_launch(source, slug=slug, **{"by": factory.user("lina"), **values})


def test_what_must_be_true_is_taken_over_and_nothing_of_what_came(last: Launch) -> None:
    launch = start(last)

    gates = {gate.code: gate for gate in launch.gates.order_by("position", "pk")}
    assert list(gates) == ["T10", "T2", "T3"]
    gate = gates["T10"]
    assert (gate.progress, gate.closed_at, gate.closed_by, gate.closing_note, gate.notes) == (
        "open", None, None, "", "",
    )  # fmt: skip
    assert (gate.definition_of_done, gate.priority, str(gate.owner)) == (
        "p95 < 500 ms", "P0", "Sami",
    )  # fmt: skip
    assert (gates["T2"].covered_by, gates["T3"].not_counted_reason) == (gate, "Later")
    follows = [row.follows for row in gates.values() if row.follows]
    assert [old.code for old in follows] == list(gates)
    assert {old.launch for old in follows} == {last}
    assert [(s.prefix, s.position) for s in launch.sections.all()] == [("T", 3)]
    claim = launch.claims.get()
    assert (claim.slug, claim.min_closed, claim.requires_p0, claim.says_launched) == (
        "launched", 24, True, True,
    )  # fmt: skip
    assert [row.gate for row in claim.requirements.all()] == [gate]
    for model in (Evidence, Blocker):
        assert not model.objects.filter(gate__launch=launch).exists()
    assert not Action.objects.filter(launch=launch).exists()
    assert (launch.is_current, Launch.objects.get(is_current=True)) == (False, last)


def test_checks_are_taken_over_and_hold_nothing_back_yet(last: Launch) -> None:
    gate = Gate.objects.get(code="T10")
    old = factory.check(gate, repository="dealix/api", fresh_days=3, required_from=TODAY)
    factory.run(old)
    factory.check(gate, key="retired", retired_why="Another one asks more")

    launch = start(last)

    check = Check.objects.get(gate__launch=launch)
    assert (check.gate.code, check.key, check.rule()) == ("T10", "load", old.rule())
    assert (check.required_from, check.runs.exists()) == (None, False)


def test_every_row_is_on_record_once_with_its_author_and_origin(last: Launch) -> None:
    before = {model: model.history.count() for model in TRACKED}
    rows = {model: model.objects.count() for model in TRACKED}

    start(last)

    for model in TRACKED:
        new = model.history.order_by("-history_id")[: model.history.count() - before[model]]
        assert len(new) == model.objects.count() - rows[model]
        for row in new:
            assert (row.history_type, row.history_user_name, row.history_change_reason) == (
                "+", "lina", "Taken over from primitive",
            )  # fmt: skip
    assert data_errors() == []


def test_gates_that_cover_each_other_do_so_again(last: Launch) -> None:
    one, two = Gate.objects.get(code="T10"), Gate.objects.get(code="T2")
    one.covered_by = two
    one.save()

    launch = start(last)

    covers = launch.gates.exclude(covered_by=None).values_list("code", "covered_by__code")
    assert dict(covers) == {"T10": "T2", "T2": "T10"}


@pytest.mark.parametrize("slug", ["primitive", "with space", ""])
def test_a_slug_that_is_taken_or_is_none_is_refused_whole(last: Launch, slug: str) -> None:
    counts = [model.history.count() for model in TRACKED]

    with pytest.raises(ValidationError) as refused:
        start(last, slug)

    assert set(refused.value.message_dict) - {"name"} == {"slug"}
    assert [model.history.count() for model in TRACKED] == counts


def test_an_archived_launch_can_be_followed(last: Launch) -> None:
    factory.launch("other").make_current()
    Launch.objects.get(pk=last.pk).archive(factory.user())

    assert start(Launch.objects.get(pk=last.pk)).gates.count() == 3


def test_the_command_does_the_same(last: Launch, capsys: pytest.CaptureFixture[str]) -> None:
    person("sami", "Founder")

    call_command("next_launch", source="primitive", slug="v4", name="Version 4", by="sami")

    assert capsys.readouterr().out == (
        "v4: 1 sections, 3 gates, 1 claims from primitive; nothing is closed\n"
    )
    assert Launch.objects.get(slug="v4").history.get().history_user_name == "sami"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"source": "nowhere", "slug": "v4"}, "there is no launch 'nowhere'; there are: primitive"),
        ({"source": "primitive", "slug": "primitive"}, "nothing was written: slug: "),
        ({"source": "primitive", "slug": "v4", "by": "nobody"}, "there is no account 'nobody'"),
        ({"source": "primitive", "slug": "v4", "by": "noura"}, "'noura' may not add launches"),
        ({"source": "primitive", "slug": "v4", "plan_starts_on": "soon"}, "'soon' is not a date"),
        ({"source": "primitive", "slug": "v4", "name": "a\x00"}, "--name "),
    ],
)
def test_what_the_command_refuses(last: Launch, options: dict[str, str], words: str) -> None:
    person("noura", "Engineer")

    with pytest.raises(CommandError) as refused:
        call_command("next_launch", **options)

    assert words in str(refused.value)
    assert (Launch.objects.count(), Claim.objects.count()) == (1, 1)
