"""Other shapes than those of the given cases, as the readers parse them; no database."""

import pytest
from django.utils import translation

from gates.documents.markdown.parsed import ParsedDocument
from tests.support.documents import parsed, refused

TABLE = "| # | Gate | Status | Evidence |\n|---|---|---|---|\n"


def gates(document: ParsedDocument) -> list[tuple[str, str, str]]:
    return [(gate.code, gate.title, gate.status.value) for gate in document.gates]


def test_tables_without_pipes_at_the_edges_and_arabic_ones() -> None:
    english = "Check | DRI | Result | Proof\n--- | --- | --- | ---\nKeys | Mona | Pass | run 7\n"
    arabic = "| البند | المسئول | الحاله | الإثبات |\n|---|---|---|---|\n"
    arabic += "| نسخ | منى | مكتمل | تشغيل 7 |\n"

    for text in (english, arabic):
        (gate,) = parsed(f"# Kite\n\n{text}").gates
        assert (gate.status, bool(gate.evidence), gate.owner in {"Mona", "منى"}) == (
            "closed", True, True,
        )  # fmt: skip


def test_html_tables() -> None:
    text = """# Kite

<table>
  <thead><tr><th>#</th><th>Gate</th><th>Status</th><th>Evidence</th></tr></thead>
  <tr><td colspan="4"><b>Safety</b></td></tr>
  <tr><td>S1</td><td>Keys &amp; locks</td><td>✅</td><td><a href="https://a.example">run</a></td></tr>
  <tr><td>S2<td>Logs<td>🔴<td>
</table>

```
<table><tr><th>Gate</th><th>Status</th></tr><tr><td>Sample</td><td>✅</td></tr></table>
```
"""
    document = parsed(text)

    assert gates(document) == [("S1", "Keys & locks", "closed"), ("S2", "Logs", "open")]
    assert document.gates[0].evidence is not None
    assert document.gates[0].evidence.url == "https://a.example"
    assert document.sections[0].name == "Safety"
    wrong = text.replace("<td>🔴<td>", "<td>purple</td></tr><tr><td>S3</td><td>Odd</td></tr>")
    assert [problem.partition(":")[0] for problem in refused(wrong)] == ["line 7", "line 7"]


def test_a_table_below_a_table_without_an_end() -> None:
    assert gates(parsed(f"# Kite\n\n<table>\n\n{TABLE}| S1 | Keys | 🔴 | |\n")) == [
        ("S1", "Keys", "open")
    ]


def test_a_comment_between_rows_leaves_one_table() -> None:
    rows = "| S1 | Keys | 🔴 | |\n<!-- | S9 | Sample | ✅ | x | -->\n| S2 | Logs | 🔴 | |\n"

    assert [gate.code for gate in parsed(f"# Kite\n\n{TABLE}{rows}").gates] == ["S1", "S2"]


LISTS = {
    "- ✅ Keys (run 7)\n- 🔴 Pen test\n- 🚫 SMS: contract from Huda\n- 🟡 Logs\n": [
        "closed", "open", "blocked", "partial",
    ],
    "☑ Keys (run 7)\n☐ Pen test\n": ["closed", "open"],
    "* [X] Keys — see https://a.example/7\n    1. [x] step\n+ [-] Half\n": ["closed", "partial"],
    "### ✅ Keys\n\nRun 7.\n\n### 2. Pen test — In progress\n": ["closed", "partial"],
    "- **S1 Keys** — ✅ run 7\n- S2: Logs — 🔴 Omar\n": ["closed", "open"],
    "- [x] Keys [run 7](https://a.example/7)\n": ["closed"],
    "## G-1: Keys [DONE]\n\nRun 7.\n\n## G-2: Logs\n\nالحالة: مفتوح\n": ["closed", "open"],
    "## ✅ Gate 1 — Keys\n\nStatus: Done (run 7)\n": ["closed"],
}  # fmt: skip


@pytest.mark.parametrize("text", LISTS)
def test_lists_and_headings_with_signs(text: str) -> None:
    document = parsed(f"# Kite\n\n{text}")

    assert [gate.status.value for gate in document.gates] == LISTS[text]
    assert document.gates[0].evidence is not None


def test_signs_are_no_gates_beside_boxes() -> None:
    document = parsed("# Kite\n\n- ✅ What went well\n- [ ] Keys\n")

    assert gates(document) == [("K1", "Keys", "open")]


def test_two_statuses_of_one_heading_are_refused() -> None:
    text = "# Kite\n\n## Gate 1 — Keys ✅\n\nStatus: Open\n"

    assert refused(text) == ["line 5, status: “Keys” is open here, and closed in line 3"]


FRONT = {
    '+++\ntitle = "Kite"\ndate = 2026-03-10\nowner = "Mona"\n+++\n': ["line 4: owner: Mona"],
    "---\ntitle: 'Kite'\nlast_updated: 10 March 2026\ntags:\n  - launch\n---\n": [
        "line 4: tags:", "line 5: - launch",
    ],
}  # fmt: skip


@pytest.mark.parametrize("front", FRONT)
def test_front_matter(front: str) -> None:
    with translation.override("en"):
        document = parsed(f"{front}\n{TABLE}| S1 | Keys | 🔴 | |\n")

    assert (document.name, document.snapshot_date) == ("Kite", "2026-03-10")
    assert document.skipped[0].numbers == FRONT[front]


def test_subtotals_are_of_their_section_and_summaries_may_have_signs() -> None:
    rows = "| | **Safety** | | |\n| S1 | Keys | ✅ | run 7 |\n| | *Subtotal* | 1 of 1 | |\n"
    summary = "| Section | ✅ Closed | 🔴 | All |\n|---|---|---|---|\n| Safety | 1 | 0 | 1 |\n"

    document = parsed(f"# Kite\n\n{TABLE}{rows}\n## Overview\n\n{summary}")

    assert [(row.section, row.counts) for row in document.summary_rows] == [
        ("Safety", {"closed": 1, "total": 1}),
        ("Safety", {"closed": 1, "open": 0, "total": 1}),
    ]


def test_steps_with_other_boxes_and_arabic_days() -> None:
    plan = "**اليوم 1 (D+1):**\n- ☑ Rotate\n- ☐ Call\n- ⏳ Wait\n"

    document = parsed(f"# Kite\n\n{TABLE}| S1 | Keys | 🔴 | |\n\n{plan}")

    assert [(a.text, a.state, a.day) for a in document.actions] == [
        ("Rotate", "done", 1), ("Call", "todo", 1), ("Wait", "doing", 1),
    ]  # fmt: skip


def test_a_side_table_may_call_gates_items_and_owners_who() -> None:
    side = "| Item | Blocked by | Who |\n|---|---|---|\n| s2 Pen test | no lawyer | Mona |\n"
    side = side.replace("s2", "S2")
    rows = "| S1 | Keys | 🔴 | |\n| S2 | Pen test | 🚫 | |\n"

    document = parsed(f"# Kite\n\n{TABLE}{rows}\n{side}")

    assert [(b.code, b.needs, b.waiting_on) for b in document.blockers] == [
        ("S2", "no lawyer", "Mona")
    ]
    other = side.replace("S2 Pen test", "Something else")
    assert parsed(f"# Kite\n\n{TABLE}{rows}\n{other}").blockers == []


def test_columns_of_a_side_table_that_are_not_read_are_told() -> None:
    side = "| Gate | Blocker | Ticket | Extra |\n|---|---|---|---|\n| S1 | no lawyer | K-9 | |\n"

    document = parsed(f"# Kite\n\n{TABLE}| S1 | Keys | 🚫 | |\n\n{side}")

    assert document.readings == ["line 7: the column Ticket of this table is not read"]


def test_tables_of_something_else_are_named() -> None:
    text = "# Kite\n\n| | Keys | Logs |\n|---|---|---|\n| Status | ✅ | 🔴 |\n"

    assert refused(text) == ["line 3:  | Keys | Logs: no column Gate and no column Status"]


@pytest.mark.parametrize(
    "table",
    [
        "<table>" + "<tr><td>a<td>b" * 200_000 + "</table>",
        "<table><tr>" + "<th>a" * 2000 + "<tr><td>a" * 300 + "</table>",
        "<table>\n" * 20_000,
        "<table><tr>" + '<td colspan="999">' * 6000 + "</table>",
    ],
    ids=["cells", "columns", "no end", "spans"],
)
def test_html_tables_that_are_too_large_stay_text(table: str) -> None:
    document = parsed(f"# Kite\n\n{TABLE}| S1 | Keys | 🔴 | |\n\n{table}\n")

    assert gates(document) == [("S1", "Keys", "open")]
    assert len(document.skipped) == 1
