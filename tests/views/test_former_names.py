"""An address that was once right leads on: renamed gates and claims, a launch shown before."""

from collections.abc import Callable

import pytest
from django.test import Client

from gates.models import Gate, Launch
from tests.support import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed(on_day: Callable[[int], None]) -> Launch:
    """Gate T1 and claim "public" on day 0; on day 2 they became T9 and "open"."""
    on_day(0)
    gate = factory.gate("T1")
    claim = factory.claim(gate.launch, "public", name="Public")
    on_day(2)
    gate.code, claim.slug = "T9", "open"
    gate.save()
    claim.save()
    on_day(4)
    return gate.launch


@pytest.fixture
def second(renamed: Launch) -> Launch:
    """A later launch, on the front page since, which has a gate of its own."""
    launch = factory.launch("second", name="Second Launch")
    factory.gate("S1", section=factory.section("S", launch=launch))
    launch.make_current()
    return launch


def location(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 302, url
    return str(response.headers["Location"])


@pytest.mark.parametrize("launch", ["", "/launches/primitive"])
@pytest.mark.parametrize(
    ("old", "new"), [("gates/T1/", "gates/T9/"), ("claims/public/", "claims/open/")]
)
def test_a_former_name_leads_to_the_present_one(
    reader: Client, renamed: Launch, launch: str, old: str, new: str
) -> None:
    assert location(reader, f"{launch}/{old}?language=ar") == f"{launch}/{new}?language=ar"
    assert reader.get(f"{launch}/{new}").status_code == 200


@pytest.mark.parametrize("name", ["gates/T1/", "gates/T9/", "claims/public/", "claims/open/"])
def test_the_past_shows_under_both_names(reader: Client, renamed: Launch, name: str) -> None:
    before = reader.get(f"/{name}?as_of=2026-05-02")
    after = reader.get(f"/{name}?as_of=2026-05-04")

    assert (before.status_code, after.status_code) == (200, 200)
    kind, field = ("gate", "code") if name.startswith("gates") else ("claim", "slug")
    names = [getattr(response.context[kind], field) for response in (before, after)]
    assert names == (["T1", "T9"] if kind == "gate" else ["public", "open"])


def test_a_name_that_another_row_has_now_stays_there(reader: Client, renamed: Launch) -> None:
    other = factory.gate("T1", title="Another gate")

    assert reader.get("/gates/T1/").context["gate"].id == other.id
    # Of a past day, the one that had it then.
    assert reader.get("/gates/T1/?as_of=2026-05-02").context["gate"].id != other.id


def test_launch_and_gate_may_both_be_renamed(reader: Client, renamed: Launch) -> None:
    renamed.slug = "v3"
    renamed.save()

    response = reader.get("/launches/primitive/gates/t1/", follow=True)

    assert response.request["PATH_INFO"] == "/launches/v3/gates/T9/"
    assert response.status_code == 200


def test_what_never_had_the_name_is_not_found(reader: Client, second: Launch) -> None:
    Gate.objects.create(code="T5", title="Gone", section=factory.section("T", launch=second))
    Gate.objects.filter(code="T5").delete()

    for url in ("/gates/T7/", "/gates/T5/", "/claims/other/", "/launches/second/gates/T9/"):
        assert reader.get(url).status_code == 404, url
    assert reader.get("/gates/T7/?as_of=2026-05-02").status_code == 404


def test_a_bare_address_leads_to_the_launch_that_was_current(
    reader: Client, second: Launch
) -> None:
    assert location(reader, "/gates/T9/") == "/launches/primitive/gates/T9/"
    assert location(reader, "/gates/T1/") == "/launches/primitive/gates/T9/"
    assert location(reader, "/claims/public/") == "/launches/primitive/claims/open/"


def test_a_bare_address_never_shows_another_launchs_gate_without_a_word(
    reader: Client, second: Launch
) -> None:
    factory.gate("T9", section=factory.section("T", launch=second))

    page = reader.get("/gates/T9/")
    named = reader.get("/launches/second/gates/T9/")

    assert page.context["launch"].slug == "second"
    text = page.content.decode()
    assert "This is T9 of <bdi>Second Launch</bdi>, the current launch." in text
    assert '<a href="/launches/primitive/gates/T9/"><bdi>Primitive Launch</bdi></a>' in text
    assert "the current launch." not in named.content.decode()


def test_links_that_are_handed_on_name_the_launch(reader: Client, renamed: Launch) -> None:
    board = reader.get("/").content.decode()

    for there in ("gates/T9/", "board.md", "board.csv", "board.json"):
        assert f'"/launches/primitive/{there}"' in board, there
        assert f'"/{there}"' not in board, there


def test_the_history_of_one_launchs_gate_leaves_out_its_namesake(
    reader: Client, second: Launch
) -> None:
    other = factory.gate("T9", section=factory.section("T", launch=second), title="Namesake")

    history = reader.get("/history/?gate=primitive/T9").context["history"]

    assert history
    assert all(entry.row_id != other.id for entry in history if entry.model == "gate")


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/launches/PRIMITIVE/gates/T9/?x=1", "/launches/primitive/gates/T9/?x=1"),
        ("/claims/OPEN/", "/claims/open/"),
        ("/claims/Public/", "/claims/open/"),
        ("/claims/open\u200b/", "/claims/open/"),
        ("/launches/primitive\u200f/?q=k6", "/launches/primitive/?q=k6"),
        ("/gates/T9/.", "/gates/T9/"),
        ("/gates/T9/\u200e ", "/gates/T9/"),
        ("/gates/T9/»،", "/gates/T9/"),
    ],
)
def test_an_address_from_a_chat_leads_to_its_page(
    reader: Client, renamed: Launch, asked: str, there: str
) -> None:
    assert location(reader, asked) == there


@pytest.mark.parametrize("asked", ["/nothing/", "/\u200b", "//evil.example/.", "/x/\u200f"])
def test_an_address_that_means_nothing_is_not_found(reader: Client, asked: str) -> None:
    response = reader.get(asked, follow=True)

    assert response.status_code == 404 or response.redirect_chain[-1][0].startswith("/")
    assert all(to.startswith("/") and not to.startswith("//") for to, _ in response.redirect_chain)
