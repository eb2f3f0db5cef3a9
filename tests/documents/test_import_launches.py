"""Fixtures with several launches: archived ones, and gates taken over from the launch before."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gates.models import TRACKED, Gate, Launch
from gates.operations.integrity import data_errors
from gates.operations.next_launch import start_next_launch
from tests.support import factory
from tests.support.documents import run

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 30)


def launch_row(slug: str, **fields: Any) -> dict[str, Any]:
    days = {"snapshot_date": "2026-04-23", "plan_starts_on": "2026-04-23"}
    return {"model": "gates.launch", "fields": {"slug": slug, "name": slug, **days, **fields}}


def gate_rows(slug: str, **fields: Any) -> list[dict[str, Any]]:
    section = {"launch": [slug], "prefix": "T", "name": "Tech"}
    gate = {"launch": [slug], "section": [slug, "T"], "code": "T1", "title": "One", **fields}
    return [
        {"model": "gates.section", "fields": section},
        {"model": "gates.gate", "fields": gate},
    ]


def fixture(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "fixture.json"
    path.write_text(json.dumps(rows))
    return path


@pytest.mark.parametrize("first", ["old", "new"])
def test_an_archived_launch_comes_whole_and_is_not_the_current_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], first: str
) -> None:
    launches = [launch_row("old", archived_on="2026-05-01", is_current=False), launch_row("new")]
    rows = [*gate_rows("new", follows=["old", "T1"]), *gate_rows("old")]
    path = fixture(tmp_path, *(launches if first == "old" else launches[::-1]), *rows)

    out = run(path, capsys)
    again = run(path, capsys)

    old, new = Launch.objects.get(slug="old"), Launch.objects.get(slug="new")
    assert (old.archived_on, old.is_current, new.is_current) == (date(2026, 5, 1), False, True)
    assert Gate.objects.get(launch=new).follows == Gate.objects.get(launch=old)
    assert "fixture.json" in out
    assert again == "fixture.json: nothing differs\n"
    assert data_errors() == []


def test_a_gate_may_follow_one_of_a_launch_that_the_fixture_does_not_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = factory.gate("T1", section=factory.section("T", launch=factory.launch("old")))

    run(fixture(tmp_path, launch_row("new"), *gate_rows("new", follows=["old", "T1"])), capsys)

    assert Gate.objects.get(launch__slug="new").follows == old
    assert Gate.objects.get(launch__slug="new").history.count() == 1


@pytest.mark.parametrize(
    ("follows", "words"),
    [
        (["old", "T9"], "there is no gate ['old', 'T9']"),
        (["new", "T1"], "A gate is taken over from another launch."),
        ("T1", "is not a natural key"),
    ],
)
def test_a_gate_that_follows_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], follows: Any, words: str
) -> None:
    factory.gate("T1", section=factory.section("T", launch=factory.launch("old")))
    path = fixture(tmp_path, launch_row("new"), *gate_rows("new", follows=follows))

    with pytest.raises(CommandError) as refused:
        run(path, capsys)

    assert words in str(refused.value)
    assert not Launch.objects.filter(slug="new").exists()


def test_an_import_changes_nothing_of_an_archived_launch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factory.launch("current")
    old = factory.launch("old", name="old")
    factory.gate("T1", section=factory.section("T", launch=old, name="Tech"), title="One")
    old.archive(factory.user())
    path = fixture(tmp_path, launch_row("old"), *gate_rows("old", title="Another title"))
    before = [model.history.count() for model in TRACKED]

    with pytest.raises(CommandError) as refused:
        run(path, capsys, same_gate=["T1"])

    assert "old is archived, so nothing in it changes." in str(refused.value)
    assert [model.history.count() for model in TRACKED] == before


def test_a_dump_of_two_launches_is_loaded_again(tmp_path: Path) -> None:
    last = factory.launch()
    factory.closed_gate("T1", section=factory.section("T", launch=last))
    start_next_launch(
        last, slug="next", name="next", snapshot_date=DAY, plan_starts_on=DAY, by=None
    ).make_current()
    Launch.objects.get(pk=last.pk).archive(factory.user())
    path = tmp_path / "dump.json"
    names = [f"gates.{model._meta.model_name}" for model in TRACKED]
    natural = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    call_command("dumpdata", *names, output=str(path), **natural)
    dumped = json.loads(path.read_text())

    gates = [row["fields"] for row in dumped if row["model"] == "gates.gate"]
    launches = [row["fields"] for row in dumped if row["model"] == "gates.launch"]

    assert [gate.get("follows") for gate in gates] == [None, ["primitive", "T1"]]
    assert {row["slug"]: row["archived_on"] is None for row in launches} == {
        "primitive": False, "next": True,
    }  # fmt: skip
