"""Importing a document in the browser: a report first, then exactly what it showed."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gates.documents.json_reader import MAX_BYTES
from gates.models import Claim, Gate, Import
from gates.views import import_form, imports
from tests.support import factory
from tests.support.accounts import browser_of
from tests.support.assertions import everything

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parents[1] / "documents" / "cases"
URL = "/import/"
HEAD = "# Kite launch\n\n## Safety\n\n| # | Gate | Status | Evidence |\n|---|---|---|---|\n"


def upload(client: Client, text: str, name: str = "kite.md", **values: Any) -> str:
    document = SimpleUploadedFile(name, text.encode())
    response = client.post(URL, {"document": document, **values})
    assert response.status_code == 200
    return response.content.decode()


def hidden(page: str) -> dict[str, str]:
    """The values of the form below the report."""
    form = page.partition('aria-labelledby="report"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def confirm(client: Client, page: str, **values: Any) -> Any:
    return client.post(URL, {**hidden(page), "import": "1", **values})


@pytest.fixture
def founder() -> Client:
    return browser_of("Founder")


def test_the_report_comes_first_and_writes_nothing(founder: Client) -> None:
    before = everything()

    page = upload(founder, HEAD + "| S1 | Keys rotated | PASS | run 7 |\n| S2 | Logs | ✅ | |\n")

    assert everything() == before
    assert "Keys rotated" in page
    assert "“PASS” is taken for closed (S1)" in page
    assert "S2 (line 8): closed in the document, no evidence given" in page


def test_import_does_what_was_shown(founder: Client) -> None:
    page = upload(founder, HEAD + "| S1 | Keys rotated | ✅ | run 7 |\n")

    response = confirm(founder, page)

    assert response.status_code == 302
    assert Gate.objects.get().progress == "closed"
    assert Gate.history.get().history_user_name
    assert Import.objects.get().document == "kite.md"


def test_a_board_that_changed_meanwhile_is_not_written(founder: Client) -> None:
    text = HEAD + "| S1 | Keys rotated | ✅ | run 7 |\n"
    page = upload(founder, text)
    launch = factory.launch("kite-launch", name="Kite launch")
    before = everything()

    response = confirm(founder, page)

    assert "The board changed meanwhile" in response.content.decode()
    assert everything() == before
    assert launch.pk


def test_an_import_that_is_sent_twice_is_one_success(founder: Client) -> None:
    page = upload(founder, HEAD + "| S1 | Keys rotated | ✅ | run 7 |\n")
    confirm(founder, page)
    entries = Gate.history.count()

    second = confirm(founder, page)

    assert second.status_code == 302
    told = founder.get(second.headers["Location"]).content.decode()
    assert "All that this document says is on the board already." in told
    assert "changed meanwhile" not in told
    assert Gate.history.count() == entries


def test_a_refusal_names_every_problem(founder: Client) -> None:
    page = upload(founder, HEAD + "| S1 | Keys | purple | |\n| S2 | Logs | blue | |\n")

    assert "line 7, S1: " in page
    assert "line 8, S2: " in page


def test_the_same_gate_is_a_choice(founder: Client) -> None:
    confirm(founder, upload(founder, (CASES / "s03a_code_before.md").read_text()))
    page = upload(founder, (CASES / "s03b_code_after.md").read_text())
    assert 'name="same_gate" value="G1"' in page
    assert "claim paying-customer asks for G1" in page

    again = founder.post(URL, {**hidden(page), "same_gate": "G1"}).content.decode()
    confirm(founder, again, same_gate="G1")

    assert Gate.objects.get().title == "Opt-out line in every mail"


def test_an_engineer_imports_gates_but_no_claims(founder: Client) -> None:
    text = HEAD + "| S1 | Keys rotated | 🔴 | |\n"
    confirm(founder, upload(founder, text))
    engineer = browser_of("Engineer")

    rule = '**Rule:** no "launched" claim until 1 gates closed\n\n'
    page = upload(engineer, text.replace("## Safety", f"{rule}## Safety"))
    assert "A founder has to import it" in page
    confirm(engineer, page)
    assert not Claim.objects.exists()
    confirm(engineer, upload(engineer, text.replace("| 🔴 | |", "| ✅ | run 7 |")))

    assert Gate.objects.get().progress == "closed"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("kite.pdf", b"x", "Only .json, .md, .csv can be imported."),
        ("kite.md", b"x" * (MAX_BYTES + 1), "Larger than 10 MB"),
        ("kite.json", b'{"launch": {}, "totals": {}, "gates": []}', "this is board.json"),
        ("../../kite.md", b"words", "no gate table"),
    ],
)
def test_what_is_no_document_is_refused(
    founder: Client, name: str, content: bytes, words: str
) -> None:
    response = founder.post(URL, {"document": SimpleUploadedFile(name, content)})

    assert words in response.content.decode()


def test_a_document_of_several_megabytes_is_imported(founder: Client) -> None:
    words = ("Words about the launch. " * 400 + "\n\n") * 200
    page = upload(founder, f"{HEAD}| S1 | Keys rotated | ✅ | run 7 |\n\n{words}")

    assert confirm(founder, page).status_code == 302
    assert Gate.objects.get().progress == "closed"


def test_a_document_with_many_gates_is_for_the_command_line(
    founder: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_GATES", 1)
    before = everything()

    page = upload(founder, HEAD + "| S1 | Keys | 🔴 | |\n| S2 | Logs | 🔴 | |\n")

    assert "2 gates are more than can be imported in the browser (1)" in page
    assert everything() == before


def test_a_document_that_takes_too_long_is_for_the_command_line(
    founder: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_SECONDS", 0)
    before = everything()

    page = upload(founder, HEAD + "| S1 | Keys | 🔴 | |\n")

    assert "this document takes longer than a page may" in page
    assert everything() == before


def test_many_steps_are_for_the_command_line(
    founder: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_GATES", 1)
    plan = "\n**Day 1 (D+1):**\n" + "- [ ] step\n" * 4

    page = upload(founder, f"{HEAD}| S1 | Keys | 🔴 | |\n{plan}")

    assert (
        "5 gates, proofs, blockers and steps are more than can be imported in the browser" in page
    )
    assert not Gate.objects.exists()


def test_long_lists_of_a_refusal_are_cut_and_counted(founder: Client) -> None:
    words = [f"purple{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(311)]
    rows = "".join(f"| S{n} | Gate {n} | {word} | |\n" for n, word in enumerate(words, start=1))

    page = upload(founder, HEAD + rows)

    assert "line 306, S300: " in page
    assert "line 307, S301: " not in page
    assert "and 11 more" in page
    assert page.count("<select") == import_form.MAX_QUESTIONS


def test_a_person_says_what_words_and_columns_mean(founder: Client) -> None:
    table = "| Deliverable | Colour | Evidence |\n|---|---|---|\n| Keys | Green | run 7 |\n"
    page = upload(founder, f"# Kite launch\n\n{table}")
    assert "Which column is Status?" in page

    token = {"token": re.search(r'name="token" value="([^"]+)"', page)[1]}  # type: ignore[index]
    page = founder.post(URL, {**token, "column:Status": "Colour"}).content.decode()
    assert "What does “Green” mean?" in page
    assert 'name="column:Status" value="Colour"' in page

    said = {"column:Status": "Colour", "status:Green": "closed"}
    page = founder.post(URL, {**token, **said}).content.decode()
    assert "“Green” is taken for closed" in page
    confirm(founder, page, **said)

    assert Gate.objects.get().progress == "closed"


def test_what_an_empty_status_means_is_a_choice(founder: Client) -> None:
    page = upload(founder, HEAD + "| S1 | Keys | | |\n")
    assert "What does an empty status mean?" in page

    token = {"token": re.search(r'name="token" value="([^"]+)"', page)[1]}  # type: ignore[index]
    page = founder.post(URL, {**token, "empty_status": "open"}).content.decode()
    confirm(founder, page, empty_status="open")

    assert Gate.objects.get().progress == "open"


def test_a_forged_token_is_refused(founder: Client) -> None:
    page = founder.post(URL, {"token": "forged", "import": "1"}).content.decode()

    assert "Upload the document again" in page
    assert not Gate.objects.exists()


def test_a_viewer_may_not() -> None:
    assert browser_of("Viewer").get(URL).status_code == 403


def test_in_arabic(founder: Client) -> None:
    page = founder.get(URL, headers={"accept-language": "ar"}).content.decode()

    assert 'dir="rtl"' in page


def test_a_document_is_kept_when_another_field_is_refused(founder: Client) -> None:
    page = upload(founder, HEAD + "| S1 | Keys rotated | ✅ | run 7 |\n", launch="two words")

    assert "The file <bdi>kite.md</bdi> is kept." in page
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    report = founder.post(URL, {"token": token, "launch": "kite"}).content.decode()
    assert "Keys rotated" in report


def test_a_launch_is_found_by_a_former_slug_and_in_any_spelling(founder: Client) -> None:
    launch = factory.launch("kite", name="Kite launch")
    launch.slug = "kite-2"
    launch.save()

    for typed in ("kite", "KITE-2", "\u200fkite-2 "):
        page = upload(founder, HEAD + "| S1 | Keys rotated | ❌ | |\n", launch=typed)
        assert '<bdi dir="ltr">kite-2</bdi>:' in page

    assert 'name="launch" value="kite-3"' in upload(founder, HEAD, launch="kite-3")


def test_the_report_comes_in_the_other_language_with_its_choices(founder: Client) -> None:
    page = upload(founder, HEAD + "| S1 | Keys rotated | Fertig | run 7 |\n", launch="kite")
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    sent = {name: value for name, value in sent.items() if name in {"token", "launch"}}
    before = everything()

    response = founder.post(
        f"/language/?next={URL}",
        {**sent, "language": "ar", "status:Fertig": "closed", "import": "1"},
        follow=True,
    )

    assert response.redirect_chain == [(URL, 302)]
    assert response.context["report"].launch == "kite"
    assert response.context["choices"] == {"status:Fertig": "closed"}
    assert 'lang="ar"' in response.content.decode()
    assert everything() == before
    assert "Keys rotated" not in founder.get(URL).content.decode()  # shown once


def test_a_document_whose_session_has_ended_is_asked_for_again(founder: Client) -> None:
    document = SimpleUploadedFile("kite.md", HEAD.encode())

    page = founder.post(
        f"/language/?next={URL}",
        {"language": "en", "launch": "kite", "older": "on", "document": document},
        follow=True,
    ).content.decode()

    assert "The file <bdi>kite.md</bdi> was not kept" in page
    assert 'value="kite"' in page
    assert re.search(r'name="older"[^>]*checked', page)
