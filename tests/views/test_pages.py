"""The pages: who may open them, what they show, what they do with hostile text."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from gates.models import Gate, Launch
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("x")</script> & "quotes" \'too\' [link](javascript:alert(1)) `<xmp>`'


@pytest.fixture
def reader(client: Client) -> Client:
    user = person("reader", "Viewer")
    user.is_staff = False
    user.save()
    client.force_login(user)
    return client


# --- who may open what ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/launches/primitive/",
        "/gates/T1/",
        "/launches/primitive/gates/T1/",
        "/evidence/1/file",
        "/admin/",
        "/admin/gates/gate/",
        "/accounts/password/",
    ],
)
def test_without_logging_in_every_page_leads_to_the_login(client: Client, url: str) -> None:
    factory.gate("T1")

    response = client.get(url, follow=True)

    last, status = response.redirect_chain[-1]
    assert status == 302
    assert last.startswith(("/accounts/login/?next=/", "/accounts/login/?next=%2F"))


def test_the_admin_tells_a_reader_that_a_right_is_missing(reader: Client) -> None:
    response = reader.get("/admin/", follow=True)

    assert response.status_code == 403
    assert "Dealix gates" in response.content.decode()


# --- the board -----------------------------------------------------------------------------


def test_the_board_of_the_snapshot_says_what_the_rows_say(reader: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    text = text_of(reader, "/")

    for words in (
        "Dealix Launch Gates — v3.0.0 Primitive Launch",
        "18 of 30 closed; threshold 24",
        "6 more gates must close: 18 of 24",
        "12 gates that are not closed have no priority",
        "1 required gate is not closed",
        "5 of 8 closed",
        "5 of 7 closed · 2 not counted",
        "Commercial, not technical. They close with real customers, not with code.",
        "PostHog API key",
        "Cannot fire real funnel events, cannot validate EU ingestion",
        "Dry-run rollback script end-to-end on prod without actually rolling back",
        "DLQ fault-injection test",
        "100 rps sustained for 5 min with p95 &lt;500ms",
    ):
        assert words in text, words
    for gate in Gate.objects.all():
        link = f'href="/launches/v3-0-0-primitive-launch/gates/{gate.code}/"'
        assert link in reader.get("/").content.decode()


def test_the_launch_that_is_not_current_has_a_board_of_its_own(reader: Client) -> None:
    factory.gate("T1", title="On the front page")
    other = factory.launch("other", name="The other launch")
    factory.gate("T1", section=factory.section("T", launch=other), title="In the other launch")

    front, page = text_of(reader, "/"), text_of(reader, "/launches/other/")
    gate = text_of(reader, "/launches/other/gates/T1/")

    assert "On the front page" in front
    assert "In the other launch" not in front
    assert "In the other launch" in page
    assert 'href="/launches/other/gates/T1/"' in reader.get("/launches/other/").content.decode()
    assert "In the other launch" in gate


def test_before_there_is_a_launch_the_page_says_what_to_do(reader: Client) -> None:
    text = text_of(reader, "/")

    assert "bootstrap" in text
    assert not Launch.objects.exists()


def test_a_launch_without_gates_says_so(reader: Client) -> None:
    factory.launch()

    assert "no gates yet" in text_of(reader, "/")


@pytest.mark.parametrize(
    "url",
    [
        "/launches/nowhere/",
        "/gates/X9/",
        "/gates/%00/",
        "/gates/<script>/",
        "/launches/primitive/gates/X9/",
        "/launches/nowhere/gates/T1/",
        "/evidence/99999/file",
        "/evidence/99999999999999999999999999/file",
        "/no/such/page",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(reader: Client, url: str) -> None:
    factory.gate("T1")

    response = reader.get(url)

    assert response.status_code == 404
    assert "Dealix gates" in response.content.decode()


@pytest.mark.parametrize("url", ["/", "/gates/T1/", "/healthz"])
def test_pages_that_show_take_no_posts(reader: Client, url: str) -> None:
    factory.gate("T1")

    assert reader.post(url).status_code == 405


def test_the_board_costs_a_constant_number_of_queries(
    reader: Client, django_assert_num_queries
) -> None:
    for number in range(1, 40):
        gate = factory.closed_gate(f"T{number}")
        factory.blocker(gate)
        factory.action(gate.launch, f"Step {number}", gate=gate)
    reader.get("/")  # reads the account's language, once a log-in

    # Session, account, revision, launch, the tables; without a claim also the reader's rights.
    with django_assert_num_queries(18):
        reader.get("/")
    with django_assert_num_queries(25):
        reader.get("/gates/T1/")


# --- hostile text --------------------------------------------------------------------------


def test_hostile_text_is_shown_as_text(reader: Client) -> None:
    gate = factory.gate(
        "T1",
        title=HOSTILE,
        definition_of_done=HOSTILE,
        notes=HOSTILE,
        owner=factory.owner(HOSTILE[:100]),
        counted=False,
        not_counted_reason=HOSTILE,
    )
    factory.blocker(gate, HOSTILE, why=HOSTILE)
    factory.evidence(gate, HOSTILE, kind="output", output=HOSTILE, commit="<i>")
    factory.action(gate.launch, HOSTILE, gate=gate)
    factory.claim(gate.launch, name=HOSTILE)
    Launch.objects.update(name=HOSTILE, notes=HOSTILE)

    for url in ("/", "/gates/T1/"):
        page = reader.get(url).content.decode()
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page
        assert "<xmp>" not in page
        assert "&lt;script&gt;" in page


def test_no_page_has_inline_styles_or_scripts_and_all_send_the_policy(reader: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    for url in ("/", "/gates/T6/", "/accounts/password/", "/no/such/page"):
        response = reader.get(url)
        page = response.content.decode()
        assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=", page), url
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
