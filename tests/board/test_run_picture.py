"""The picture of a measure against its bound, and its numbers as pages write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gates.board.check_runs import RunRow
from gates.board.run_picture import HEIGHT, MARGIN, WIDTH, draw_runs
from gates.rules import Condition, Operator
from gates.templatetags.checks import close_number, short_number, with_unit

BELOW_500 = Condition("p95", Operator.BELOW, Decimal(500))


def run(value: str | None, counts: bool = True) -> RunRow:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    measures = {} if value is None else {"p95": Decimal(value)}
    return RunRow(1, 1, "", now, now, True, counts, "", "", "", "", "ci", "", False, (), measures)


def test_the_oldest_run_is_first_and_the_highest_number_on_top() -> None:
    picture = draw_runs(BELOW_500, [run("400"), run("600", counts=False), run("612"), run("450")])

    assert picture is not None
    assert [mark.look for mark in picture.marks] == ["met", "missed", "uncounted", "met"]
    assert [mark.x for mark in picture.marks] == [MARGIN, 82, 158, WIDTH - MARGIN]
    assert picture.marks[1].y == MARGIN
    assert picture.marks[3].y == HEIGHT - MARGIN
    assert picture.marks[1].y < picture.bound_y < picture.marks[0].y
    assert len(picture.line.split()) == 3


@pytest.mark.parametrize("value", ["500", "9999999999999999999", "-1", "0.000000000000000000001"])
def test_any_number_lies_within_the_picture(value: str) -> None:
    picture = draw_runs(BELOW_500, [run(value)])

    assert picture is not None
    assert 0 <= picture.marks[0].y <= HEIGHT
    assert 0 <= picture.bound_y <= HEIGHT


def test_without_a_number_there_is_no_picture() -> None:
    assert draw_runs(BELOW_500, []) is None
    assert draw_runs(BELOW_500, [run(None)]) is None
    assert draw_runs(Condition("p95", Operator.BELOW, Decimal("NaN")), [run("1")]) is None


@pytest.mark.parametrize(
    ("value", "bound", "shown"),
    [
        ("410.123456", "500", "410.123"),
        ("499.99999", "500", "499.99999"),
        ("500.0000", "500", "500"),
        ("0.0123456789", "0.01", "0.0123"),
        ("0.00999999", "0.01", "0.00999999"),
        ("30112", "30000", "30,112"),
        ("-1234.5", "0", "-1,234.5"),
        ("-0.5", "0", "-0.5"),
        ("NaN", "0", "–"),
    ],
)
def test_a_number_is_short_and_on_its_side_of_the_bound(value: str, bound: str, shown: str) -> None:
    assert short_number(close_number(Decimal(value), Decimal(bound))) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("0.01", "share", "<bdi>0.01</bdi> <bdi>(1%)</bdi>"),
        ("500", "ms", "<bdi>500</bdi> <bdi>milliseconds</bdi>"),
        ("5", "count", "<bdi>5</bdi>"),
        ("200", "code", "<bdi>200</bdi>"),
        ("7.5", "<b>USD", "<bdi>7.5</bdi> <bdi>&lt;b&gt;USD</bdi>"),
        ("7.5", "", "<bdi>7.5</bdi>"),
    ],
)
def test_a_number_has_its_unit(value: str, unit: str, shown: str) -> None:
    assert with_unit(Decimal(value), unit) == shown
