"""User names as people type them, and one for a new person.

Capitals, full-width letters and spaces around do not matter.
"""

import unicodedata

from django.contrib.auth.models import User

# How Arabic letters are commonly written in user names; و and ي after the first letter are vowels.
_LATIN = str.maketrans(
    {
        "ا": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "th",
        "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "a",
        "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "o",
        "ي": "i", "ى": "a", "ة": "a", "ٱ": "a", "ک": "k", "ی": "i", "پ": "p", "چ": "ch", "گ": "g",
    }
)  # fmt: skip
_FIRST = {"و": "w", "ي": "y", "ی": "y"}


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


def propose_username(name: str) -> str:
    """Return a free user name for a person: the first word in Latin letters, perhaps numbered.

    "person" where nothing of the word can be written in Latin letters.
    """
    first = next(iter(unicodedata.normalize("NFKD", name).split()), "")
    first = _FIRST.get(first[:1], first[:1]) + first[1:]
    latin = first.translate(_LATIN).casefold()
    base = "".join(sign for sign in latin if sign.isascii() and sign.isalnum())[:30] or "person"
    taken = set(map(fold, User.objects.values_list("username", flat=True)))
    numbered = (f"{base}{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (base, *numbered) if name not in taken)


def is_taken(username: str) -> bool:
    """Return whether an account has this name, however it is typed."""
    names = User.objects.filter(username__iexact=username).values_list("username", flat=True)
    return any(fold(name) == fold(username) for name in names)
