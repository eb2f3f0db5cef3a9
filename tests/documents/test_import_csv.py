"""CSV in: our own export, and sheets saved from Excel or Google Sheets."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.documents.csv_writer import write_csv
from gates.documents.importer import import_file
from gates.models import Evidence, Gate, Launch
from tests.support.strategies import NOW

pytestmark = pytest.mark.django_db

SHEET = """Checklist of the kite,,,,
Item;Status;Owner;Proof
Keys rotated;Done;Mona;run 7
"Logs; kept";In progress;;"half, and
a second line"
"""


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "kite.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sheet_with_semicolons(tmp_path: Path, encoding: str) -> None:
    report = import_file(written(tmp_path, SHEET.encode(encoding)), launch="kite")

    found = Gate.objects.order_by("code").values_list("title", "progress", "owner__name")
    assert list(found) == [("Keys rotated", "closed", "Mona"), ("Logs; kept", "partial", None)]
    assert Evidence.objects.get().summary == "run 7"
    assert "half, and\na second line" in Gate.objects.get(progress="partial").notes
    assert "“Done” is taken for closed (Keys rotated)" in report.readings
    assert Launch.objects.get().name == "kite"


def test_commas_tabs_and_arabic(tmp_path: Path) -> None:
    text = "البند\tالحالة\tالدليل\nتدوير المفاتيح\tمكتمل\tتشغيل 7\n"

    import_file(written(tmp_path, text.encode()), launch="kite")

    assert Gate.objects.get().progress == "closed"


def test_our_own_export_comes_back_onto_its_board(tmp_path: Path) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    launch = get_launch()
    assert launch is not None
    before = {gate.code: (gate.title, gate.progress) for gate in Gate.objects.all()}
    path = written(tmp_path, write_csv(read_board(launch, NOW)).encode())

    report = import_file(path, launch=launch.slug)

    assert {gate.code: (gate.title, gate.progress) for gate in Gate.objects.all()} == before
    assert [d for d in report.differences if d.field in {"title", "progress", "section"}] == []


def test_our_own_export_makes_a_board(tmp_path: Path) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    launch = get_launch()
    assert launch is not None
    path = written(tmp_path, write_csv(read_board(launch, NOW)).encode())

    import_file(path, launch="second")

    found = Gate.objects.filter(launch__slug="second")
    first = Gate.objects.filter(launch__slug=launch.slug)
    assert dict(found.values_list("code", "title")) == dict(first.values_list("code", "title"))
    closed = first.filter(progress="closed").values_list("code", flat=True)
    assert set(found.filter(progress="closed").values_list("code", flat=True)) == set(closed)


def test_what_is_no_sheet_of_gates_says_what_was_found(tmp_path: Path) -> None:
    path = written(tmp_path, b"Name,Colour\nKeys,red\n")

    with pytest.raises(CommandError, match=r"Name \| Colour: a header with a column Gate"):
        call_command("import_snapshot", str(path), launch="kite")


def test_a_sheet_without_a_launch_says_how_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--launch"):
        call_command("import_snapshot", str(written(tmp_path, SHEET.encode())))


def test_board_json_says_what_to_use(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    path.write_text('{"launch": {}, "totals": {}, "gates": []}')

    with pytest.raises(CommandError, match="import the Markdown export"):
        call_command("import_snapshot", str(path))
