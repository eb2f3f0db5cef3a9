"""Importing a Markdown document: the same rows as the fixture, or a refusal with its line."""

import json
import re
import sys
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gates.documents.importer import import_file
from gates.documents.markdown.reader import read_markdown
from gates.models import TRACKED, Action, Blocker, Evidence, Gate, Launch, Owner, Section
from tests.documents.test_importer import counts, run
from tests.documents.test_snapshot import SNAPSHOT
from tests.support import factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent / "data"
REAL = DATA / "LAUNCH_GATES.md"
AS_RECEIVED = DATA / "LAUNCH_GATES.as-received.md"
HEAD = "# Opening\n**Snapshot date:** 2026-05-01\n\n## Building\n\n"
TABLE = "| # | Gate | Status | Evidence / DoD |\n|---|---|---|---|\n"


def document(tmp_path: Path, text: str, name: str = "document.md") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def gates(tmp_path: Path, *rows: str) -> Path:
    return document(tmp_path, HEAD + TABLE + "".join(f"{row}\n" for row in rows))


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
    assert (gate.notes, gate.definition_of_done) == ("a | b", "Bright. Very.")


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


def test_a_later_document_updates_the_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sami = person("sami", "Founder")
    first = gates(
        tmp_path,
        "| A1 | Lights | 🔴 | DoD: bright |",
        "| A2 | Doors | ✅ | Tried them |",
        "| A3 | Keys | 🚫 | **Blocked on keys from Huda.** |",
        "| A4 | Sign | 🔴 | |",
    )
    run(first, capsys)
    later = gates(
        tmp_path,
        "| A1 | Lights | ✅ | Seen burning |",
        "| A2 | Doors | 🟡 | One is stuck |",
        "| A3 | Keys | ✅ | Keys are here |",
    )

    out = run(later, capsys, by="sami")

    assert "~ gate A1: progress: open → closed" in out
    assert "~ gate A2: progress: closed → partial" in out
    assert "gate A4 Sign" in out.partition("On the board but not in the document")[2]
    assert "A3: the document no longer names the blocker 'keys' (from Huda)" in out
    assert "A3 (line 10): closed in the document, but on the board it waits for keys" in out
    assert dict(Gate.objects.values_list("code", "progress")) == {
        "A1": "closed", "A2": "partial", "A3": "partial", "A4": "open",
    }  # fmt: skip
    assert Gate.objects.get(code="A1").definition_of_done == "bright"
    newest = Gate.history.filter(code="A1").order_by("-history_id")[0]
    assert (newest.history_user_name, newest.progress) == ("sami", "closed")

    Blocker.objects.get().resolve(sami, "Huda brought them")
    run(later, capsys)

    assert Gate.objects.get(code="A3").progress == "closed"
    before = counts()
    assert run(later, capsys).endswith("nothing differs\n")
    assert counts() == before


def test_documents_are_dated_back_one_after_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = gates(tmp_path, "| A1 | Lights | 🔴 | DoD: bright |")
    run(first, capsys, dated="2026-04-01")
    second = gates(tmp_path, "| A1 | Lights | ✅ | Seen burning |")

    run(second, capsys, dated="2026-04-08")

    history = Gate.history.order_by("history_date")
    assert [timezone.localtime(row.history_date).isoformat() for row in history] == [
        "2026-04-01T00:00:00+03:00",
        "2026-04-08T00:00:00+03:00",
    ]
    said = history[1].history_change_reason
    today = timezone.localdate()
    assert re.search(rf", dated 2026-04-08, imported {today} \d\d:\d\d:\d\d\+03:00$", said)
    before = counts()
    with pytest.raises(CommandError, match=r"later history, of 2026-04-08 00:00.*2026-04-07 would"):
        run(first, capsys, dated="2026-04-07")
    with pytest.raises(CommandError, match="in the future"):
        run(first, capsys, dated="2999-01-01")
    with pytest.raises(CommandError, match="'soon' is not a date"):
        run(first, capsys, dated="soon")
    assert counts() == before
    run(second, capsys, dated="2026-04-08")
    assert counts() == before


def test_what_was_deleted_later_is_later_history_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(gates(tmp_path, "| A1 | Lights | 🔴 | |"), capsys, dated="2026-04-01")
    gate = Gate.objects.get()
    factory.evidence(gate).delete()

    with pytest.raises(CommandError, match="later history"):
        run(gates(tmp_path, "| A1 | Lights | 🟡 | |"), capsys, dated="2026-04-02")

    assert Gate.objects.get().progress == "open"


def test_the_launch_is_the_one_with_the_name_or_the_one_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = gates(tmp_path, "| A1 | Lights | 🔴 | |")
    other = factory.launch("first", name="Opening")

    run(path, capsys)
    run(path, capsys, launch="second")

    assert {gate.launch.slug for gate in Gate.objects.all()} == {"first", "second"}
    with pytest.raises(CommandError, match=r"several launches have this name \(first, second\)"):
        run(path, capsys)
    assert other.name == "Opening"


def test_a_launch_with_an_arabic_name_gets_a_slug(tmp_path: Path) -> None:
    text = (HEAD + TABLE + "| A1 | إضاءة | مغلق | رأيتها تعمل 2026-04-20 |\n").replace(
        "# Opening", "# بوابات الإطلاق"
    )

    import_file(document(tmp_path, text))

    assert Launch.objects.get().slug == "launch"
    assert Evidence.objects.get().observed_at == datetime(
        2026, 4, 20, tzinfo=timezone.get_default_timezone()
    )


BROKEN: dict[str, tuple[bytes, str]] = {
    "no gate table": (b"# Opening\n\nwords\n", "line 1: no gate table"),
    "empty": (b"", "no gate table"),
    "binary": (b"# Opening\nwords\x00words\n", "a NUL character in line 2"),
    "an image": (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8 (byte 1, line 1)"),
    "UTF-16": ((HEAD + TABLE).encode("utf-16"), "UTF-16, not UTF-8"),
    "Windows-1256": ("# a\nمغلق".encode("cp1256"), "not UTF-8 (byte 5, line 2)"),
    "50 MB": (b"nonsense" * (50 * 1024 * 1024 // 8), "more than a document can have"),
    "a missing cell": (
        f"{HEAD}{TABLE}| A1 | Lights | 🔴 |\n".encode(), "line 8: 3 cells, fewer than the 4",
    ),
    "a cell too many": (
        f"{HEAD}{TABLE}| A1 | Lights | 🔴 | a | b |\n".encode(), "line 8: 5 cells, more than the 4",
    ),
    "a code twice": (
        f"{HEAD}{TABLE}| A1 | x | 🔴 | |\n| A1 | y | 🔴 | |\n".encode(),
        "line 9, A1: stands already in line 8",
    ),
    "no title": (f"{HEAD}{TABLE}| A1 | | 🔴 | |\n".encode(), "line 8 (gate A1), title"),
    "an unknown status": (
        f"{HEAD}{TABLE}| A1 | x | green | |\n".encode(), "line 8, A1: 'green' is not a status",
    ),
    "two statuses": (f"{HEAD}{TABLE}| A1 | x | ✅ open | |\n".encode(), "'✅ open' is not a"),
    "a title that is too long": (
        f"{HEAD}{TABLE}| A1 | {'x' * 301} | 🔴 | |\n".encode(), "line 8 (gate A1), title: Ensure",
    ),
    "no name": (f"## B\n{TABLE}| A1 | x | 🔴 | |\n".encode(), "title: no title: begin with"),
    "an impossible date": (
        f"{HEAD}{TABLE}| A1 | x | 🔴 | |\n".replace("05-01", "02-31").encode(),
        "line 1 (launch opening), snapshot_date",
    ),
    "two sections with the same letters": (
        f"{HEAD}{TABLE}| A1 | x | 🔴 | |\n\n## C {{B}}\n\n## D {{B}}\n".encode(),
        "line 12, B: the section in line 10 has the letters B already",
    ),
    "a step for no gate": (
        f"{HEAD}{TABLE}| A1 | x | 🔴 | |\n\n| Gate | Action |\n|--|--|\n| y | z |\n".encode(),
        "line 12, gate: 'y' is not a code, nor the title of one gate",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_imported_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    content, expected = BROKEN[name]
    path = tmp_path / "document.md"
    path.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        run(path, capsys)

    assert expected in str(refused.value)
    assert counts() == [(0, 0)] * len(TRACKED)


def test_hostile_text_is_kept_and_steers_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "<script>alert(1)</script> \x1b[31mred [x](javascript:alert(1))"

    out = run(gates(tmp_path, f"| A1 | {text} | ✅ | {text} |"), capsys)

    assert "\x1b" not in out
    assert Gate.objects.get().title == text
    proof = Evidence.objects.get()
    assert (proof.kind, proof.url, proof.summary) == ("statement", "", text)


@pytest.mark.parametrize(
    "line",
    ["[" * 20_000, "*" * 20_000, "`a " * 7_000, "**Gap to " * 3_000, "e.g. " * 4_000, "> " * 9_000],
    ids=lambda line: line[:6],
)
def test_no_line_makes_the_reader_slow(line: str) -> None:
    began = time.process_time()

    read_markdown(f"# {line}\n{line}\n\n- {line}\n\n{TABLE}| A1 | {line} | ✅ | DoD: {line} |\n")
    read_markdown(f"{TABLE}| A1 | x | ✅ | [{line}]({line}) |\n")

    assert time.process_time() - began < 20  # it takes well under one; a careless pattern, hours


@pytest.mark.parametrize("text", ["|", "*", "`", "` ", "<!--", "[a][b]", "- [ ] a\n", "> "])
def test_a_megabyte_of_marks_is_read_in_seconds(text: str) -> None:
    began = time.process_time()

    read_markdown("# Kite\n\n" + text * (1_000_000 // len(text)))

    # Well under two on an idle machine, except for 125,000 boxes; a quadratic step, minutes.
    assert time.process_time() - began < 40


def test_the_work_of_reading_grows_with_the_document_and_no_faster() -> None:
    """Counted in calls, because seconds depend on what else the machine does."""

    def calls(number: int) -> int:
        rows = "".join(f"| A{i} | gate {i} | ✅ | seen {i} green |\n" for i in range(number))
        counted = count()
        sys.setprofile(lambda *_: next(counted) and None)
        try:
            paper, problems = read_markdown(f"# Big\n## All ({number}/{number})\n{TABLE}{rows}")
        finally:
            sys.setprofile(None)
        assert (len(paper.gates), problems) == (number, [])
        return next(counted)

    calls(10)  # what is kept from the first time on

    assert calls(2_000) < 10 * calls(200) * 1.1


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
