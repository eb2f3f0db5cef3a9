"""Fixtures that hold a part of a board are held to the same rules as whole documents."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from gates.documents.importer import import_file
from gates.documents.records import DocumentError
from gates.models import Gate, Import, Launch, Owner
from tests.support import factory
from tests.support.assertions import everything

pytestmark = pytest.mark.django_db


def fixture(tmp_path: Path, *rows: tuple[str, dict[str, Any]]) -> Path:
    path = tmp_path / "part.json"
    path.write_text(json.dumps([{"model": f"gates.{m}", "fields": f} for m, f in rows]))
    return path


def gate_row(gate: Gate, **fields: Any) -> tuple[str, dict[str, Any]]:
    slug = gate.launch.slug
    key = {"launch": [slug], "section": [slug, gate.section.prefix], "code": gate.code}
    return "gate", {**key, "title": gate.title, **fields}


def test_a_part_does_not_rewrite_the_past(tmp_path: Path) -> None:
    gate = factory.gate()
    before = everything()

    with pytest.raises(DocumentError, match="later history"):
        import_file(fixture(tmp_path, gate_row(gate, notes="x")), dated=date(2026, 1, 1))

    assert everything() == before
    call_command("verify_integrity")


def test_a_part_is_logged_as_an_import(tmp_path: Path) -> None:
    gate = factory.gate()

    import_file(fixture(tmp_path, gate_row(gate, notes="x")))

    assert Import.objects.get().launch == gate.launch


def test_a_part_is_held_back_too_where_a_code_names_another_gate(tmp_path: Path) -> None:
    gate = factory.gate()

    report = import_file(fixture(tmp_path, gate_row(gate, title="Something else entirely")))

    assert report.held == [gate.code]
    assert Gate.objects.get().title == gate.title


def test_an_owner_with_later_history_is_not_changed_in_the_past(tmp_path: Path) -> None:
    Owner.objects.create(name="Huda")
    before = everything()

    with pytest.raises(DocumentError, match="later history"):
        import_file(
            fixture(tmp_path, ("owner", {"name": "Huda", "role": "founder"})),
            dated=date(2026, 1, 1),
        )

    assert everything() == before


@pytest.mark.parametrize("slug", [[], {}, 5, None, ["x"], True])
def test_a_key_of_another_type_is_a_refusal(tmp_path: Path, slug: Any) -> None:
    row = {"slug": slug, "name": "Kite", "snapshot_date": "2026-05-01"}

    with pytest.raises(DocumentError):
        import_file(fixture(tmp_path, ("launch", {**row, "plan_starts_on": "2026-05-01"})))

    assert not Launch.objects.exists()


@pytest.mark.parametrize("key", [[[]], [{}], "x", 5, [], [1, 2], None])
def test_a_reference_of_another_type_is_a_refusal(tmp_path: Path, key: Any) -> None:
    gate = factory.gate()
    before = everything()

    with pytest.raises(DocumentError):
        import_file(fixture(tmp_path, ("evidence", {"gate": key, "summary": "run 7 is green"})))
    for name in ("section", "owner", "covered_by"):
        if key is not None:
            with pytest.raises(DocumentError):
                import_file(fixture(tmp_path, gate_row(gate, **{name: key})))

    assert everything() == before
