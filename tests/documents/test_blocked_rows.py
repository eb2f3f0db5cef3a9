"""What a blocked row waits for and from whom: said in the row, beside it, or by nobody."""

from pathlib import Path

import pytest

from gates.documents.importer import import_file
from gates.models import Blocker, Gate, Owner
from tests.support.documents import document

pytestmark = pytest.mark.django_db
HEAD = (
    "# Kite\n\n## Safety\n\n| # | Gate | Status | Evidence | Waiting on |\n|---|---|---|---|---|\n"
)

# The cells after the title: what the gate needs, from whom, and what is left in its notes.
ROWS: dict[str, tuple[str, str, str | None, str]] = {
    "words after the status": ("**Blocked** — no domain | |", "no domain", None, ""),
    "a sign and words": ("⛔ vendor is silent | |", "vendor is silent", None, ""),
    "a sentence": ("🚫 | Blocked on spare keys. Soon. |", "spare keys", None, "Soon."),
    "a sentence with a person": ("🚫 | Blocked on keys from Huda. |", "keys", "Huda", ""),
    "the text of the row": ("🚫 | domain not bought |", "domain not bought", None, ""),
    "its first sentence": (
        "🚫 | Domain not bought. Ask again. |", "Domain not bought", None,
        "Domain not bought. Ask again.",
    ),
    "two lines": ("🚫 | no domain<br>and no host |", "no domain", None, "and no host"),
    "a person of its own": ("🚫 | no domain | Mona", "no domain", "Mona", ""),
    "nobody": ("🚫 | no domain | TBD", "no domain", None, ""),
    "no person at all": (
        "🚫 | no domain | the old system", "no domain", None, "Waiting on: the old system",
    ),
    "person and need": ("🚫 | half done | Mona: a domain", "a domain", "Mona", "half done"),
    "nobody and need": ("🚫 | | —: 🔑", "🔑", None, ""),
    "Arabic": ("محجوب - لم يُشترَ النطاق | |", "لم يُشترَ النطاق", None, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_blocked_row(tmp_path: Path, name: str) -> None:
    cells, needs, person, notes = ROWS[name]

    report = import_file(document(tmp_path, f"{HEAD}| S1 | Mail | {cells} |\n"))

    blocker = Blocker.objects.get()
    found = blocker.waiting_on and blocker.waiting_on.name
    assert (blocker.needs, found, blocker.gate.notes) == (needs, person, notes)
    assert Owner.objects.count() == (person is not None)
    assert any("nobody is named" in line for line in report.for_a_person) == (person is None)
    assert import_file(document(tmp_path, f"{HEAD}| S1 | Mail | {cells} |\n")).differences == []


def test_what_only_the_text_says_is_told(tmp_path: Path) -> None:
    report = import_file(document(tmp_path, f"{HEAD}| S1 | Mail | 🚫 | no domain | |\n"))

    words = "S1 (line 7): blocked, and only the text of its row can say by what: “no domain”"
    assert any(words in line for line in report.for_a_person)


def test_a_table_of_blockers_wins_over_the_text_of_the_row(tmp_path: Path) -> None:
    table = "| Gate | Blocker | Waiting on |\n|---|---|---|\n| S1 | a domain | |\n"

    import_file(document(tmp_path, f"{HEAD}| S1 | Mail | 🚫 | half done | |\n\n{table}"))

    assert Blocker.objects.get().needs == "a domain"
    assert Gate.objects.get().notes == "half done"


def test_a_row_of_that_table_that_says_only_who(tmp_path: Path) -> None:
    table = "| Gate | Blocker | Waiting on |\n|---|---|---|\n| S1 | | Mona |\n"

    report = import_file(document(tmp_path, f"{HEAD}| S1 | Mail | 🚫 | | |\n\n{table}"))

    assert not Blocker.objects.exists()
    assert Gate.objects.get().notes == "Waiting on: Mona"
    assert any("blocked, but nothing says by what" in line for line in report.for_a_person)


def test_two_sentences_are_one_blocker_and_a_note(tmp_path: Path) -> None:
    text = "Blocked on keys from Huda."
    head = HEAD.replace("Waiting on", "Notes")

    import_file(document(tmp_path, f"{head}| S1 | Mail | 🚫 | {text} | Blocked on a host. |\n"))

    assert (Blocker.objects.get().needs, Gate.objects.get().notes) == ("a host", text)


def test_a_document_that_names_nobody_leaves_the_person_of_the_board(tmp_path: Path) -> None:
    path = document(tmp_path, f"{HEAD}| S1 | Mail | 🚫 | Blocked on a host. | |\n")
    import_file(path)
    blocker = Blocker.objects.get()
    blocker.waiting_on = Owner.objects.create(name="Mona")
    blocker.save()

    report = import_file(path)

    assert (report.differences, report.for_a_person) == ([], [])
    assert str(Blocker.objects.get().waiting_on) == "Mona"
