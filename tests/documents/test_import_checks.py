"""Checks in documents: those of the snapshot, what is refused, and documents without any."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from gates.models import TRACKED, Check, Condition, Evidence
from tests.support import factory
from tests.support.boards import board
from tests.support.documents import SNAPSHOT, Rows, counts, row, run

pytestmark = pytest.mark.django_db

LAUNCH = "v3-0-0-primitive-launch"
CHECKS = {
    "T1 health": ["parts_down = 0", "status = 200"],
    "T3 ci": ["failed = 0", "missing = 0", "skipped = 0", "success >= 1"],
    "T6 load": [
        "duration >= 300",
        "http_req_duration.p(95) < 500",
        "http_req_failed.rate < 0.01",
        "http_reqs.count >= 30000",
    ],
    "T7 rollback": ["seconds <= 300"],
    "T8 restore": ["rows >= 1", "rows_lost = 0", "tables_differing = 0"],
}


def checks() -> dict[str, list[str]]:
    return {str(check): sorted(map(str, check.conditions.all())) for check in Check.objects.all()}


def without_checks(rows: Rows) -> None:
    rows[:] = [one for one in rows if one["model"] not in {"gates.check", "gates.condition"}]


def test_the_snapshot_has_checks_that_hold_nothing_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(SNAPSHOT, capsys)

    assert checks() == CHECKS
    assert not Check.objects.exclude(required_from=None).exists()
    assert (board().totals.closed, board().totals.counted) == (18, 30)


def test_a_board_from_before_gets_them_and_the_report_says_so(
    capsys: pytest.CaptureFixture[str], written: Callable[..., Path]
) -> None:
    run(written(without_checks), capsys)
    assert checks() == {}

    told = run(SNAPSHOT, capsys)

    assert checks() == CHECKS
    assert "+ check T6: load\n" in told
    assert "+ condition T6: load http_req_duration.p(95) < 500\n" in told
    assert told.count("\n+ ") + told.startswith("+ ") == 19
    assert "nothing differs" in run(SNAPSHOT, capsys)
    assert Check.history.count() == len(CHECKS)


def test_a_document_without_checks_leaves_them_alone(
    capsys: pytest.CaptureFixture[str], written: Callable[..., Path]
) -> None:
    run(SNAPSHOT, capsys)
    before = counts()

    told = run(written(without_checks), capsys)

    assert "nothing differs" in told
    assert counts() == before


def test_a_changed_bound_is_reported(
    capsys: pytest.CaptureFixture[str], written: Callable[..., Path]
) -> None:
    run(SNAPSHOT, capsys)

    told = run(
        written(lambda rows: row(rows, "condition", measure="duration").update(bound="600")), capsys
    )

    assert "~ condition T6: load duration >= 600: bound: 300 → 600" in told
    assert Condition.objects.get(measure="duration").bound == "600"


def without_conditions(rows: Rows) -> None:
    rows[:] = [one for one in rows if one["fields"].get("gate_check", [""])[-1] != "rollback"]


BROKEN: dict[str, tuple[Callable[[Rows], Any], str]] = {
    "bad kind": (
        lambda rows: row(rows, "check", key="load").update(kind="loadtest"),
        "(check load), kind: Value 'loadtest' is not a valid choice.",
    ),
    "unknown gate": (
        lambda rows: row(rows, "check", key="load").update(gate=[LAUNCH, "X9"]),
        f"(check load), gate: there is no gate ['{LAUNCH}', 'X9']",
    ),
    "unknown check": (
        lambda rows: row(rows, "condition").update(gate_check=[LAUNCH, "T1", "pulse"]),
        f"gate_check: there is no check ['{LAUNCH}', 'T1', 'pulse']",
    ),
    "bad measure": (
        lambda rows: row(rows, "condition", measure="status").update(measure="colour"),
        "(condition health colour = 200), measure: This kind of report has no such measure.",
    ),
    "bad bound": (
        lambda rows: row(rows, "condition", measure="status").update(bound="NaN"),
        "(condition health status = NaN), bound: Write a number, such as 500 or 0.01.",
    ),
    "bound as a number": (
        lambda rows: row(rows, "condition", measure="status").update(bound=200),
        "(condition health status = 200), bound: 200 is not a text",
    ),
    "bad operator": (
        lambda rows: row(rows, "condition", measure="status").update(operator="!="),
        "(condition health status != 200), operator: Value '!=' is not a valid choice.",
    ),
    "no days": (
        lambda rows: row(rows, "check", key="load").update(fresh_days=0),
        "(check load), fresh_days: Ensure this value is greater than or equal to 1.",
    ),
    "no condition": (
        without_conditions,
        "(check rollback), conditions: A check needs at least one condition.",
    ),
    "the same condition twice": (
        lambda rows: rows.append(
            {"model": "gates.condition", "fields": {**row(rows, "condition"), "bound": "204"}}
        ),
        "operator: stands already in row",
    ),
    "a run": (
        lambda rows: rows.append({"model": "gates.run", "fields": {"passed": True}}),
        "model: 'gates.run' is not part of a snapshot",
    ),
    "evidence of a check": (
        lambda rows: row(rows, "evidence").update(kind="check"),
        "A check is attached by its first run that passes.",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_check_names_row_and_field_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], written: Callable[..., Path], name: str
) -> None:
    break_it, expected = BROKEN[name]

    with pytest.raises(CommandError) as refused:
        run(written(break_it, gates=["T1", "T6", "T7"]), capsys)

    assert expected in str(refused.value)
    assert counts() == [(0, 0)] * len(TRACKED)


@pytest.mark.parametrize("ending", ["md", "csv"])
def test_what_a_check_proves_is_written_and_read_without_a_change(
    client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str
) -> None:
    run(SNAPSHOT, capsys)
    rollback = Check.objects.get(key="rollback")
    factory.run(rollback, numbers={"seconds": "214"})
    rollback.gate.close(factory.user(), "Measured")
    client.force_login(factory.user())
    path = tmp_path / f"board.{ending}"
    path.write_bytes(client.get(f"/board.{ending}").content)
    history = rollback.gate.history.count()

    told = run(path, capsys, launch=LAUNCH)

    assert not re.search(r"^[+~] \w+ T7", told, re.MULTILINE)
    assert rollback.gate.history.count() == history
    assert Evidence.objects.get(gate=rollback.gate).kind == "check"
    assert client.get(f"/board.{ending}").content == path.read_bytes()


def test_elsewhere_what_a_check_proved_is_a_measurement_with_a_last_day(
    client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gate = factory.gate("T6")
    factory.run(factory.check(gate))
    gate.close(factory.user(), "Measured")
    client.force_login(factory.user())
    path = tmp_path / "board.md"
    path.write_bytes(client.get("/board.md").content)

    run(path, capsys, launch="elsewhere")

    proof = Evidence.objects.get(gate__launch__slug="elsewhere")
    assert (proof.kind, proof.gate_check) == ("measurement", None)
    assert proof.valid_until is not None
    assert client.get("/launches/elsewhere/board.md").content == path.read_bytes()
