"""The week's news, and bars lowered by hand, which stand on the board for all to see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import Board
from gates.history.whats_new import last_import, whats_new
from gates.models import Claim, Gate, Import
from gates.models.history import save_with_history
from tests.support import factory
from tests.support.clock import START
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


def said(days: int, slug: str | None = None) -> list[str]:
    found = whats_new(board_on(days, slug))
    return [
        f"{change.reason} / {change.document or change.by} / {change.why}" for change in found.rules
    ]


def board_on(days: int, slug: str | None = None) -> Board:
    moment = START + timedelta(days=days)
    launch = get_launch(slug, moment)
    assert launch
    return read_board(launch, moment, moment)


def news_on(days: int) -> list[str]:
    return [
        str(reason) + ": " + ", ".join(reason.gates) for reason in whats_new(board_on(days)).news
    ]


def test_a_lowered_threshold_is_shown_for_two_weeks(on_day: Callable[[int], None]) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    on_day(1)
    claim.min_closed = 20
    save_with_history(claim, by=factory.user("sami"), reason="Four gates were merged")

    notice = ["Launched: threshold lowered from 24 to 20 / sami / Four gates were merged"]
    assert said(0) == []
    assert said(1) == notice
    assert said(15) == notice
    assert said(16) == []


def test_required_gates_are_part_of_it(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("G5")
    claim = factory.claim(gate.launch)
    requirement = factory.requirement(claim, gate)
    on_day(1)
    requirement.delete()

    assert said(1) == [
        "Launched: no longer requires G5 /  / ",
        "New claim: Launched /  / ",
        "Launched: requires G5 now /  / ",
    ]


def test_a_notice_on_a_past_board_says_for_ever_what_it_said_then(
    client: Client, on_day: Callable[[int], None]
) -> None:
    on_day(-20)
    gate = factory.gate("T1")
    claim = factory.claim(gate.launch)
    on_day(1)
    requirement = factory.requirement(claim, gate)
    then = said(1)
    on_day(2)
    claim.name, gate.code = "Renamed claim", "T77"
    claim.save()
    gate.save()
    renamed = said(2)
    on_day(3)
    requirement.delete()
    claim.delete()
    gate.delete()
    client.force_login(factory.user("reader"))

    page = client.get("/", {"as_of": "2026-05-02"}).content.decode()
    there = client.get("/gates/T1/", {"as_of": "2026-05-02"})

    assert then == said(1) == ["Launched: requires T1 now /  / "]
    assert renamed == said(2) == ["Renamed claim: requires T77 now /  / "]
    assert said(3) == ["Claim removed: Renamed claim /  / "]
    assert 'href="/launches/primitive/gates/T1/?as_of=2026-05-02"' in page
    assert there.status_code == 200


def test_a_gate_that_is_gone_is_named_without_a_link(client: Client) -> None:
    factory.gate("T1")
    gate = factory.gate("G5")
    requirement = factory.requirement(factory.claim(gate.launch), gate)
    requirement.delete()
    gate.delete()
    client.force_login(factory.user("reader"))

    page = client.get("/").content.decode()

    assert "no longer requires <bdi>G5</bdi>" in page
    assert "/gates/G5/" not in page


def test_what_came_without_a_record_is_told_by_the_name_it_has(reader: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    claim, gate = Claim.objects.get(slug="launched"), Gate.objects.get(code="T1")
    factory.requirement(claim, gate)

    page = reader.get("/").content.decode()

    assert f"{claim.name}</bdi>: requires" in page
    assert '<a class="code" href="/launches/v3-0-0-primitive-launch/gates/T1/">T1</a> now' in page


def test_a_claim_cannot_be_made_easier_by_deleting_and_making_it_anew(
    on_day: Callable[[int], None],
) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    on_day(1)
    claim.delete()
    factory.claim(claim.launch, min_closed=1)

    assert set(said(1)) == {"Claim removed: Launched /  / ", "New claim: Launched /  / "}


def test_no_typed_reason_passes_for_an_import(on_day: Callable[[int], None]) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    gate = factory.gate("T1")
    on_day(1)
    claim.min_closed = 5
    save_with_history(claim, by=None, reason="Import of x.md (SHA-256 " + "0" * 64 + ")")
    on_day(2)
    save_with_history(gate, by=None, reason="Import of x.md (SHA-256 " + "0" * 64 + ")")

    assert ["lowered from 24 to 5" in words for words in said(2)] == [True]


def test_the_news_of_a_week(on_day: Callable[[int], None]) -> None:
    sami = factory.user("sami")
    on_day(-20)
    old, reopened, new, waiting = (factory.gate(f"T{number}") for number in (1, 2, 3, 4))
    for gate in (old, reopened):
        factory.evidence(gate)
        gate.close(sami, "Seen")
    on_day(1)
    reopened.reopen(sami, "Broken again")
    then = timezone.now()
    factory.evidence(new, valid_until=(START + timedelta(days=3)).date(), recorded_at=then)
    new.close(sami, "Seen")
    factory.blocker(waiting, raised_at=then)

    assert news_on(0) == []
    assert news_on(2) == [
        "1 gate closed: T3",
        "1 gate reopened: T2",
        "1 gate became blocked: T4",
        "1 gate got evidence: T3",
    ]
    assert "The evidence of 1 closed gate expired: T3" in news_on(5)
    assert news_on(20) == []


FIXTURE = "fixtures/launch_gates_2026-04-23.json"


def test_the_claims_of_a_launch_s_first_document_are_no_news(on_day: Callable[[int], None]) -> None:
    on_day(0)
    call_command("import_snapshot", FIXTURE)

    assert said(0) == []


def test_the_next_import_ends_the_notice_of_what_people_did(on_day: Callable[[int], None]) -> None:
    on_day(0)
    call_command("import_snapshot", FIXTURE)
    claim = Claim.objects.get(slug="launched")
    on_day(1)
    claim.position = 5
    claim.slug = "complete"
    save_with_history(claim, by=None, reason="Renamed")
    claim.slug = "launched"
    claim.position = 1
    save_with_history(claim, by=None, reason="And back")
    on_day(2)
    before = said(2)
    on_day(3)
    call_command("import_snapshot", FIXTURE)

    assert len(before) == 2
    assert said(3) == []
    assert last_import(claim.launch_id, START + timedelta(days=3)) == START + timedelta(days=3)


def test_a_threshold_that_a_document_changes_is_told_with_the_document(
    on_day: Callable[[int], None],
) -> None:
    on_day(0)
    call_command("import_snapshot", FIXTURE)
    claim = Claim.objects.get(slug="launched")
    on_day(1)
    claim.min_closed = 30
    save_with_history(claim, by=factory.user("sami"), reason="Stricter")
    on_day(2)
    call_command("import_snapshot", FIXTURE)

    told = "threshold lowered from 30 to 24 / launch_gates_2026-04-23.json / "
    assert ["raised from 24 to 30" in words for words in said(1)] == [True]
    assert [words.endswith(told) for words in said(2)] == [True]
    assert [words.endswith(told) for words in said(16)] == [True]
    assert said(17) == []


def test_the_following_import_ends_it(on_day: Callable[[int], None]) -> None:
    on_day(0)
    call_command("import_snapshot", FIXTURE)
    claim = Claim.objects.get(slug="launched")
    on_day(1)
    claim.min_closed = 30
    claim.save()
    for day in (2, 3):
        on_day(day)
        call_command("import_snapshot", FIXTURE)

    assert len(said(2)) == 1
    assert said(3) == []


def test_a_dry_run_leaves_no_word(on_day: Callable[[int], None]) -> None:
    on_day(0)
    call_command("import_snapshot", FIXTURE, dry_run=True)

    assert not Import.objects.exists()


def test_another_slug_and_another_launch_are_told_on_both_boards(
    on_day: Callable[[int], None],
) -> None:
    on_day(-20)
    claim = factory.claim(factory.launch())
    second = factory.launch("second")
    on_day(1)
    claim.slug = "public"
    save_with_history(claim, by=factory.user("sami"), reason="Plainer")
    on_day(2)
    claim.launch = second
    save_with_history(claim, by=factory.user("sami"), reason="Wrong launch")

    renamed = "Launched: goes by “public” now, no longer by “launched” / sami / Plainer"
    assert said(1) == [renamed]
    assert said(2) == [
        "Claim moved to another launch: Launched / sami / Wrong launch",
        renamed,
    ]
    assert said(2, "second") == [
        "Claim moved here from another launch: Launched / sami / Wrong launch"
    ]


def test_the_board_says_it(client: Client) -> None:
    claim = factory.claim(factory.gate("T1").launch)
    claim.min_closed = 20
    save_with_history(claim, by=factory.user("sami"), reason="Four gates were merged")
    client.force_login(factory.user("reader"))

    text = text_of(client, "/")

    assert "threshold lowered from 24 to 20" in text
    assert "Four gates were merged" in text
    assert "1 gate has no owner" in text


def test_changes_since_the_last_import(client: Client) -> None:
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")
    gate = Gate.objects.get(code="T6")
    factory.evidence(gate)
    gate.close(factory.user("sami"), "100 rps held")
    client.force_login(factory.user("reader"))

    assert "Closed: 18 → 19" in text_of(client, "/changes/?since=import")
