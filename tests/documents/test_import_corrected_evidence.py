"""A proof whose summary was corrected is one proof, not two."""

from pathlib import Path

import pytest

from gates.models import Evidence
from tests.support.documents import counts, gates, run

pytestmark = pytest.mark.django_db


def summaries() -> list[str]:
    return list(Evidence.objects.order_by("pk").values_list("summary", flat=True))


def test_a_summary_that_the_document_corrects_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(gates(tmp_path, "| A1 | Lights | ✅ | Seen burnig in the hall |"), capsys)
    corrected = gates(tmp_path, "| A1 | Lights | ✅ | Seen burning in the hall |")

    out = run(corrected, capsys)

    assert summaries() == ["Seen burning in the hall"]
    assert "Seen burnig in the hall → Seen burning in the hall" in out
    assert Evidence.history.count() == 2
    before = counts()
    run(corrected, capsys)
    assert counts() == before


def test_a_summary_that_was_corrected_on_the_board_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = gates(tmp_path, "| A1 | Lights | ✅ | Seen burning |")
    run(document, capsys)
    proof = Evidence.objects.get()
    proof.summary = "Seen burning on both floors on 3 May"
    proof.save()

    out = run(document, capsys)

    assert summaries() == ["Seen burning on both floors on 3 May"]
    assert out.endswith("nothing differs\n")


def test_the_same_link_is_the_same_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = "[%s](https://ci.example.org/runs/8)"
    run(gates(tmp_path, f"| A1 | Lights | ✅ | {link % 'Run 8 is green'} |"), capsys)

    run(gates(tmp_path, f"| A1 | Lights | ✅ | {link % 'CI: all 40 jobs of run 8'} |"), capsys)

    assert summaries() == ["CI: all 40 jobs of run 8"]


def test_another_proof_is_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(gates(tmp_path, "| A1 | Drill | ✅ | Restored the dump of 1 May |"), capsys)

    run(gates(tmp_path, "| A1 | Drill | ✅ | Restored the dump of 2 May |"), capsys)

    assert summaries() == ["Restored the dump of 1 May", "Restored the dump of 2 May"]
