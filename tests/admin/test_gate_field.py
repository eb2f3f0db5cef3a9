"""Choosing a gate by its code in the admin."""

import pytest
from django.core.exceptions import ValidationError

from gates.admin.gate_field import GateField
from tests.support import factory

pytestmark = pytest.mark.django_db


def test_a_code_means_the_gate_of_the_current_launch() -> None:
    launch = factory.launch("current")
    launch.make_current()
    other = factory.launch("other")
    here = factory.gate("T1", section=factory.section("T", launch=launch))
    there = factory.gate("T1", section=factory.section("T", launch=other))
    field = GateField()

    assert field.clean(" t1 ") == here
    assert field.clean("other/T1") == there
    assert field.clean("\u200fT\u0661\u200e") == here
    assert field.clean("Other/t1") == there
    assert field.clean("https://board.example/launches/other/gates/T1/?as_of=2026#x") == there
    assert field.clean("/gates/t%D9%A1/") == here
    assert field.prepare_value(here.pk) == "T1"
    assert field.prepare_value(there.pk) == "other/T1"
    assert not field.has_changed(here.pk, "T1")
    assert field.has_changed(here.pk, "other/T1")


@pytest.mark.parametrize(
    "text", ["T9", "no/T1", "x" * 500, "99999999999999999999", "/", "T1/", "1", "9"]
)
def test_what_names_no_gate_is_refused_by_name(text: str) -> None:
    factory.gate("T1")

    with pytest.raises(ValidationError, match="There is no gate") as refused:
        GateField().clean(text)

    assert text[:60] in str(refused.value)


def test_nothing_is_nothing() -> None:
    assert GateField(required=False).clean("") is None
    assert GateField(required=False).prepare_value(None) is None
    with pytest.raises(ValidationError, match="required"):
        GateField().clean("")
