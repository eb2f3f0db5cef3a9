"""Rows change places with their neighbours; a new row comes last."""

import pytest

from gates.models import Gate, LaunchArchived
from gates.models.order import move, place_last
from tests.support import factory

pytestmark = pytest.mark.django_db


def codes() -> list[str]:
    return list(Gate.objects.order_by("position", "pk").values_list("code", flat=True))


@pytest.mark.parametrize("places", [(0, 0, 0), (1, 2, 3), (4, 4, 9)])
def test_a_gate_moves_among_those_of_its_section(places: tuple[int, ...]) -> None:
    section = factory.section("T")
    for number, place in enumerate(places, start=1):
        factory.gate(f"T{number}", section=section, position=place)
    factory.gate("S1", section=factory.section("S"), position=50)
    third = Gate.objects.get(code="T3")
    by = factory.user()

    found = [move(third, up=True, by=by), move(third, up=True, by=by), move(third, up=True, by=by)]

    assert found == [True, True, False]
    assert codes() == ["T3", "T1", "T2", "S1"]
    moved = Gate.objects.get(code="T3").history.latest("history_id")
    assert moved.history_user_name == "sami"


def test_only_rows_whose_place_changes_are_written() -> None:
    section = factory.section("T")
    for number in range(1, 6):
        factory.gate(f"T{number}", section=section, position=number)

    move(Gate.objects.get(code="T2"), up=False, by=factory.user())

    assert codes() == ["T1", "T3", "T2", "T4", "T5"]
    assert {gate.code for gate in Gate.objects.filter(version=2)} == {"T2", "T3"}


def test_nothing_moves_in_an_archived_launch() -> None:
    factory.launch()
    launch = factory.launch("old")
    section = factory.section("T", launch=launch)
    gate = factory.gate("T1", section=section, position=1)
    factory.gate("T2", section=section, position=2)
    launch.archive(factory.user())

    with pytest.raises(LaunchArchived):
        move(Gate.objects.get(pk=gate.pk), up=False, by=factory.user())

    assert codes() == ["T1", "T2"]


def test_ten_comes_after_nine() -> None:
    section = factory.section("T")
    for number in range(1, 11):
        gate = Gate(section=section, code=f"T{number}", title="A gate")
        place_last(gate)
        gate.save()

    assert codes()[-2:] == ["T9", "T10"]
