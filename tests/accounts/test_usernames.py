"""User names that the board proposes."""

import pytest

from accounts.usernames import is_taken, propose_username
from tests.support import factory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("Noura Ali", "noura"),
        ("  Élodie", "elodie"),
        ("O'Brien", "obrien"),
        ("نورة", "nora"),
        ("أحمد علي", "ahmd"),
        ("وليد", "wlid"),
        ("李", "person"),
        ("!", "person"),
        ("x" * 90, "x" * 30),
    ],
)
def test_a_name_gives_a_user_name(name: str, proposed: str) -> None:
    assert propose_username(name) == proposed


def test_a_taken_one_is_numbered() -> None:
    for taken in ("noura", "Noura2"):
        factory.user(taken)

    assert propose_username("Noura") == "noura3"
    assert is_taken("NOURA")
    assert not is_taken("noura3")
