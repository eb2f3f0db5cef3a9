"""Sections and gates as lines: what is read, what is proposed, what is refused."""

import pytest

from gates.rules.outline import (
    MAX_LINES,
    propose_prefix,
    propose_slug,
    read_gates,
    read_sections,
)

SECTIONS = [
    ("T Technical Readiness", [("T", "Technical Readiness")]),
    ("Technical readiness\nTeam", [("T", "Technical readiness"), ("TE", "Team")]),
    (
        "- GV Governance\n* O: Observability\n1. C – Comms",
        [("GV", "Governance"), ("O", "Observability"), ("C", "Comms")],
    ),
    ("الجاهزية التقنية\nالحوكمة", [("A", "الجاهزية التقنية"), ("B", "الحوكمة")]),
    ("Go live\nG Governance", [("GL", "Go live"), ("G", "Governance")]),
    ("API", [("A", "API")]),
]
GATES = [
    ("T1 Deep health check", [("T1", "Deep health check")]),
    ("t1: Deep health", [("T1", "Deep health")]),
    ("T١ الفحص", [("T1", "الفحص")]),
    ("k6 load test run\nDeploy", [("T1", "k6 load test run"), ("T2", "Deploy")]),
    ("Alpha\nT5 Beta\nGamma", [("T1", "Alpha"), ("T5", "Beta"), ("T6", "Gamma")]),
    ("Alpha\nT1 Beta", [("T2", "Alpha"), ("T1", "Beta")]),
    ("- [x] T1 Ticked\n- [ ] Open", [("T1", "Ticked"), ("T2", "Open")]),
    ("\n\n  1) One \n\t2) Two\n", [("T1", "One"), ("T2", "Two")]),
    ("TX1 Other letters", [("T1", "TX1 Other letters")]),
    ("*", [("T1", "*")]),
]


@pytest.mark.parametrize(("text", "rows"), SECTIONS, ids=[str(n) for n in range(len(SECTIONS))])
def test_sections_are_read_with_a_prefix_each(text: str, rows: list[tuple[str, str]]) -> None:
    outline = read_sections(text, {})

    assert (outline.rows, outline.errors) == (rows, [])


@pytest.mark.parametrize(("text", "rows"), GATES, ids=[str(n) for n in range(len(GATES))])
def test_gates_are_read_with_a_code_each(text: str, rows: list[tuple[str, str]]) -> None:
    outline = read_gates(text, "T", {}, [])

    assert (outline.rows, outline.errors) == (rows, [])


def test_proposed_codes_come_after_the_highest_there_is() -> None:
    existing = {"T9": "Nine", "T10": "Ten", "GV12": "Other", "T2": "Two"}

    assert read_gates("Next", "T", existing, []).rows == [("T11", "Next")]


def test_what_is_there_already_is_known_and_not_added() -> None:
    gates = read_gates("T1 One\nTwo\nThree", "T", {"T1": "one", "T2": "Two"}, ["one", "Two"])
    sections = read_sections("T Tech\nOps", {"T": "tech", "O": "Ops"})

    assert (gates.rows, gates.known, gates.errors) == ([("T3", "Three")], ["One", "Two"], [])
    assert (sections.rows, sections.known, sections.errors) == ([], ["Tech", "Ops"], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("T1 Another", "taken"),
        ("T2 One\nT2 Two", "taken"),
        ("T2", "no_title"),
        (" \n\u200b\n", "empty"),
        ("a\n" * (MAX_LINES + 1), "lines"),
    ],
)
def test_lines_that_cannot_be_taken(text: str, code: str) -> None:
    errors = read_gates(text, "T", {"T1": "One"}, ["One"]).errors

    assert [error.code for error in errors] == [code]
    assert str(errors[0])


def test_a_prefix_of_another_section_is_refused_by_name() -> None:
    errors = read_sections("T Tests", {"T": "Technical"}).errors

    assert [str(error) for error in errors] == ["T is taken already, by “Technical”."]


def test_there_is_always_a_free_prefix() -> None:
    taken: set[str] = set()
    for _ in range(60):
        taken.add(propose_prefix("Technical readiness", taken))

    assert len(taken) == 60


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("v3.1.0 Growth", "v3-1-0-growth"),
        ("Dealix — v3", "dealix-v3"),
        ("taken", "taken-2"),
        ("إطلاق", "launch-2"),
        ("إطلاق ٣", "3"),
        ("!!!", "launch-2"),
    ],
)
def test_a_slug_is_proposed(name: str, slug: str) -> None:
    assert propose_slug(name, {"taken", "launch"}, "launch") == slug
