"""A page of the past hands out the file of its day, also after it was replaced or deleted."""

import re
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponseBase
from django.test import Client

from gates.models import Evidence
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.clock import START

pytestmark = pytest.mark.django_db

FIRST_DAY = f"?as_of={START:%Y-%m-%d}"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


@pytest.fixture
def proof(on_day: Callable[[int], None]) -> Evidence:
    """A proof whose file was replaced on the next day, and which was deleted on the day after."""
    on_day(0)
    gate = factory.closed_gate("T6")
    made = Evidence(gate=gate, kind="file", summary="The log of the drill")
    made.file.save("drill.txt", ContentFile(b"p95 410 ms\n"))
    on_day(1)
    made.file.save("drill.txt", ContentFile(b"p95 390 ms\n"))
    on_day(3)
    return made


def download(client: Client, page: str) -> HttpResponseBase:
    """Follow the only link to a file on a page."""
    (address,) = re.findall(r'href="(/evidence/[^"]+)"', client.get(page).content.decode())
    return client.get(address)


def content(response: HttpResponseBase) -> bytes:
    assert response.status_code == 200
    return b"".join(response)


def test_each_page_hands_out_the_file_of_its_day(engineer: Client, proof: Evidence) -> None:
    replaced = content(download(engineer, f"/gates/T6/{FIRST_DAY}"))
    live = content(download(engineer, "/gates/T6/"))

    assert (replaced, live) == (b"p95 410 ms\n", b"p95 390 ms\n")


def test_the_file_of_a_deleted_proof_stays_with_its_day(engineer: Client, proof: Evidence) -> None:
    old_address = f"/evidence/{proof.pk}/file"
    proof.delete()

    past = content(download(engineer, f"/gates/T6/{FIRST_DAY}"))

    assert past == b"p95 410 ms\n"
    assert "/evidence/" not in engineer.get("/gates/T6/").content.decode()
    assert content(engineer.get(old_address)) == b"p95 390 ms\n"


def test_a_past_file_asks_for_the_same_permission(client: Client, proof: Evidence) -> None:
    client.force_login(factory.user("newcomer"))

    assert download(client, f"/gates/T6/{FIRST_DAY}").status_code == 403


def test_a_past_file_that_was_changed_or_lost_is_not_served(
    engineer: Client, proof: Evidence
) -> None:
    first = proof.history.order_by("history_id").first()
    default_storage.delete(first.file)
    default_storage.save(first.file, ContentFile(b"p95 1 ms\n"))

    altered = download(engineer, f"/gates/T6/{FIRST_DAY}")
    default_storage.delete(first.file)
    lost = download(engineer, f"/gates/T6/{FIRST_DAY}")

    assert (altered.status_code, lost.status_code) == (409, 404)
    assert first.sha256 in altered.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("end", ["0" * 64, "0" * 63, "x" * 64])
def test_a_checksum_that_the_proof_never_had_is_not_found(
    engineer: Client, proof: Evidence, end: str
) -> None:
    assert engineer.get(f"/evidence/{proof.pk}/file/{end}").status_code == 404
