"""Markdown documents that are refused with their line, hostile text, and slow lines."""

import sys
import time
from itertools import count
from pathlib import Path

import pytest
from django.core.management import CommandError

from gates.documents.markdown.reader import read_markdown
from gates.models import TRACKED, Evidence, Gate
from tests.support.documents import HEAD, TABLE, counts, gates, run
from tests.support.profile import tries

pytestmark = pytest.mark.django_db

SIZE = tries(quick=200_000, full=1_000_000)  # of documents that are nothing but marks


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
    "no title": (f"{HEAD}{TABLE}| A1 | | 🔴 | |\n".encode(), "line 8, A1: the gate has no title"),
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
def test_a_document_of_marks_is_read_in_seconds(text: str) -> None:
    began = time.process_time()

    read_markdown("# Kite\n\n" + text * (SIZE // len(text)))

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
