"""What evidence must carry: a text that says something, an address that may be stored."""

import re
import unicodedata

from django.utils.translation import gettext_noop

from .reason import Reason

# Compared after everything but letters and digits is dropped, so "N/A", "n.a." and "- na -" match.
PLACEHOLDERS = frozenset(
    "tbd tba tbc todo tobedone tobedetermined tobeadded tobeconfirmed na notapplicable none nil"
    " null nothing empty blank wip pending later soon notyet fixme xxx xx placeholder lorem"
    " lipsum loremipsum asdf test testing done ok okay yes closed fixed see seeabove same ditto"
    " evidence proof unknown no not yet"
    " لاحقا قريبا تم نعم لايوجد لاشيء".split()
)


def _letters(text: str) -> str:
    """The letters and digits of a text, in one case and one form; marks and signs dropped."""
    # Before folding too: “™” and “🈁” are signs, but fold to letters.
    plain = "".join(char for char in text if char.isalnum())
    folded = unicodedata.normalize("NFKD", plain).casefold()
    return "".join(char for char in folded if char.isalnum())


def evidence_text_errors(text: str) -> tuple[Reason, ...]:
    """Why a text does not count as evidence (blank, "TBD", "n/a", "-"); empty when it does."""
    letters = _letters(text)
    words = {_letters(word) for word in re.split(r"[\W_]+", text)} - {""}
    if len(letters) > 1 and letters not in PLACEHOLDERS and not words <= PLACEHOLDERS:
        return ()
    message = gettext_noop(
        "Evidence must say what was seen. Blank, “TBD”, “todo”, “n/a” or “-” prove nothing."
    )
    return (Reason("no_substance", message),)


SAFE_SCHEMES = ("http://", "https://")


def url_errors(url: str) -> tuple[Reason, ...]:
    """Why an address may not be stored as evidence; empty when it may, and for an empty one.

    Only http and https. No user info, which makes `https://github.com@evil.example` look like
    another site: no "@" before the first "/" after the scheme. Browsers read a backslash as a
    slash and drop tabs and line breaks, so those are refused too.
    """
    if not url:
        return ()
    scheme, found, rest = url.partition("://")
    if not found or f"{scheme.lower()}://" not in SAFE_SCHEMES:
        words = gettext_noop("Only http:// and https:// addresses can be evidence.")
        return (Reason("url_scheme", words),)
    if "@" in rest.partition("/")[0]:
        words = gettext_noop("Leave out user names and passwords: no “@” before the first “/”.")
        return (Reason("url_user_info", words),)
    host_missing = rest.startswith(("/", "?", "#")) or not rest
    if host_missing or "\\" in url or any(char.isspace() or ord(char) < 32 for char in url):
        words = gettext_noop("This is not a usable web address.")
        return (Reason("url_malformed", words),)
    return ()
