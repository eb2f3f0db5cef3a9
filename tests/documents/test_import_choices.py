"""What a person says about a document, and sections of one name."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from gates.documents.importer import import_file
from gates.models import Section
from tests.support.documents import progress

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("option", "header", "cell"),
    [
        ({"column": ["Posten=Gate"]}, "Posten", "✅"),
        ({"status": ["Fertig=closed"]}, "Gate", "Fertig"),
    ],
)
def test_a_person_says_what_a_column_or_a_word_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: dict[str, Any], header: str,
    cell: str,
) -> None:  # fmt: skip
    path = tmp_path / "kite.md"
    path.write_text(
        f"# Kite\n\n## Safety\n\n| # | {header} | Status | Evidence |\n|--|--|--|--|\n"
        f"| S1 | Keys rotated | {cell} | run 7 |\n"
    )

    with pytest.raises(Exception, match=r"--column Posten=Gate|--status WORD=STATUS"):
        call_command("import_snapshot", str(path))
    call_command("import_snapshot", str(path), **option)

    assert progress() == {"S1": "closed"}


def test_sections_of_one_name_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    table = "| # | Item | Status |\n|---|---|---|\n"
    path = tmp_path / "kite.md"
    path.write_text(
        f"# Kite\n\n## Back end\n\n### Security\n\n{table}| 1 | Keys | ❌ |\n\n"
        f"## Front end\n\n### Security\n\n{table}| 1 | Policy | ❌ |\n\n**Total: 1/2 closed**\n"
    )

    report = import_file(path)
    again = import_file(path)

    assert list(Section.objects.values_list("name", flat=True)) == [
        "Back end › Security",
        "Front end › Security",
    ]
    assert [str(c) for c in report.contradictions] == ["line 19: “Total: 1/2”: 0 rows are closed"]
    assert (again.differences, again.held) == ([], [])
