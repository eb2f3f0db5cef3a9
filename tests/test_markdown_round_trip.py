"""A board written as Markdown, read into an empty database and written again: the same bytes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gates import rules
from gates.board import find_launch, read_board
from gates.models import Gate, Owner
from gates.snapshot.compare import compare
from gates.snapshot.escapes import cell, escaped, unescaped
from gates.snapshot.importing import import_file
from gates.snapshot.outline import Table, outline
from gates.snapshot.read_markdown import read_markdown
from gates.snapshot.write_markdown import write_markdown
from tests import factory

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = datetime(2026, 4, 25, 9, 30, tzinfo=UTC)

# What breaks naive writers and readers, beside any character at all.
HOSTILE = [
    "|", r"\|", "\\", "`", "``", "**", "# ", "## x (1/2 closed)", "<br>", "<script>",
    "&#10;", "&amp;", "&", "\n", "\r\n", "\t", " ", "\u00a0", "\u2028", "\u202e", "مغلق", "بوابة",
    "👩‍💻", "🇸🇦", "✅", "🚫", "P1 — ", "DoD: ", "**DoD:** ", "Covered by T1 drill. ", "---", "- ",
    "1. ", "**Blocked on x from y.** ", "[a](https://example.com)", "[a]: https://example.com",
    "2026-04-23", "{T}", "(3/4 closed)", "T1", "| --- |", "```", "~~~", "> ", "DoD: x. y", "=1+1",
]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=6),
    st.sampled_from(["plain words ", "k6 p95 410 ms ", "a. b. "]),
)


def texts(most: int = 100, least: int = 0) -> st.SearchStrategy[str]:
    """Texts of hostile pieces; with `least`, ones that are not blank."""
    made = st.lists(pieces, min_size=least, max_size=5).map("".join).map(lambda text: text[:most])
    return made.filter(lambda text: text.strip() != "") if least else made


def proofs() -> st.SearchStrategy[str]:
    return texts(least=1).filter(lambda text: not rules.what_text_lacks(text))


moments = st.one_of(
    st.none(),
    st.just(datetime(2026, 4, 22, 21, tzinfo=UTC)),  # midnight in Riyadh
    st.integers(0, 10**15).map(
        lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=n)
    ),
)
days = st.one_of(st.none(), st.dates(date(2026, 4, 1), date(2026, 5, 30)))
addresses = st.sampled_from(
    ["https://example.com/a_(b)?q=1&#x", "https://example.com/|", "http://a"]
)


@st.composite
def evidence(draw: Callable[[Any], Any]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["statement", "link", "output", "document", "measurement"]))
    return {
        "kind": kind,
        "summary": draw(proofs()),
        "url": draw(addresses) if kind == "link" else draw(st.sampled_from(["", "http://a"])),
        "output": draw(texts(least=1)) if kind == "output" else draw(st.sampled_from(["", "a\nb"])),
        "commit": draw(st.sampled_from(["", "ce0027e", "a|b"])),
        "observed_at": draw(moments),
        "valid_until": draw(days),
    }


@st.composite
def blocker(draw: Callable[[Any], Any]) -> dict[str, Any]:
    resolved = draw(st.sampled_from([None, NOW - timedelta(days=1)]))
    return {
        "needs": draw(texts(least=1)),
        "why": draw(texts()),
        "waiting_on": draw(st.integers(0, 2)),
        "raised_at": draw(moments),
        "due_on": draw(days),
        "resolved_at": resolved,
        "resolution": draw(texts(least=1)) if resolved else "",
    }


@st.composite
def gate(draw: Callable[[Any], Any]) -> dict[str, Any]:
    counted = draw(st.booleans())
    return {
        "title": draw(texts(least=1)),
        "progress": draw(st.sampled_from(["open", "partial", "closed", "closed"])),
        "priority": draw(st.sampled_from(["", "P0", "P1", "P2"])),
        "definition_of_done": draw(texts()),
        "notes": draw(texts()),
        "owner": draw(st.sampled_from([None, 0, 1, 2])),
        "counted": counted,
        "not_counted_reason": "" if counted else draw(texts(least=1)),
        "closing_note": draw(texts()),
        "closed_at": draw(moments),
        "evidence": draw(st.lists(evidence(), max_size=2, unique_by=lambda e: e["summary"])),
        "blockers": draw(st.lists(blocker(), max_size=2)),
        "covered": draw(st.booleans()),
    }


boards = st.fixed_dictionaries(
    {
        "name": texts(least=1),
        "notes": texts(),
        "owners": st.lists(texts(least=1), min_size=3, max_size=3, unique=True),
        "sections": st.lists(
            st.tuples(texts(60, least=1), st.lists(gate(), max_size=2), st.booleans()),
            min_size=1,
            max_size=2,
        ).filter(lambda sections: any(gates for _, gates, _ in sections)),
        "actions": st.lists(
            st.fixed_dictionaries(
                {
                    "text": texts(least=1),
                    "estimate": texts(30),
                    "day": st.sampled_from([None, 0, 1, 2]),
                    "state": st.sampled_from(["todo", "doing", "done"]),
                    "gate": st.booleans(),
                    "needs": st.sampled_from([None, 0, 1]),
                }
            ),
            max_size=3,
            unique_by=lambda a: (a["text"], a["day"]),
        ),
        "claims": st.lists(
            st.tuples(texts(least=1), st.sampled_from([None, 1, 24]), st.booleans(), st.booleans()),
            max_size=2,
        ),
    }
)


def build(plan: dict[str, Any]) -> None:
    """Put a generated board into the database."""
    launch = factory.launch(name=plan["name"], notes=plan["notes"])
    owners: list[Owner | None] = [factory.owner(name) for name in plan["owners"]]
    made: list[Gate] = []
    for number, (name, gates, plain) in enumerate(plan["sections"]):
        prefix = "TSO"[number]
        section = factory.section(prefix, launch=launch, name=name, position=number)
        letters = prefix if plain else "XYZ"[number]
        for position, said in enumerate(gates, start=1):
            made.append(build_gate(section, f"{letters}{position}", said, owners, made))
    for position, said in enumerate(plan["actions"]):
        kept = {name: said[name] for name in ("text", "estimate", "day", "state")}
        kept["needs"] = None if said["needs"] is None else owners[said["needs"]]
        factory.action(launch, gate=made[0] if said["gate"] else None, position=position, **kept)
    for number, (name, least, p0, required) in enumerate(plan["claims"]):
        fields = {"name": name, "min_closed": least, "requires_p0": p0, "position": number}
        claim = factory.claim(launch, f"claim-{number}", **fields)
        if required:
            factory.requirement(claim, made[0])


def build_gate(
    section: Any, code: str, said: dict[str, Any], owners: list[Owner | None], made: list[Gate]
) -> Gate:
    names = ("title", "priority", "definition_of_done", "notes", "counted", "not_counted_reason")
    fields = {name: said[name] for name in names}
    fields["owner"] = None if said["owner"] is None else owners[said["owner"]]
    fields["covered_by"] = made[0] if said["covered"] and made else None
    gate = factory.gate(code, section=section, position=int(code[1:]), **fields)
    for proof in said["evidence"]:
        factory.evidence(gate, **proof)
    if said["progress"] == "partial" or (said["progress"] == "closed" and not said["evidence"]):
        gate.progress = "partial"
        gate.save()
    elif said["progress"] == "closed":
        gate.progress = "closed"  # also where its evidence has expired or it waits for something
        gate.closing_note, gate.closed_at = said["closing_note"], said["closed_at"]
        gate.save()
    unresolved: set[str] = set()
    for wait in said["blockers"]:
        if wait["resolved_at"] or wait["needs"] not in unresolved:
            factory.blocker(gate, **{**wait, "waiting_on": owners[wait["waiting_on"]]})
            unresolved |= set() if wait["resolved_at"] else {wait["needs"]}
    return gate


def written(now: datetime = NOW) -> str:
    launch = find_launch()
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
    line = cell(escaped(text))

    table = outline(f"| a | b |\n|---|---|\n| {line} | x |")[0]

    assert isinstance(table, Table)
    assert table.rows[0].written == 2
    assert unescaped(table.rows[0].cells[0]) == text


def test_the_snapshot_comes_back_and_contradicts_itself_in_no_number(path: Path) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    text = written()

    paper, problems = read_markdown(text)

    assert problems == []
    assert paper.skipped == []
    kinds = {found.kind for found in compare(paper)}
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
