"""The rules for a piece of evidence: its text must not be a placeholder, its URL must be safe."""

import re
import unicodedata

from django.utils.translation import gettext_noop

from .reason import Reason

# Compared with `letters_and_digits` of a text, so that "N/A", "n.a." and "- na -" match too.
PLACEHOLDERS = frozenset(
    "tbd tba tbc todo tobedone tobedetermined tobeadded tobeconfirmed na notapplicable none nil"
    " null nothing empty blank wip pending later soon notyet fixme xxx xx placeholder lorem"
    " lipsum loremipsum asdf test testing done ok okay yes closed fixed see seeabove same ditto"
    " evidence proof unknown no not yet"
    " لاحقا قريبا تم نعم لايوجد لاشيء".split()
)


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a text, case-folded and in Unicode form NFKD."""
    # Signs are dropped before folding too: “™” and “🈁” are signs, but fold to letters.
    without_signs = "".join(char for char in text if char.isalnum())
    folded = unicodedata.normalize("NFKD", without_signs).casefold()
    return "".join(char for char in folded if char.isalnum())


def evidence_text_errors(text: str) -> tuple[Reason, ...]:
    """Return why a text is not evidence (blank, "TBD", "n/a", "-"); empty if it is.

    Refused is a text of at most one letter or digit, a placeholder, and a text of placeholders.
    """
    letters = letters_and_digits(text)
    words = {letters_and_digits(word) for word in re.split(r"[\W_]+", text)} - {""}
    if len(letters) > 1 and letters not in PLACEHOLDERS and not words <= PLACEHOLDERS:
        return ()
    message = gettext_noop(
        "Evidence must say what was seen. Blank, “TBD”, “todo”, “n/a” or “-” prove nothing."
    )
    return (Reason("no_substance", message),)


SAFE_SCHEMES = ("http://", "https://")


def url_errors(url: str) -> tuple[Reason, ...]:
    """Return why a URL may not be stored as evidence; empty if it may, or if there is none.

    Only http and https. No user info, which makes `https://github.com@evil.example` look like
    another site: no "@" before the first "/" after the scheme. Browsers read a backslash as a
    slash and drop tabs and line breaks, so those are refused too.
    """
    if not url:
        return ()
    scheme, separator, rest = url.partition("://")
    if not separator or f"{scheme.lower()}://" not in SAFE_SCHEMES:
        message = gettext_noop("Only http:// and https:// addresses can be evidence.")
        return (Reason("url_scheme", message),)
    if "@" in rest.partition("/")[0]:
        message = gettext_noop("Leave out user names and passwords: no “@” before the first “/”.")
        return (Reason("url_user_info", message),)
    host_missing = rest.startswith(("/", "?", "#")) or not rest
    if host_missing or "\\" in url or any(char.isspace() or ord(char) < 32 for char in url):
        message = gettext_noop("This is not a usable web address.")
        return (Reason("url_malformed", message),)
    return ()
