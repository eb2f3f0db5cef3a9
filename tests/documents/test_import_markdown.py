"""Importing a Markdown document: the same rows as the fixture, or a refusal with its line."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gates.documents.importer import import_file
from gates.models import TRACKED, Action, Blocker, Evidence, Gate, Launch, Owner, Section
from tests.support.documents import (
    AS_RECEIVED,
    HEAD,
    REAL,
    SNAPSHOT,
    TABLE,
    counts,
    document,
    gates,
    run,
)

pytestmark = pytest.mark.django_db


# Numbers of rows and who wrote them differ between two databases; everything else must not.
NOT_SAID = {"id", "slug", "role", "recorded_at", "is_current"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything on the board, with references as natural keys without the launch."""
    said: dict[str, list[dict[str, Any]]] = {}
    for model in TRACKED:
        found = said[model.__name__] = []
        for row in model.objects.order_by("pk"):
            values = {}
            for field in model._meta.concrete_fields:
                value = getattr(row, field.name)
                if field.is_relation and value is not None:
                    key = value.natural_key()
                    value = key if model is Launch or len(key) == 1 else key[1:]
                    value = "the launch" if isinstance(getattr(row, field.name), Launch) else value
                if field.name not in NOT_SAID or (field.name == "slug" and model is not Launch):
                    values[field.name] = value
            found.append(values)
    return said


def test_the_document_gives_the_same_rows_as_the_fixture(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(REAL, capsys)
    from_markdown = rows()
    slug = Launch.objects.get().slug
    Launch.objects.all().update(slug="x")

    assert slug == "dealix-launch-gates-v300-primitive-launch"
    call_command("import_snapshot", str(SNAPSHOT), launch="v3-0-0-primitive-launch")
    by_launch = Gate.objects.filter(launch__slug="v3-0-0-primitive-launch")
    assert by_launch.count() == 34
    fixture = rows()
    for table, found in from_markdown.items():
        if table == "Owner":
            assert [owner["name"] for owner in found] == ["Sami"]
        elif table in {"Check", "Condition"}:  # only the fixture has them
            assert not found
        else:
            assert fixture[table][len(found) :] == found, table


def test_on_the_board_of_the_fixture_the_document_changes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(SNAPSHOT, capsys)
    before = counts()

    out = run(REAL, capsys)

    assert out.endswith("LAUNCH_GATES.md: nothing differs\n")
    assert "Contradictions in the document (7):" in out
    assert "Skipped" not in out
    assert counts() == before
    assert Launch.objects.get().slug == "v3-0-0-primitive-launch"


def test_a_dry_run_in_an_empty_database_prints_the_contradictions_and_writes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = run(REAL, capsys, dry_run=True)

    assert "Contradictions in the document (7):" in out
    assert "+ gate T6" in out
    assert "+ evidence T2: Release v3.0.0" in out
    assert counts() == [(0, 0)] * len(TRACKED)


def test_a_program_reads_the_same_report_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(REAL, capsys, dry_run=True, format="json")

    report = json.loads(out)
    assert (report["file"], report["dry_run"]) == ("LAUNCH_GATES.md", True)
    assert report["contradictions"][0]["kind"] == "heading"
    assert len(report["contradictions"]) == 7
    added = next(found for found in report["differences"] if found["name"] == "T6")
    assert (added["model"], added["field"], added["gate"]) == ("gate", "", "T6")
    assert ["progress", "open"] in added["values"]

    with pytest.raises(CommandError):
        run(AS_RECEIVED, capsys, format="json")
    refused = json.loads(capsys.readouterr().out)["refused"]
    assert refused[0] == {"where": "line 26", "field": "S1", "message": "the status is empty"}


def test_empty_statuses_are_named_and_nothing_is_imported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(CommandError) as refused:
        run(AS_RECEIVED, capsys)

    named = re.findall(r"line (\d+), (\w+): the status is empty", str(refused.value))
    assert named == [
        ("26", "S1"), ("27", "S2"), ("28", "S3"), ("29", "S4"), ("31", "S6"), ("36", "O1"),
        ("37", "O2"),
    ]  # fmt: skip
    assert counts() == [(0, 0)] * len(TRACKED)


def test_someone_can_say_what_an_empty_status_means(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(AS_RECEIVED, capsys, empty_status="مغلق")

    assert "the status was empty and is taken as told: S1, S2, S3, S4, S6, O1, O2" in out
    assert Gate.objects.filter(progress="closed").count() == 18
    with pytest.raises(CommandError, match="'green' is not a status"):
        run(AS_RECEIVED, capsys, empty_status="green")


@pytest.mark.parametrize(
    ("written", "progress"),
    [
        ("✅", "closed"), ("**Closed**", "closed"), ("CLOSED", "closed"), ("✅ Closed", "closed"),
        ("مغلق", "closed"), ("**مغلقة**", "closed"), ("🟡", "partial"), ("partial", "partial"),
        ("جزئي", "partial"), ("🔴", "open"), ("`Open`", "open"), ("مفتوح", "open"),
        ("🚫", "open"), ("_blocked_", "open"), ("محجوب", "open"), ("🚫 🟡", "partial"),
    ],
)  # fmt: skip
def test_a_status_is_a_mark_or_a_word(tmp_path: Path, written: str, progress: str) -> None:
    import_file(gates(tmp_path, f"| A1 | Lights on | {written} | Blocked on bulbs from Huda. |"))

    gate = Gate.objects.get()
    assert gate.progress == progress
    blocked = written.strip("_") in {"🚫", "blocked", "محجوب", "🚫 🟡"}
    assert gate.blockers.exists() == blocked


def test_columns_may_stand_in_any_order_and_have_other_names(tmp_path: Path) -> None:
    text = HEAD + (
        "| Owner | Status | Notes | ID | DoD | Gate | Priority |\n|--|--|--|--|--|--|--|\n"
        r"| Huda | Open | P1 — a \| b | A1 | Bright. Very. | Lights | P0 |"
        "\n"
    )

    import_file(document(tmp_path, text))

    gate = Gate.objects.get()
    assert (gate.code, gate.title, gate.priority, str(gate.owner)) == ("A1", "Lights", "P0", "Huda")
    assert (gate.notes, gate.definition_of_done) == ("a | b\nPriority: P1", "Bright. Very.")


def test_sections_that_mean_nothing_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = gates(tmp_path, "| A1 | Lights | 🔴 | |")
    path.write_text(
        path.read_text() + "\n## Poem\n\nRoses are red\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )

    out = run(path, capsys)

    assert "line 12, “Poem”: 4 lines, beginning “Roses are red”" in out


def test_closed_without_evidence_is_partial_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(gates(tmp_path, "| A1 | Lights | ✅ | |", "| A2 | Doors | ✅ | TBD |"), capsys)

    assert "A1 (line 8): closed in the document, no evidence given; imported as partial" in out
    assert "A2 (line 9): closed in the document, no evidence given" in out
    assert set(Gate.objects.values_list("progress", flat=True)) == {"partial"}
    assert not Evidence.objects.exists()


def test_a_launch_with_an_arabic_name_gets_a_slug(tmp_path: Path) -> None:
    text = (HEAD + TABLE + "| A1 | إضاءة | مغلق | رأيتها تعمل 2026-04-20 |\n").replace(
        "# Opening", "# بوابات الإطلاق"
    )

    import_file(document(tmp_path, text))

    assert Launch.objects.get().slug == "launch"
    assert Evidence.objects.get().observed_at == datetime(
        2026, 4, 20, tzinfo=timezone.get_default_timezone()
    )


def test_who_is_waited_for_is_found_where_the_document_says_it(tmp_path: Path) -> None:
    path = gates(
        tmp_path,
        "| A1 | Lights | 🚫 | Blocked on bulbs |",
        "| A2 | Doors | 🚫 | **Blocked on hinges from Omar.** + a screw |",
        "| A3 | Keys | 🚫 | waiting |",
    )
    path.write_text(
        path.read_text() + "\n- **Blocked on Huda:** 1/3 (A1 lights)\n\n"
        "## What we CANNOT close without Nora\n\n| Gate | Blocker | Why |\n|---|---|---|\n"
        "| A3 | Spare keys | Cannot lock |\n"
    )

    import_file(path)

    found = Blocker.objects.order_by("gate__code").values_list(
        "gate__code", "needs", "waiting_on__name", "why", "raised_at"
    )
    assert list(found) == [
        ("A1", "bulbs", "Huda", "", None),
        ("A2", "hinges", "Omar", "", None),
        ("A3", "Spare keys", "Nora", "Cannot lock", None),
    ]
    assert Gate.objects.get(code="A2").notes == "a screw"
    assert Owner.objects.count() == 3
    assert Section.objects.get().name == "Building"
    assert not Action.objects.exists()
