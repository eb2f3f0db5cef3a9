"""Pasted and differently spelled text finds what is meant, at every look-up and input."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from gates.board.filters import Filters, apply_filters
from gates.database import visible_text
from gates.models import TRACKED, Evidence, Gate, Owner
from gates.rules import text
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof, save_gate
from tests.support.boards import board as board_of
from tests.support.login import log_in_confirmed

pytestmark = pytest.mark.django_db

MARK, WIDTH, FILLER = "\u200f", "\u200b", "\u3164"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


@pytest.mark.parametrize("code", ["t1", f"{MARK}T1", "T١", f"T{WIDTH}1"])
def test_a_gates_address_leads_to_the_canonical_one(engineer: Client, code: str) -> None:
    factory.gate("T1")

    response = engineer.get(f"/gates/{code}/?as_of=")

    assert response.status_code == 302
    assert response["Location"] == "/gates/T1/?as_of="
    assert engineer.get("/gates/t99/", follow=True).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        *({"q": "المسئول عن الاداره"}, {"q": f"{MARK}احمد"}, {"q": "١٢٣"}, {"owner": "أحمــد"}),
        *({"owner": f" {MARK}احمد"}, {"section": "t"}, {"priority": f"p0{WIDTH}"}),
        *({"waiting": "a b"}, {"waiting": "A  B"}),
    ],
    ids=ascii,
)
def test_the_boards_filters_find_every_spelling(asked: dict[str, str]) -> None:
    owner = factory.owner("أحمد")
    gate = factory.gate("T1", title="المسؤول عن الإدارة 123", owner=owner, priority="P0")
    factory.blocker(gate, waiting_on=factory.owner("A  B"))
    factory.gate("O1")

    found = apply_filters(board_of(), Filters.from_query(asked))

    assert [gate.code for gate in found.visible_gates()] == ["T1"]


def test_a_moment_is_read_in_any_digits(engineer: Client) -> None:
    factory.gate("T1")
    today = engineer.get("/").context["board"].day.isoformat()
    eastern = today.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert engineer.get("/", {"as_of": f"{MARK}{eastern}"}).status_code == 200


@pytest.mark.parametrize("asked", [{"person": "Sami"}, {"person": f"SAMI{MARK}"}, {"gate": "t١"}])
def test_the_historys_filters_find_what_is_meant(engineer: Client, asked: dict[str, str]) -> None:
    factory.closed_gate("T1", by=factory.user("sami"))

    page = engineer.get(reverse("history"), asked)

    assert [entry.by for entry in page.context["history"] if entry.decision] == ["sami"]


def test_the_admins_search_finds_every_spelling(engineer: Client) -> None:
    factory.gate("T1", title="المسؤول عن الإدارة")

    page = engineer.get(reverse("admin:gates_gate_changelist"), {"q": "المسئول الاداره"})

    assert [gate.code for gate in page.context["cl"].result_list] == ["T1"]


def test_a_form_stores_what_is_seen(engineer: Client) -> None:
    gate = factory.gate("T1")
    summary = "a" * 247 + "\r\n" + "b" * 248 + "\r\n\r\n"

    done = save_gate(
        engineer,
        gate,
        code=f"{MARK}t١ ",
        title=f"{MARK}Load{WIDTH} test ",
        evidence=[proof(summary, url=f"https://example.com/a{MARK}")],
    )

    stored = Evidence.objects.get()
    assert done.status_code == 302
    assert Gate.objects.values_list("code", "title").get() == ("T1", "Load test")
    assert (stored.summary, stored.url) == (
        "a" * 247 + "\n" + "b" * 248,
        "https://example.com/a",
    )


def test_a_summary_that_is_too_long_is_not_called_blank(engineer: Client) -> None:
    refused = save_gate(engineer, factory.gate("T1"), evidence=[proof("a" * 501)])

    (message,) = errors_of(refused)["evidence-0-summary"]
    assert "at most 500 characters" in message
    assert not Evidence.objects.exists()


def test_the_same_proof_in_another_spelling_is_refused(engineer: Client) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate, "p95 410 ms")

    refused = save_gate(engineer, gate, evidence=[proof(f"P95 ٤١٠ m{WIDTH}s")])

    assert "has that proof already" in errors_of(refused)["evidence-0-summary"][0]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("summary", "url", "field"),
    [
        (FILLER * 2, "", "summary"),
        ("Gate T1", "", "summary"),
        ("it works", "", "summary"),
        ("p95 410 ms", "http://127.1/", "url"),
    ],
    ids=ascii,
)
def test_what_proves_nothing_closes_no_gate(
    engineer: Client, summary: str, url: str, field: str
) -> None:
    gate = factory.gate("T1")
    page = reverse("admin:gates_gate_close", args=[gate.pk])

    refused = engineer.post(page, proof(summary, url=url, reason="Seen by me"))

    assert list(refused.context["form"].errors) == [field]
    assert not Evidence.objects.exists()
    assert Gate.objects.get().progress == "open"


def test_output_without_a_summary_asks_for_one_sentence(engineer: Client) -> None:
    page = reverse("admin:gates_gate_close", args=[factory.gate("T1").pk])

    refused = engineer.post(page, proof("", output="18 passed", reason="Seen by me"))

    assert refused.context["form"].errors["summary"] == [
        "Write one sentence saying what the output shows."
    ]


def test_what_was_stored_before_does_not_keep_its_gate_from_being_saved(engineer: Client) -> None:
    gate = factory.gate("T1")
    old = factory.evidence(gate, "it works", url="http://localhost/")
    kept = {old.pk: proof("it works", url="http://localhost/")}

    assert save_gate(engineer, gate, existing_evidence=kept, title="New").status_code == 302
    assert Gate.objects.get().title == "New"


def test_a_document_makes_no_second_owner_and_finds_its_gates(tmp_path: Path) -> None:
    gate = factory.gate("T1", owner=factory.owner("Sami"))
    slug = gate.launch.slug
    rows = [
        {"model": "gates.owner", "fields": {"name": f"sami{MARK}"}},
        {
            "model": "gates.gate",
            "fields": {
                "launch": [slug],
                "section": [slug, "T"],
                "code": "t١",
                "title": f"Gate{MARK} T1",
                "notes": "Read again",
                "owner": [f"{WIDTH}SAMI"],
            },
        },
    ]
    path = tmp_path / "document.json"
    path.write_text(json.dumps(rows))

    call_command("import_snapshot", path)

    assert [owner.name for owner in Owner.objects.all()] == ["Sami"]
    assert Gate.objects.values_list("code", "notes").get() == ("T1", "Read again")


def test_a_second_owner_in_another_spelling_is_refused() -> None:
    factory.owner("أحمد")

    with pytest.raises(ValidationError, match="already"):
        Owner(name="احمد").full_clean()


def test_a_claim_is_named_in_any_case() -> None:
    claim = factory.claim(factory.launch(), "launched")

    with pytest.raises(SystemExit) as refused:
        call_command("claim", f"Launched{MARK}")
    assert refused.value.code == 1
    assert claim.slug == "launched"


@pytest.mark.parametrize("table", visible_text.COLUMNS)
@pytest.mark.parametrize("blank", ["", "  \n", FILLER, f"{WIDTH}\u2060 \u00a0\u2800"], ids=ascii)
def test_the_database_refuses_a_text_that_shows_nothing(table: str, blank: str) -> None:
    gate = factory.gate("T1")
    factory.blocker(gate)
    factory.evidence(gate)
    factory.action(gate.launch)
    factory.claim(gate.launch)
    model: Any = next(model for model in TRACKED if model._meta.db_table == table)
    row, column = model.objects.get(), visible_text.COLUMNS[table]

    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**{column: blank})

    assert getattr(type(row).objects.get(pk=row.pk), column) != blank


def test_the_database_and_the_rules_mean_the_same_characters() -> None:
    there = {chr(code) for first, last in visible_text.BLANK for code in range(first, last + 1)}
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)

    differ = [hex(ord(char)) for char in every if (char in there) == text.has_visible(char)]

    assert [code for code in differ if int(code, 16) not in OTHER_FORMAT_CHARACTERS] == []


# Format characters of scripts that nobody types; which ones there are depends on the release of
# Unicode that Python has.
OTHER_FORMAT_CHARACTERS = {0x110BD, 0x110CD, *range(0x13430, 0x13440), *range(0x1BCA0, 0x1BCA4)}
OTHER_FORMAT_CHARACTERS |= {*range(0x1D173, 0x1D17B)}


def test_a_code_that_another_gate_has_is_named_in_any_spelling(engineer: Client) -> None:
    gate = factory.gate("T6")
    factory.gate("T7")

    response = save_gate(engineer, gate, code="t\u0667")

    assert errors_of(response) == {"code": ["This launch already has a gate with this code."]}
    assert Gate.objects.filter(code="T6").exists()


def test_names_and_addresses_of_people_are_stored_as_they_are_seen(client: Client) -> None:
    log_in_confirmed(client, person("sami", "Founder"))
    word = "Zebra-Lamp-22-x"
    account = {"password1": word, "password2": word, "usable_password": "true"}
    owner = {"name": "\u200fNoura\u200e", "email": "\u200fnoura@example.com\u200e"}

    client.post("/admin/auth/user/add/", {"username": "\u200fnoura\u200e ", **account})
    client.post("/admin/gates/owner/add/", {"role": "engineer", **owner})

    assert User.objects.filter(username="noura").exists()
    assert Owner.objects.values_list("name", "email").get() == ("Noura", "noura@example.com")
