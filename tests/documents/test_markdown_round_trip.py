"""A board written as Markdown, read into an empty database and written again: the same bytes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.documents.importer import import_file
from gates.documents.markdown.blocks import Table, parse_blocks
from gates.documents.markdown.consistency import find_contradictions
from gates.documents.markdown.escaping import escape_cell, escape_text, unescape_text
from gates.documents.markdown.reader import read_markdown
from gates.documents.markdown.writer import write_markdown
from tests.support import factory
from tests.support.strategies import NOW, boards, build, texts

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def written(now: datetime = NOW) -> str:
    launch = get_launch()
    assert launch is not None
    return write_markdown(read_board(launch, now))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents") / "board.md"


@given(plan=boards)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_writing_reading_and_writing_again_gives_the_same_bytes(
    path: Path, plan: dict[str, Any]
) -> None:
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(timezone, "now", lambda: NOW)
        with transaction.atomic():
            build(plan)
            first = written()
            transaction.set_rollback(True)
        path.write_bytes(first.encode())

        import_file(path)

        assert written() == first
        transaction.set_rollback(True)


@given(text=texts())
def test_any_text_is_one_cell_and_comes_back(text: str) -> None:
    line = escape_cell(escape_text(text))

    table = parse_blocks(f"| a | b |\n|---|---|\n| {line} | x |")[0]

    assert isinstance(table, Table)
    assert table.rows[0].written == 2
    assert unescape_text(table.rows[0].cells[0]) == text


def test_the_snapshot_comes_back_and_contradicts_itself_in_no_number(path: Path) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    text = written()

    paper, problems = read_markdown(text)

    assert problems == []
    assert paper.skipped == []
    kinds = {found.kind for found in find_contradictions(paper)}
    assert kinds == {"p0 never assigned", "work left"}  # true of the rows themselves
    assert "**Current status:** 18/30 gates closed." in text
    assert "## Technical Readiness (5/8 closed)" in text
    assert "## Governance (2/2 closed) ✅" in text
    assert "| T2 | v3.0.0 tagged + released | ✅ | [Release v3.0.0](https://github.com/" in text
    path.write_text(text)
    assert import_file(path).differences == []


def test_no_html_and_no_turned_text_gets_into_the_document() -> None:
    gate = factory.gate(title="<img src=x onerror=alert(1)> \u202egpj.exe", notes="</td><script>")
    assert gate.pk

    text = written()

    assert "<img" not in text
    assert "<script" not in text
    assert "\u202e" not in text
