"""Who gets in: a token and nothing else, and no further than its checks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gates.models import Proposal, Run, Token
from tests.support import api, factory
from tests.support.security_events import events

pytestmark = pytest.mark.django_db

NOT_ACCEPTED = "This token is not accepted"
READ, POSTED = "/api/v1/launches/primitive/board", api.RUNS


@pytest.fixture
def text() -> str:
    """The text of a token that is accepted."""
    return api.token(api.check())[1]


def refused(text: str) -> str:
    """The sentence with which a token is refused; nothing was written."""
    answers = [api.get(text, "launches/primitive/board"), api.post(text)]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Run.objects.exists()
    (sentence,) = {answer.json()["detail"] for answer in answers}
    return str(sentence)


def revoke(runs_count: bool) -> Callable[[], None]:
    def act() -> None:
        Token.objects.get().revoke(factory.user("ali"), runs_count=runs_count)

    return act


def switch_off() -> None:
    User.objects.filter(username="ali").update(is_active=False)


@pytest.mark.parametrize("act", [revoke(True), revoke(False), switch_off])
def test_a_token_that_was_ended_is_refused(text: str, act: Callable[[], None]) -> None:
    act()

    assert refused(text).startswith(NOT_ACCEPTED)


def test_a_token_is_accepted_on_its_last_day_and_not_after(
    on_day: Callable[[int], None],
) -> None:
    on_day(0)
    today = timezone.localdate(timezone.now())
    _token, text = api.token(api.check(), ends_on=today + timedelta(days=3))
    on_day(3)
    assert api.get(text, "me").status_code == 200

    on_day(4)

    assert refused(text).startswith(NOT_ACCEPTED)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "dgx_",
        "dgx_12345678" + "x" * 43,
        "DGX_" + "a" * 51,
        "é" * 20,
        "a\tb",
        "x" * 5000,
        "null",
        "{text} ",
        "{text}x",
        "{prefix}",
    ],
)
def test_every_other_text_is_refused_with_the_same_sentence(text: str, other: str) -> None:
    other = other.replace("{prefix}", text[:12]).replace("{text}", text)

    if other.strip() == text:
        assert api.get(other, "me").status_code == 200  # spaces round it are no part of it
    else:
        assert refused(other).startswith(NOT_ACCEPTED)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}, {"X-Token": "{text}"}],
    ids=["none", "basic", "empty", "elsewhere"],
)
def test_no_other_way_of_asking_is_accepted(text: str, headers: dict[str, str]) -> None:
    sent = {name: value.replace("{text}", text) for name, value in headers.items()}

    answers = [
        Client().get(READ, headers=sent),
        Client().post(POSTED, api.REPORT, "application/json", headers=sent),
        Client().get(f"{READ}?token={text}&access_token={text}", headers=sent),
    ]

    assert [answer.status_code for answer in answers] == [401] * 3
    assert not Run.objects.exists()


def test_a_session_opens_no_api(text: str, admin_client: Client) -> None:
    read = admin_client.get(READ)
    posted = admin_client.post(POSTED, api.REPORT, "application/json")

    assert (read.status_code, posted.status_code) == (401, 401)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "path", ["/", "/gates/T1/", "/board.json", "/admin/", "/history/", "/tokens/"]
)
def test_a_token_opens_no_page(text: str, path: str) -> None:
    answer = Client().get(path, headers=api.bearer(text))

    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]
    assert "sessionid" not in answer.cookies


def test_the_api_sets_and_reads_no_cookie(text: str) -> None:
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    client.cookies["django_language"] = "ar"

    answer = client.get(READ, headers=api.bearer(text))

    assert answer.status_code == 200
    assert not answer.cookies


def test_a_token_reports_its_own_checks_only(text: str) -> None:
    gate = factory.gate("T2")
    api.check(gate)
    api.check(gate, "other")

    answers = [
        api.post(text, path=api.RUNS.replace("T1", "T2")),
        api.post(text, path=api.RUNS.replace("T1/checks/load", "T2/checks/other")),
    ]

    for answer in answers:
        assert answer.status_code == 403
        assert answer.json()["detail"] == "This token may not report this check."
    assert not Run.objects.exists()


def test_a_check_that_moves_to_another_gate_takes_its_token_along(text: str) -> None:
    check = Token.objects.get().checks.get()
    check.gate = factory.gate("T2")
    check.save()

    assert api.post(text, path=api.RUNS.replace("T1", "T2")).status_code == 201


def test_a_token_proposes_in_its_launch_only(text: str) -> None:
    launch = factory.launch("other", is_current=False)
    factory.gate("T1", section=factory.section("T", launch=launch))

    answer = api.post(text, {"summary": "Seen green"}, "/api/v1/launches/other/gates/T1/proposals")

    assert answer.status_code == 403
    assert not Proposal.objects.exists()


def test_a_refused_token_is_on_record_without_its_secret(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    api.get(text[:-1] + ("B" if text.endswith("A") else "A"), "me")

    (line,) = events(caplog, "token_refused")
    assert line["token"] == text[4:12]
    assert text[12:40] not in caplog.text


def fill(text: str, count: int) -> Any:
    """Post so often; half of it is refused for other reasons. The last answer."""
    return [api.post(text, b"no json" if number % 2 else api.REPORT) for number in range(count)]


def test_after_sixty_posts_within_an_hour_the_next_waits(
    on_day: Callable[[float], None], text: str
) -> None:
    on_day(0)
    statuses = [answer.status_code for answer in fill(text, 60)]
    runs = Run.objects.count()
    on_day(0.25 / 24)

    refused = api.post(text)
    proposal = api.post(text, {"summary": "Seen green"}, api.PROPOSALS)

    assert statuses == [201, 422, *[200, 422] * 29]  # replays and refusals are posts too
    assert (refused.status_code, proposal.status_code) == (429, 429)
    assert 2690 <= int(refused.headers["Retry-After"]) <= 2702
    assert "60 posts within an hour" in refused.json()["detail"]
    assert (Run.objects.count(), Proposal.objects.count()) == (runs, 0)
    assert api.get(text, "me").status_code == 200  # reading goes on


def test_the_limit_of_one_token_is_not_that_of_another(text: str) -> None:
    fill(text, 60)
    _token, other = api.token(Token.objects.get().checks.get(), name="Other")

    assert api.post(text).status_code == 429
    assert api.post(other).status_code == 201


def test_a_place_is_free_again_an_hour_after_its_post(text: str) -> None:
    fill(text, 60)
    token = Token.objects.get()
    cache.delete(f"api-post:{token.pk}:7")  # as the cache does when its hour is over

    assert api.post(text, {"seconds": 215}).status_code == 201
    assert api.post(text, {"seconds": 216}).status_code == 429
