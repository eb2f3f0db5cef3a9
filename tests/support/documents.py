"""Documents to import, and what an import writes."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from gates.documents.importer import ImportReport, import_file
from gates.documents.markdown.parsed import ParsedDocument
from gates.documents.markdown.reader import read_markdown
from gates.models import TRACKED, Evidence, Gate

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"
DATA = Path(settings.BASE_DIR) / "tests" / "documents" / "data"
REAL = DATA / "LAUNCH_GATES.md"
CASES = DATA.parent / "cases"
AS_RECEIVED = DATA / "LAUNCH_GATES.as-received.md"
HEAD = "# Opening\n**Snapshot date:** 2026-05-01\n\n## Building\n\n"
TABLE = "| # | Gate | Status | Evidence / DoD |\n|---|---|---|---|\n"

Rows = list[Any]


def counts() -> list[tuple[int, int]]:
    """Rows and history rows of every table."""
    return [(model.objects.count(), model.history.count()) for model in TRACKED]


def run(path: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    call_command("import_snapshot", str(path), **options)
    return capsys.readouterr().out


def imported(name: str) -> ImportReport:
    """Import the case whose file begins with this name."""
    return import_file(next(CASES.glob(f"{name}_*.md")))


def progress() -> dict[str, str]:
    return dict(Gate.objects.order_by("code").values_list("code", "progress"))


def proofs() -> dict[str, str]:
    return dict(Evidence.objects.values_list("gate__code", "summary"))


def row(rows: Rows, model: str, **fields: Any) -> dict[str, Any]:
    """The fields of the first row of a table that has these values."""
    return next(
        found["fields"]
        for found in rows
        if found["model"] == f"gates.{model}" and fields.items() <= found["fields"].items()
    )


def document(tmp_path: Path, text: str, name: str = "document.md") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def gates(tmp_path: Path, *rows: str) -> Path:
    return document(tmp_path, HEAD + TABLE + "".join(f"{row}\n" for row in rows))


def only(rows: Rows, gates: Collection[str]) -> Rows:
    """Cut the snapshot's rows down to some gates, their checks, evidence, blockers, sections."""

    def is_kept(row: dict[str, Any]) -> bool:
        fields = row["fields"]
        match row["model"].removeprefix("gates."):
            case "gate":
                return fields["code"] in gates and not fields.get("covered_by")
            case "condition":
                return fields["gate_check"][1] in gates
            case "check" | "evidence" | "blocker":
                return fields["gate"][1] in gates
            case "section":
                return any(code.startswith(fields["prefix"]) for code in gates)
            case "action" | "requirement":
                return False
        return True

    return [row for row in rows if is_kept(row)]


def parsed(text: str) -> ParsedDocument:
    """What the reader makes of a text without any problem."""
    read, problems = read_markdown(text)
    assert problems == []
    return read


def refused(text: str) -> list[str]:
    """The problems of a text."""
    return [str(problem) for problem in read_markdown(text)[1]]
