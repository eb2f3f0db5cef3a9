"""Importing a later Markdown document into the board that an earlier one made."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils import timezone

from gates.models import Blocker, Gate
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.documents import counts, gates, run

pytestmark = pytest.mark.django_db


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
