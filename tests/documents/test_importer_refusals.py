"""Documents that cannot be imported: the row and field are named, and nothing is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from gates.models import TRACKED, Evidence, Gate
from tests.support.documents import SNAPSHOT, Rows, counts, row, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("launch", [5, {"a": 1}, True, "v3-0-0-primitive-launch", [[1]]])
def test_renaming_the_launch_of_a_broken_document_is_refused_too(
    capsys: pytest.CaptureFixture[str], written: Any, launch: Any
) -> None:
    path = written(lambda rows: row(rows, "gate", code="T6").update(launch=launch), gates=["T6"])

    with pytest.raises(CommandError, match="launch"):
        run(path, capsys, launch="second")

    assert counts() == [(0, 0)] * len(TRACKED)


def first_evidence_of(rows: Rows, code: str) -> dict[str, Any]:
    return next(
        found
        for found in rows
        if found["model"] == "gates.evidence" and found["fields"]["gate"][1] == code
    )


BROKEN: dict[str, tuple[Callable[[Rows], Any], list[str]]] = {
    "unknown code": (
        lambda rows: row(rows, "blocker").update(gate=["v3-0-0-primitive-launch", "X9"]),
        ["blocker", "gate: there is no gate", "'X9'"],
    ),
    "bad status": (
        lambda rows: row(rows, "gate", code="T6").update(progress="green"),
        ["gate T6", "progress", "'green' is not open, partial or closed"],
    ),
    "closed without evidence": (
        lambda rows: row(rows, "gate", code="T6").update(progress="closed"),
        ["gate T6", "progress: A gate can only be closed once evidence is attached."],
    ),
    "closed, its evidence taken out": (
        lambda rows: rows.remove(first_evidence_of(rows, "T1")),
        ["gate T1", "progress: A gate can only be closed once evidence is attached."],
    ),
    "duplicate code": (
        lambda rows: row(rows, "gate", code="T7").update(code="T6"),
        ["gate T6", "code: stands already in row 15"],
    ),
    "evidence without substance": (
        lambda rows: row(rows, "evidence").update(summary="TBD"),
        ["evidence TBD", "summary: Evidence must say what was seen."],
    ),
    "unsafe link": (
        lambda rows: row(rows, "evidence", kind="link").update(url="javascript:alert(1)"),
        ["evidence Release v3.0.0", "url: Only http:// and https://"],
    ),
    "unknown field": (
        lambda rows: row(rows, "gate", code="T6").update(colour="red"),
        ["gate T6", "colour: there is no such field"],
    ),
    "missing field": (
        lambda rows: row(rows, "gate", code="T6").pop("section"),
        ["gate T6", "section: is missing"],
    ),
    "unknown table": (
        lambda rows: rows.append({"model": "auth.user", "fields": {"username": "x"}}),
        ["row 106, model: 'auth.user' is not part of a snapshot"],
    ),
    "a number instead of a text": (
        lambda rows: row(rows, "gate", code="T6").update(title=5),
        ["gate T6", "title: 5 is not a text"],
    ),
    "a NUL character": (
        lambda rows: row(rows, "gate", code="T6").update(title="a\x00b"),
        ["gate T6", "title: contains a NUL character"],
    ),
    "a text that is too long": (
        lambda rows: row(rows, "gate", code="T6").update(title="x" * 301),
        ["gate T6", "title: Ensure this value has at most 300 characters"],
    ),
    "an impossible date": (
        lambda rows: row(rows, "launch").update(snapshot_date="2026-02-30"),
        ["launch v3-0-0-primitive-launch", "snapshot_date"],
    ),
    "a moment without a time zone": (
        lambda rows: row(rows, "evidence").update(observed_at="2026-04-23T10:00:00"),
        ["evidence", "observed_at", "has no time zone"],
    ),
    "not counted without a reason": (
        lambda rows: row(rows, "gate", code="S5").pop("not_counted_reason"),
        ["gate S5", "not_counted_reason: Say why this gate is not counted."],
    ),
    "an unknown person": (
        lambda rows: row(rows, "blocker").update(waiting_on=["Nobody"]),
        ["blocker", "waiting_on: there is no owner ['Nobody']"],
    ),
    "a fraction for a whole number": (
        lambda rows: row(rows, "claim").update(min_closed=1.99),
        ["claim launched", "min_closed: 1.99 is not a whole number"],
    ),
    "true for a whole number": (
        lambda rows: row(rows, "claim").update(min_closed=True),
        ["claim launched", "min_closed: True is not a whole number"],
    ),
    "half a character": (
        lambda rows: row(rows, "gate", code="T6").update(title="x\ud800y"),
        ["gate T6", "title: contains half a character"],
    ),
    "a moment before the calendar": (
        lambda rows: row(rows, "evidence").update(observed_at="0001-01-01T00:00:00+14:00"),
        ["evidence", "observed_at: The year must be between 2000 and 2099."],
    ),
    "a moment after the calendar": (
        lambda rows: row(rows, "evidence").update(observed_at="9999-12-31T23:59:59-12:00"),
        ["evidence", "observed_at: The year must be between 2000 and 2099."],
    ),
    "nothing where something is needed": (
        lambda rows: row(rows, "evidence").update(recorded_at=None),
        ["evidence", "recorded_at: must not be empty"],
    ),
    "resolved without saying how": (
        lambda rows: row(rows, "blocker").update(resolved_at="2026-05-01T10:00:00+03:00"),
        ["blocker", "Resolved means: when, and how."],
    ),
    "a launch that is a number": (
        lambda rows: row(rows, "gate", code="T6").update(launch=5),
        ["gate", "launch", "5 is not a natural key"],
    ),
    "rows with numbers": (
        lambda rows: rows[0].update(pk=1),
        ["row 1", "pk: rows are named by their natural keys"],
    ),
    "a row that is not one": (lambda rows: rows.append(["gate"]), ["row 106: not a row"]),
    "a claim that always holds": (
        lambda rows: row(rows, "claim").update(min_closed=0),
        ["claim launched", "min_closed: Ensure this value is greater than or equal to 1."],
    ),
}


# These documents have all 34 gates, whose rows are numbered in the message. The others have the six
# that are named here: a whole import takes half a second.
WHOLE = ("duplicate code", "unknown table", "a row that is not one")
SOME_GATES = ("T1", "T2", "T6", "T7", "S5", "O3")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_names_row_and_field_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], written: Any, name: str
) -> None:
    break_it, expected = BROKEN[name]
    path = written(break_it, gates=() if name in WHOLE else SOME_GATES)

    with pytest.raises(CommandError) as refused:
        run(path, capsys)

    for words in expected:
        assert words in str(refused.value)
    assert counts() == [(0, 0)] * len(TRACKED)


def test_a_broken_document_leaves_an_existing_board_as_it_was(
    capsys: pytest.CaptureFixture[str], written: Any
) -> None:
    run(SNAPSHOT, capsys)
    before = counts()

    def change(rows: Rows) -> None:
        row(rows, "gate", code="T1").update(title="Changed", progress="open")
        row(rows, "claim").update(min_closed=0)

    with pytest.raises(CommandError):
        run(written(change), capsys)

    assert counts() == before
    assert Gate.objects.get(code="T1").progress == "closed"


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "truncated": (SNAPSHOT.read_bytes()[:5000], "not JSON: "),
    "empty": (b"", "not JSON: "),
    "UTF-16": (SNAPSHOT.read_text().encode("utf-16"), "UTF-16, not UTF-8"),
    "Latin-1": ('[{"model": "é"}]'.encode("latin-1"), "not UTF-8 (byte 13, line 1)"),
    "an object": (b'{"model": "gates.gate"}', "not a fixture"),
    "no rows": (b"[]", "not a fixture"),
    "too deep": (b"[" * 200_000, "not usable JSON"),
    "a name twice": (b'[{"model": "a", "model": "b"}]', "'model' stands twice"),
    "not a number": (b"[NaN]", "NaN is not a value"),
    "a huge number": (b"[" + b"9" * 10_000 + b"]", "not usable JSON"),
    "50 MB of nonsense": (b"nonsense" * (50 * 1024 * 1024 // 8), "more than a document can have"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_not_a_document_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    content, expected = UNREADABLE[name]
    path = tmp_path / "document.json"
    path.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        run(path, capsys)

    assert "document.json" in str(refused.value)
    assert expected in str(refused.value)
    assert counts() == [(0, 0)] * len(TRACKED)


def test_wrong_arguments_are_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "missing.json", capsys)
    with pytest.raises(CommandError, match=r"only \.json, \.md, \.csv can be imported"):
        run(tmp_path / "board.pdf", capsys)
    with pytest.raises(CommandError, match="there is no account 'nobody'"):
        run(SNAPSHOT, capsys, by="nobody")
    assert not Evidence.objects.exists()
