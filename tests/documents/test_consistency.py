"""What a document says of itself against its own rows: each comparison, in documents of its own."""

from pathlib import Path

import pytest

from gates.documents.markdown.consistency import Contradiction, find_contradictions
from gates.documents.markdown.reader import read_markdown

DATA = Path(__file__).parent / "data"

ROWS = """
| # | Gate | Status | Evidence / DoD |
|---|---|---|---|
| A1 | Lights on | ✅ | Seen burning 2025-01-01 |
| A2 | Doors shut | ✅ | Tried every handle |
| A3 | Alarm armed | 🔴 | DoD: rings within 5 s |
| A4 | Keys returned | 🚫 | **Blocked on spare keys from Huda.** |
"""
CLEAN = f"""# Shop opening
**Snapshot date:** 2025-01-01
**Current status:** 2/4 gates closed.
**Rule:** no "open" claim until **≥3/4** gates closed.

## Building (2/4 closed)
{ROWS}
## Summary
- **Closed:** 2/4 (+1 this round: A2 doors)
- **Partial:** 0/4
- **Open:** 1/4 (A3 alarm)
- **Blocked on Huda:** 1/4 (A4 keys)
**Gap to Opening (3/4):** 1 gate.

## What changed
**Newly closed:**
- **A2** — doors

## What we can do WITHOUT Huda
| Gate | Action | ETA |
|---|---|---|
| A3 | Arm it | 5 min |

## What we CANNOT close without Huda
| Gate | Blocker | Why |
|---|---|---|
| A4 | Spare keys | Cannot lock up |

## Plan
**Day 0 (today):**
- ✅ A1 bulbs bought
- 🔄 A3 arm the alarm
"""


def found(text: str) -> list[Contradiction]:
    paper, problems = read_markdown(text)
    assert problems == []
    return find_contradictions(paper)


def test_the_real_document_contradicts_itself_seven_times() -> None:
    contradictions = found((DATA / "LAUNCH_GATES.md").read_text())

    assert [(c.kind, c.lines, c.gates[:2]) for c in contradictions] == [
        ("heading", (14,), ("T1", "T2")),
        ("total", (3, 4, 85, 86, 87, 88, 89), ()),
        ("p0 never assigned", (4,), ()),
        ("work left", (47, 107, 130), ("O5",)),
        ("work left", (53, 124), ("G1",)),
        ("work left", (22, 129), ("T5",)),
        ("newly closed", (85, 94), ("I2", "O5")),
    ]
    said = "\n".join(map(str, contradictions))
    assert "“Technical Readiness (6/8 closed)”: 5 of 8 rows are closed" in said
    assert "the headings add up to 19 closed, line 3 says 18" in said
    assert "“30 gates”: there are 34 rows" in said
    assert "“Open: 7/30”: 11 rows are open" in said
    assert "without S5, S7, G4, G5, which it sets apart, the rows are 30" in said
    assert "“this round” names I2, O5; “newly closed” names T5, S2, S6, G1, GV1" in said


def test_a_document_that_agrees_with_itself_has_none() -> None:
    assert found(CLEAN) == []


# What is changed in the clean document, and all that is then found.
CHANGED: dict[str, tuple[str, str, str, str]] = {
    "a heading's count": ("(2/4 closed)", "(3/4 closed)", "heading", "2 of 4 rows are closed"),
    "a heading's total": ("(2/4 closed)", "(2/5 closed)", "heading", "2 of 4 rows are closed"),
    "a heading's tick": ("(2/4 closed)", "✅", "heading", "A3, A4 are not closed"),
    "a status count": ("**Partial:** 0/4", "**Partial:** 2/4", "status count", "0 rows are"),
    "the current status": (
        "**Current status:** 2/4", "**Current status:** 3/4", "status count", "2 rows are closed",
    ),
    "a person's blocked gates": (
        "Blocked on Huda:** 1/4 (A4 keys)", "Blocked on Huda:** 3/4", "status count",
        "1 rows are blocked",
    ),
    "a total": ("**Partial:** 0/4", "**Partial:** 0/9", "total", "“9 gates”: there are 4 rows"),
    "the gap": ("(3/4):** 1 gate", "(3/4):** 2 gates", "gap", "1 are missing to 3"),
    "the threshold": ("Opening (3/4)", "Opening (4/4)", "threshold", "the rule asks for 3"),
    "a gate under another state": (
        "(A3 alarm)", "(A2 doors)", "two states", "A2 stands under “Open”, but its row says closed",
    ),
    "how many are named": ("(A3 alarm)", "(A3, A3x)", "", ""),
    "a number and its names": (
        "+1 this round: A2 doors", "+2 this round: A2 doors", "named", "names 1",
    ),
    "newly closed, yet open": ("- **A2** — doors", "- **A2** — doors\n- **A3** — rang",
        "two states", "A3 is called newly closed, but its row says open"),
    "an action for a closed gate": ("| A3 | Arm it", "| A1 | Arm it", "work left", "A1 is closed"),
    "a plan for a closed gate": (
        "- 🔄 A3 arm the alarm", "- Lock up → closes A2", "work left", "A2 is closed",
    ),
    "P0 for nobody": ("closed.\n\n## B", "closed, all P0 too.\n\n## B", "p0 never assigned", "P0"),
    "a blocker that nobody names": (
        "| A4 | Spare keys | Cannot lock up |", "", "blocked without blocker", "by what",
    ),
    "a gate without a row": ("| A3 | Arm it", "| A9 | Arm it", "no such gate", "A9 is named"),
    "a blocker of a closed gate": (
        "| A4 | Spare keys", "| A1 | Bulbs | None left |\n| A4 | Spare keys", "two states",
        "A1 is in the table of blockers (“Bulbs, Huda”), but its row says closed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_each_comparison_finds_its_like(name: str) -> None:
    old, new, kind, words = CHANGED[name]
    assert old in CLEAN
    text = CLEAN.replace(old, new, 1)
    if kind == "blocked without blocker":
        text = text.replace("**Blocked on spare keys from Huda.**", "TBD")

    contradictions = found(text)

    if kind:
        assert kind in {c.kind for c in contradictions}
        assert words in "\n".join(map(str, contradictions))
    else:
        assert contradictions == []


def test_a_gate_that_names_nobody_may_wait_for_the_person_of_a_count() -> None:
    unnamed = CLEAN.replace("spare keys from Huda", "spare keys")
    unnamed = unnamed.replace("CANNOT close without Huda", "CANNOT close")

    assert found(unnamed) == []
    assert found(unnamed.replace("1/4 (A4 keys)", "1/4")) == []
    assert [c.kind for c in found(unnamed.replace("1/4 (A4 keys)", "2/4"))] == ["status count"]


def test_a_number_of_counted_gates_is_right_where_the_rows_are_stated_too() -> None:
    text = CLEAN.replace("/4)", "/3)").replace("/4 ", "/3 ").replace("/4**", "/3**")
    text = text.replace("/4\n", "/3\n").replace("(2/3 closed)", "(2/4 closed)")
    text = text.replace("(A3 alarm)", "").replace("**Open:** 1/3", "**Open:** 0/3")
    apart = "\n| Gate | Not counted because |\n|---|---|\n| A3 | Not ours |\n"

    assert "total" in {c.kind for c in found(text + apart)}
    text = text.replace("- **Closed:**", "- **Rows:** 4, of which 1 is not counted\n- **Closed:**")

    assert found(text + apart) == []
