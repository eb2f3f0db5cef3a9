"""User names as people type them: capitals, full-width letters and spaces around do not matter."""

import unicodedata

from django.contrib.auth.models import User


def fold(username: str) -> str:
    """Return the form in which two ways to type a name are the same."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def find_account(typed: str) -> User | None:
    """Return the account that is meant by a name as typed in a shell; None if there is none."""
    try:
        typed.encode()
    except UnicodeEncodeError:  # a byte that is no text; no account has it in its name
        return None
    return User.objects.filter(username=stored_username(typed)).first()


def stored_username(typed: str) -> str:
    """Return the name of the one account that is meant; the typed one if none or several are.

    An account of exactly this name comes first.
    """
    typed = unicodedata.normalize("NFKC", typed).strip()
    if User.objects.filter(username=typed).exists():
        return typed
    found = [
        name
        for name in User.objects.filter(username__iexact=typed).values_list("username", flat=True)
        if fold(name) == fold(typed)
    ]
    return found[0] if len(found) == 1 else typed
