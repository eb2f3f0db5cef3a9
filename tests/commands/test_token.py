"""`token create | list | revoke`, in a shell on the server."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gates.models import Revocation, Token
from tests.support import api, factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db

CHECK = "primitive/T1/load"


@pytest.fixture(autouse=True)
def ali() -> Any:
    return person("ali", "Engineer")


def run(*arguments: str) -> tuple[str, str]:
    """What it writes to standard output and to standard error."""
    out, err = StringIO(), StringIO()
    call_command("token", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def create(*options: str) -> str:
    out, _err = run("create", "Nightly drill", "--responsible", "ali", *options)
    return out.strip()


def test_create_prints_the_text_alone_and_it_works() -> None:
    api.check()

    out, err = run("create", "k6", "--responsible", "ali", "--check", CHECK, "--days", "30")

    token = Token.objects.get()
    assert out.startswith("dgx_")
    assert out.count("\n") == 1
    assert token.prefix in err
    assert (token.name, token.responsible.username) == ("k6", "ali")
    assert api.post(out.strip()).status_code == 201


def test_list_says_what_each_may_do_and_no_text() -> None:
    api.check()
    texts = [create("--check", CHECK), create()]
    run("revoke", texts[1][4:12], "--runs-count", "yes")

    out, _err = run("list")

    first, second = out.splitlines()
    assert CHECK in first
    assert "only reads" in second
    assert "revoked" in second
    assert not any(text in out for text in texts)


@pytest.mark.parametrize(("answer", "counts"), [("yes", True), ("no", False)])
def test_revoke_keeps_the_answer(answer: str, counts: bool) -> None:
    text = create()

    run("revoke", text[:12], "--runs-count", answer)  # with dgx_ before it, as it is shown

    assert Revocation.objects.get().runs_count is counts
    assert api.get(text, "me").status_code == 401


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "x", "--responsible", "nobody"), "no account"),
        (("create", " ", "--responsible", "ali"), "blank"),
        (("create", "x", "--responsible", "ali", "--check", "T1/load"), "no check"),
        (("create", "x", "--responsible", "ali", "--check", "a/b/c/d"), "no check"),
        (("create", "x", "--responsible", "ali", "--days", "366"), "365"),
        (("create", "x", "--responsible", "ali", "--days", "-1"), "365"),
        (("create", "x", "--responsible", "ali", "--days", "9999999999"), "365"),
        (("create", "x", "--responsible", "vera", "--check", CHECK), "may not change gates"),
        (("revoke", "12345678", "--runs-count", "no"), "no token"),
    ],
)
def test_what_is_refused_writes_nothing(arguments: tuple[str, ...], said: str) -> None:
    api.check()
    person("vera", "Viewer")

    with pytest.raises(CommandError, match=said):
        run(*arguments)

    assert not Token.objects.exists()


def test_revoking_without_an_answer_is_refused() -> None:
    text = create()

    with pytest.raises(CommandError, match="go on counting"):
        run("revoke", text[4:12])

    assert not Revocation.objects.exists()


def test_an_account_that_is_switched_off_gets_no_token() -> None:
    user = factory.user("ali")
    user.is_active = False
    user.save()

    with pytest.raises(CommandError):
        create()

    assert not Token.objects.exists()
