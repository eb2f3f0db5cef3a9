"""A NUL character or half a character in a document or an option is refused in words."""

import copy
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from gates.documents.storable import unstorable_text
from gates.models import Gate, Launch
from gates.rules.text_limits import MAX_TEXT_LENGTH

pytestmark = pytest.mark.django_db

ROWS: list[dict[str, Any]] = json.loads(
    (Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json").read_text()
)
BAD = ["\x00", "\ud800", "\udfff", "a\udc80b"]
# One row of each model with each of its fields that holds a text or a key.
PLACES = sorted(
    {
        (row["model"], name)
        for row in ROWS
        for name, value in row["fields"].items()
        if isinstance(value, (str, list))
    }
)
MARKDOWN = (Path(settings.BASE_DIR) / "tests/documents/data/LAUNCH_GATES.md").read_text()


def refusal(path: Path, **options: Any) -> str:
    """Return the message with which a document is refused; nothing is written."""
    with pytest.raises(CommandError) as refused:
        call_command("import_snapshot", path, stdout=StringIO(), **options)
    assert not Launch.objects.exists()
    assert not Gate.objects.exists()
    message = str(refused.value)
    message.encode()  # every terminal can show it
    return message


@pytest.mark.parametrize(("model", "field"), PLACES)
def test_no_text_field_of_a_json_document_takes_one(tmp_path: Path, model: str, field: str) -> None:
    path = tmp_path / "board.json"
    for number, bad in enumerate(BAD):
        rows = copy.deepcopy(ROWS)
        # Only rows that fill the field in.
        row = next(r for r in rows if r["model"] == model and r["fields"].get(field))
        value = row["fields"][field]
        row["fields"][field] = [*value[:-1], bad] if isinstance(value, list) else value + bad
        path.write_text(json.dumps(rows))
        message = refusal(path, format=("text", "json")[number % 2])
        assert "contains a NUL character" in message or "contains half a character" in message
        assert field in message


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("part", ["model", "name of a field", "further name"])
def test_no_name_in_a_json_document_takes_one(tmp_path: Path, part: str, bad: str) -> None:
    rows = copy.deepcopy(ROWS)
    if part == "model":
        rows[0]["model"] += bad
    elif part == "name of a field":
        rows[0]["fields"][f"name{bad}"] = "x"
    else:
        rows[0][f"more{bad}"] = "x"
    path = tmp_path / "board.json"
    path.write_text(json.dumps(rows))

    assert "row 1" in refusal(path)


@pytest.mark.parametrize("bad", BAD)
def test_no_line_of_a_markdown_document_takes_one(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "board.md"
    lines = MARKDOWN.splitlines()
    for number in range(0, len(lines), 9):
        changed = [*lines[:number], lines[number] + bad, *lines[number + 1 :]]
        path.write_bytes("\n".join(changed).encode(errors="surrogatepass"))
        message = refusal(path)
        assert "NUL character" in message or "not UTF-8" in message


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("option", ["launch", "by", "empty_status", "dated"])
def test_no_option_takes_one(tmp_path: Path, option: str, bad: str) -> None:
    path = tmp_path / "board.md"
    path.write_text(MARKDOWN)

    message = refusal(path, **{option: f"x{bad}"})

    assert message.startswith(f"--{option.replace('_', '-')} contains ")


def test_the_files_own_name_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "board\udcff.json"
    path.write_text(json.dumps(ROWS))

    assert refusal(path).startswith("the file's name contains half a character")


def test_a_text_that_no_form_would_take_is_not_imported_either(tmp_path: Path) -> None:
    rows = copy.deepcopy(ROWS)
    row = next(row for row in rows if row["model"] == "gates.gate")
    row["fields"]["notes"] = "[" * (MAX_TEXT_LENGTH + 1)
    path = tmp_path / "board.json"
    path.write_text(json.dumps(rows))

    assert "notes: has 50,001 characters; at most 50,000" in refusal(path)


@pytest.mark.parametrize("value", [{"a\x00": 1}, [{"b": {"\ud800": []}}], ["a", ["\x00"]]])
def test_a_text_is_found_wherever_it_is(value: Any) -> None:
    assert unstorable_text(value)
    assert not unstorable_text({"a": [1, None, {"b": "c"}]})
