"""A board written as Markdown, read into an empty database and written again: the same bytes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.documents.importer import import_file
from gates.documents.markdown.blocks import Table, parse_blocks
from gates.documents.markdown.consistency import find_contradictions
from gates.documents.markdown.escaping import escape_cell, escape_text, unescape_text
from gates.documents.markdown.reader import read_markdown
from gates.documents.markdown.writer import write_markdown
from gates.models import Claim
from tests.support import factory
from tests.support.profile import examples_on_database
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
@examples_on_database(quick=40, full=200)
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


def test_the_claim_that_is_chosen_to_say_launched_comes_back_and_moves(path: Path) -> None:
    def chosen() -> list[str]:
        return list(Claim.objects.filter(says_launched=True).values_list("slug", flat=True))

    with transaction.atomic():
        launch = factory.gate().launch
        factory.claim(launch, "launched")
        other = factory.claim(launch, "go-live", position=1)
        plain = written()
        other.says_launched = True
        other.save()
        first = written()
        transaction.set_rollback(True)
    path.write_text(first)
    import_file(path)
    again, then = written(), chosen()
    path.write_text(first.replace("| yes |", "|  |").replace("refused |  |", "refused | yes |", 1))
    import_file(path)
    moved = chosen()
    path.write_text(plain)
    import_file(path)

    assert "Says launched" not in plain
    assert (again, then) == (first, ["go-live"])
    assert moved == ["launched"]
    assert chosen() == ["launched"]  # an old document says nothing about it
