"""The rules for the text of a piece of evidence: it must say something that was seen."""

import html
import re
import unicodedata

from django.utils.translation import gettext_noop

from .links import without_local_links
from .placeholders import DATES, EMPTY_WORDS, WITHOUT_PLACE, is_empty_word, words_of
from .reason import Reason
from .text import comparison_form

# Of a long text the beginning is read first: one letter may stand for eighteen.
ENOUGH = 5_000
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}\s*/?>", re.IGNORECASE)
# "TODO(sami): write it up" is a promise, whatever follows.
_PROMISE = re.compile(r"\W*(?:(?:todo|wip)\s*[(\[:]|(?:tbd|tba|fixme)\b)", re.IGNORECASE)
# What stands before the text of a list: "1. done", "- [x] done".
_LIST_MARK = re.compile(r"\A\s*(?:\d{1,2}[.)]\s+|[-*+]\s+)?(?:\[[ xX]\]\s*)?")
_WORD = re.compile(r"[^\W\d_]+")
# One number, date or time of day by itself; "#58", "99.9%" and "12/12" say more.
_BARE_NUMBER = re.compile(r"[\d\s.,:_()*`\[\]–—-]*|\d{1,4}/\d{1,2}/\d{1,4}")


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a text in the form in which texts are compared."""
    return "".join(char for char in comparison_form(_without_signs(text)) if char.isalnum())


def _without_signs(text: str) -> str:
    # Signs are dropped before folding too: “™” and “🈁” are signs, but fold to letters.
    kept = (
        char if char.isalnum() or unicodedata.category(char)[0] in "MCPZ" else " " for char in text
    )
    return "".join(kept)


def evidence_text_errors(text: str) -> tuple[Reason, ...]:
    """Return why a text is not evidence (blank, "TBD", "it works", "12", "-"); empty if it is.

    Refused is a text of at most two letters, a number by itself, a text of placeholders and
    linking words, and one that only announces itself ("TODO(name)"). Tags of HTML and links to
    the reader's own machine count for nothing.
    """
    if len(text) > ENOUGH and not evidence_text_errors(text[:ENOUGH]):
        return ()
    said = without_local_links(_TAG.sub(" ", html.unescape(text)))
    said = _LIST_MARK.sub("", said, count=1)
    letters = letters_and_digits(said)
    words = words_of(_without_signs(said))
    few = len(set(letters)) < 2 or (len(letters) < 3 and letters.isalpha())
    empty = letters in EMPTY_WORDS or all(is_empty_word(word) for word in words)
    without_dates = _WORD.sub(_unless_date, comparison_form(said))
    number = _BARE_NUMBER.fullmatch(without_dates) is not None
    if not (number or empty or _PROMISE.match(said)) and not (few and not _is_reference(said)):
        return ()
    message = gettext_noop(
        "Evidence must say what was seen. Blank, “TBD”, “done”, “it works” or “-” prove nothing."
    )
    return (Reason("no_substance", message),)


def _unless_date(word: re.Match[str]) -> str:
    return "" if word.group() in DATES else word.group()


def _is_reference(text: str) -> bool:
    """Whether a short text names an issue or a share: "#7", "5%", "7/7"."""
    return re.search(r"#\d|\d\s*(?:[%٪]|[/⁄]\s*\d)", text) is not None


def repetition_errors(text: str, *known: str) -> tuple[Reason, ...]:
    """Return why a text says nothing beyond what is known; empty if it does.

    known: the gate's code, title and definition of done. Each word counts, and each number.
    """
    said = {word for word in words_of(text) if not is_empty_word(word, WITHOUT_PLACE)}
    there = {word for each in known for word in words_of(each)}
    if said - there:
        return ()
    message = gettext_noop(
        "This only repeats the gate. Say what was seen: a result, a number, a place, a day."
    )
    return (Reason("repeats_gate", message),)
