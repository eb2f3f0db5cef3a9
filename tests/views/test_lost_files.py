"""A file that the store lost, or that was altered in it, weakens its gate at once."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.statuses import derive_statuses
from gates.history.burnup import burnup
from gates.models import Evidence, FileCheck, Gate, TransitionRefused
from gates.operations.file_checks import check_files
from tests.support import factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db

MISSING = "the file of 1 piece of evidence is missing"
ALTERED = "the file of 1 piece of evidence is not what was attached"


@pytest.fixture
def proof(on_day: Callable[[int], None]) -> Evidence:
    """A closed gate's second proof, with a file, of a launch that asks for one closed gate."""
    on_day(0)
    gate = factory.closed_gate("T6")
    factory.claim(gate.launch, min_closed=1, requires_p0=False)
    made = Evidence(gate=gate, kind="file", summary="The log of the drill")
    made.file.save("drill.txt", ContentFile(b"p95 410 ms\n"))
    return made


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def lose(proof: Evidence) -> None:
    default_storage.delete(str(proof.file.name))


def alter(proof: Evidence) -> None:
    lose(proof)
    put_back(proof, b"p95 401 ms\n")


def put_back(proof: Evidence, content: bytes = b"p95 410 ms\n") -> None:
    default_storage.save(str(proof.file.name), ContentFile(content))


def status() -> tuple[str, str]:
    """Status and reason of the only gate, in the board's document."""
    launch = get_launch()
    assert launch is not None
    (gate,) = read_board(launch, timezone.now()).gates
    return gate.status.value, str(gate.reasons[0])


@pytest.mark.parametrize(("damage", "reason"), [(lose, MISSING), (alter, ALTERED)])
def test_the_gates_page_finds_it_and_the_board_and_the_claim_say_so(
    engineer: Client, proof: Evidence, damage: Callable[[Evidence], None], reason: str
) -> None:
    assert "button file" in engineer.get("/gates/T6/").content.decode()
    before = json.loads(engineer.get("/board.json").content)
    damage(proof)

    page = engineer.get("/gates/T6/").content.decode()
    after = json.loads(engineer.get("/board.json").content)

    assert reason in page
    assert before["gates"][0]["status"] == "closed"
    assert (after["gates"][0]["status"], after["gates"][0]["reason"]) == ("partial", reason)
    assert [before["claims"][0]["allowed"], after["claims"][0]["allowed"]] == [True, False]
    assert reason in engineer.get("/").content.decode()
    assert 'id="lost_file"' in engineer.get("/honesty/").content.decode()
    assert derive_statuses({proof.gate_id: "closed"}, timezone.now())[proof.gate_id].status == (
        "partial"
    )


def test_a_page_that_the_browser_has_does_not_count_as_unchanged(
    engineer: Client, proof: Evidence
) -> None:
    engineer.get("/gates/T6/")  # sets the form token
    etag = engineer.get("/gates/T6/").headers["ETag"]
    assert engineer.get("/gates/T6/", headers={"if-none-match": etag}).status_code == 304
    lose(proof)

    assert engineer.get("/gates/T6/", headers={"if-none-match": etag}).status_code == 200


def test_a_file_that_is_put_back_closes_the_gate_again_and_the_log_keeps_it(
    engineer: Client, proof: Evidence
) -> None:
    lose(proof)
    for _ in range(2):
        engineer.get("/gates/T6/")
    put_back(proof)
    engineer.get("/gates/T6/")

    assert status()[0] == "closed"
    assert list(FileCheck.objects.values_list("found", flat=True)) == ["missing", "intact"]


def test_a_download_finds_it_too(engineer: Client, proof: Evidence) -> None:
    alter(proof)

    assert engineer.get(proof.file.url).status_code == 409
    assert status() == ("partial", ALTERED)
    put_back_again = str(proof.file.name)
    default_storage.delete(put_back_again)
    put_back(proof)
    assert engineer.get(proof.file.url).status_code == 200
    assert status()[0] == "closed"


def test_the_command_claim_finds_it_first(proof: Evidence) -> None:
    lose(proof)

    with pytest.raises(SystemExit) as exit_code:
        call_command("claim", stdout=StringIO())

    assert exit_code.value.code == 1
    assert status() == ("partial", MISSING)


def test_verify_integrity_names_it(proof: Evidence) -> None:
    alter(proof)
    printed = StringIO()

    with pytest.raises(SystemExit):
        call_command("verify_integrity", stdout=printed, stderr=StringIO())

    assert f"file {proof.file.name}: not what was attached" in printed.getvalue()
    assert status() == ("partial", ALTERED)


@pytest.mark.sqlite
def test_the_drill_logs_it(committed: None, proof: Evidence, tmp_path: Path) -> None:
    lose(proof)

    with pytest.raises(CommandError):
        call_command("drill", keep=tmp_path / "kept", stdout=StringIO())

    assert status() == ("partial", MISSING)


def test_a_gate_is_not_closed_on_it_and_it_is_not_shared(proof: Evidence) -> None:
    sami = factory.user()
    gate = Gate.objects.get()
    covered = factory.gate("T7", covered_by=gate)
    gate.reopen(sami, "Look again")
    lose(proof)
    check_files(Q(gate=gate))

    with pytest.raises(TransitionRefused, match=MISSING):
        gate.close(sami, "Seen green")

    assert not Gate.objects.filter(progress="closed").exists()
    assert gate.share_evidence(covered, sami) == 1
    assert covered.evidence.get().file == ""


def test_what_has_expired_needs_its_file_no_more(proof: Evidence) -> None:
    proof.valid_until = timezone.localdate() - timedelta(days=1)
    proof.save()
    lose(proof)
    check_files(Q(gate=proof.gate))

    assert status()[0] == "closed"


def test_a_past_board_knows_what_was_known_then(
    on_day: Callable[[int], None], proof: Evidence
) -> None:
    on_day(1)
    launch = get_launch()
    assert launch is not None
    lose(proof)
    check_files(Q(gate=proof.gate))
    found = FileCheck.objects.get().at
    on_day(2)

    earlier = read_board(launch, timezone.now(), found - timedelta(seconds=1))
    later = read_board(launch, timezone.now(), found)

    assert [gate.status.value for board in (earlier, later) for gate in board.gates] == [
        "closed",
        "partial",
    ]
    assert burnup(launch.id, timezone.now())[-1].closed == 0


def test_a_store_that_does_not_answer_says_nothing(
    engineer: Client, proof: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str) -> int:
        raise OSError(113, "no route to host")

    monkeypatch.setattr(default_storage, "size", fail)

    assert engineer.get("/gates/T6/").status_code == 200
    assert status()[0] == "closed"


def test_what_was_found_stays(proof: Evidence) -> None:
    lose(proof)
    check_files(Q(gate=proof.gate))

    for change in (
        FileCheck.objects.all().delete,
        lambda: FileCheck.objects.update(found="intact"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert FileCheck.objects.get().found == "missing"
