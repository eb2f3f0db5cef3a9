"""Refusals of fixtures can be translated: every sentence goes through the catalogue, and so do
the words for rows and lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from gates.documents import apply, board_rows, field_values, json_reader, records, storable
from gates.documents.importer import import_file
from gates.documents.records import DocumentError
from tests.support.assertions import everything
from tests.support.documents import document

pytestmark = pytest.mark.django_db
MODULES: tuple[Any, ...] = (apply, board_rows, field_values, json_reader, records, storable)

LAUNCH = {"slug": "kite", "name": "Kite", "snapshot_date": "2026-03-01"}
LAUNCH["plan_starts_on"] = LAUNCH["snapshot_date"]
KEY, SECTION = {"launch": ["kite"]}, ["kite", "S"]
GATE = {**KEY, "section": SECTION, "code": "S1", "title": "Keys"}


def row(model: str, fields: Any, **more: Any) -> dict[str, Any]:
    return {"model": f"gates.{model}", "fields": fields, **more}


BOARD = [
    row("launch", LAUNCH),
    row("section", {**KEY, "prefix": "S", "name": "Safety"}),
]
# Documents that are refused, and for how many reasons.
REFUSED: dict[str, tuple[Any, int]] = {
    "no JSON": ("{", 1),
    "a name twice": ('[{"a": 1, "a": 2}]', 1),
    "no value": ("[NaN]", 1),
    "too deep": ("[" * 200_000, 1),
    "no rows": ("[]", 1),
    "shapes": (
        [
            ["gate"],
            {"model": "auth.user", "fields": {}},
            row("gate", GATE, pk=1),
            row("gate", {**GATE, "colour": "red", "code": "S2"}),
            row("gate", {**KEY, "code": "S3", "title": "x"}),
            row("gate", {**GATE, "launch": 5}),
            row("gate", {**GATE, "code": 5}),
            row("gate", {**GATE, "code": "S4", "notes": "a\x00b"}),
            row("gate", {**GATE, "code": "S5", "notes": "a\ud800b"}),
        ],
        9,
    ),
    "values": (
        [
            *BOARD,
            row("gate", {**GATE, "title": 5}),
            row("gate", {**GATE, "code": "S2", "position": 1.5}),
            row("gate", {**GATE, "code": "S3", "counted": "no"}),
            row("gate", {**GATE, "code": "S4", "notes": None}),
            row("gate", {**GATE, "code": "S5", "notes": "x" * 50_001}),
            row("gate", {**GATE, "code": "S6", "progress": "done"}),
            row("gate", {**GATE, "code": "S7", "closed_at": "2026-03-01T10:00:00"}),
            row("gate", {**GATE, "code": "S8", "owner": ["Nobody"]}),
            row("gate", {**GATE, "code": "S9", "owner": "Nobody"}),
            row("gate", {**GATE, "code": "S10", "closed_by": ["nobody"]}),
        ],
        10,
    ),
    "twice": ([*BOARD, row("gate", GATE), row("gate", GATE)], 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_every_reason_can_be_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content, count = REFUSED[name]
    text = content if isinstance(content, str) else json.dumps(content)
    before = everything()
    for module in MODULES:
        monkeypatch.setattr(module, "_", lambda message: f"«{message}»")

    with pytest.raises(DocumentError) as error:
        import_file(document(tmp_path, text, "kite.json"))

    problems = error.value.problems
    assert [problem.message for problem in problems if "«" not in problem.message] == []
    assert len(problems) == count
    assert all("«" in p.where for p in problems if p.where != "kite.json")
    assert everything() == before


def test_rows_are_named_in_the_language_of_the_page(tmp_path: Path) -> None:
    rows = [*BOARD, row("gate", {**GATE, "owner": ["Nobody"]})]

    with translation.override("ar"), pytest.raises(DocumentError) as error:
        import_file(document(tmp_path, json.dumps(rows), "kite.json"))

    (problem,) = error.value.problems
    assert "(بوابة S1)" in problem.where
    assert problem.field == "owner"
