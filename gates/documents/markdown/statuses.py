"""Parse a status cell: the first mark or word decides, the rest is proof or note."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gates.rules import Progress, Status
from gates.rules.text import comparison_form, fold_digits

from .vocabulary import NOT_COUNTED, OTHER_STATUSES, STATUSES, without_direction

_BEFORE = r"[\s*_`(]*"
# Arabic letters that people write for one another, and what may stand above or between letters.
_SPELLINGS = {
    **dict.fromkeys("اأإآ", "[اأإآ]"), **dict.fromkeys("يى", "[يى]"), **dict.fromkeys("ةه", "[ةه]")
}  # fmt: skip
_VOWELS = "[\u064b-\u0652\u0670\u0640]*"
_LETTERS = {"y": Progress.CLOSED, "n": Progress.OPEN}
_SHARE = re.compile(r"(?P<number>100|[0-9]{1,2})\s?[%٪](?![\w])")
_BETWEEN = " \t\n*_`,/+&()"
# “Ready for review”, “Done by Friday”: a word and more words are no closing without a sign between.
_UNSURE = re.compile(r"[*_`]*\s+(?!on\b|at\b|via\b|since\b|per\b|see\b)[^\W\d_]", re.IGNORECASE)
_JOINTS = " \t\n*_—–:;,.-"


@dataclass(frozen=True, slots=True)
class StatusCell:
    """One status cell.

    rest: the text after the mark or word, as written. word: the word that decided, if it is not
    one of the standard ones; the report lists it.
    """

    status: Status
    progress: Progress  # without the blocker
    rest: str = ""
    word: str = ""
    not_counted: bool = False


def parse_status_cell(text: str, extra: Mapping[str, Status] | None = None) -> StatusCell | None:
    """Return the status that a cell begins with; None for none, or for two at its beginning.

    extra: casefolded words that a person has given a status.
    """
    words, pattern = _words(tuple(sorted((extra or {}).items())))
    plain = without_direction(text)
    first = pattern.match(plain)
    if first is None:
        return _parse_share(plain)
    word = _normal(first["word"])
    if word not in words:
        return None
    status, at = words[word], first.end()
    while following := pattern.match(plain, _skip(plain, at)):
        other = words[_normal(following["word"])]
        if {status, other} == {Status.BLOCKED, Status.PARTIAL}:
            return StatusCell(Status.BLOCKED, Progress.PARTIAL, _rest(plain[following.end() :]))
        if other != status:
            return None
        at = following.end()
    # “Closed: text” loses its second word; in “✅ done 2026-03-01” it belongs to the text.
    after = plain[at:].strip("*_`) ")
    rest = _rest(plain[at:] if not after or after[0] in _JOINTS + "(" else plain[first.end() :])
    if status is Status.CLOSED and word[-1].isalnum() and _UNSURE.match(plain, at):
        return None
    shown = "" if word in _STANDARD else first["word"]
    if status is None:
        return StatusCell(Status.OPEN, Progress.OPEN, rest, shown, not_counted=True)
    progress = Progress.OPEN if status is Status.BLOCKED else Progress(status.value)
    return StatusCell(status, progress, rest, shown)


def _parse_share(text: str) -> StatusCell | None:
    """Return the status of a cell that is a share, “80%”, or a letter, “Y”; None for others."""
    plain = text.strip("*_` ")
    if progress := _LETTERS.get(plain.casefold()):
        return StatusCell(Status(progress.value), progress, word=plain)
    share = _SHARE.match(fold_digits(plain))
    if share is None:
        return None
    progress = {0: Progress.OPEN, 100: Progress.CLOSED}.get(int(share["number"]), Progress.PARTIAL)
    rest = _rest(plain[share.end() :])
    return StatusCell(Status(progress.value), progress, rest, share.group())


def status_name(text: str) -> str:
    """Return the word or words of a cell that a person may give a status: up to the first sign."""
    plain = without_direction(text).strip("*_`( ")
    named = re.match(r"[^\W\d_]+(?:[ '’/-][^\W\d_]+)*", plain)
    return (named.group() if named else plain)[:60]


def status_word(status: str) -> str:
    """Return a status, “total” or “not counted” as a word of a sentence."""
    return _(_WORDS[status]) if status in _WORDS else status


_WORDS = {
    "closed": gettext_noop("closed"),
    "partial": gettext_noop("partial"),
    "open": gettext_noop("open"),
    "blocked": gettext_noop("blocked"),
    "not counted": gettext_noop("not counted"),
    "total": gettext_noop("total"),
}


def two_statuses(name: str, here: str, there: str, line: int) -> str:
    """Return the message that a gate has another status in an earlier line."""
    message = _("%(gate)s is %(here)s here, and %(there)s in line %(line)s")
    return message % {"gate": name, "here": here, "there": there, "line": line}


def known_status_words() -> str:
    """Return the words for each status, for a message."""
    lists = (
        f"{status.value}: {', '.join([*STATUSES[status].split()[:2], *OTHER_STATUSES[status][:4]])}"
        for status in OTHER_STATUSES
    )
    return "; ".join(lists)


@lru_cache(maxsize=32)
def _words(
    extra: tuple[tuple[str, Status], ...],
) -> tuple[dict[str, Status | None], re.Pattern[str]]:
    written: dict[str, Status | None] = dict.fromkeys(NOT_COUNTED)
    for status, listed in OTHER_STATUSES.items():
        written |= dict.fromkeys((*STATUSES[status].split(), *listed), status)
    written |= dict(extra)
    choices = "|".join(map(_pattern_of, sorted(written, key=len, reverse=True)))
    words = {_normal(word): status for word, status in written.items()}
    return words, re.compile(rf"{_BEFORE}(?P<word>{choices})", re.IGNORECASE)


def _pattern_of(word: str) -> str:
    pattern = re.escape(word).replace(r"\ ", r"\s+")
    if any("\u0600" <= char <= "\u06ff" for char in word):
        letters = re.sub(_VOWELS, "", word)
        pattern = "".join(_SPELLINGS.get(char, re.escape(char)) + _VOWELS for char in letters)
        pattern = pattern.replace(rf"\ {_VOWELS}", r"\s+")
    # A letter or hyphen after a word makes another word: “open-source”, “passport”.
    return rf"{pattern}(?![^\W_]|-)" if word[-1].isalnum() else pattern


def _normal(word: str) -> str:
    return comparison_form(without_direction(word))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BETWEEN:
        at += 1
    return at


def _rest(text: str) -> str:
    rest = text.removeprefix("`").strip(_JOINTS)
    if rest.startswith("(") and rest.endswith(")") and rest.find(")") == len(rest) - 1:
        rest = rest[1:-1]
    # A mark that closes emphasis from before the word is no part of the rest.
    if rest.count("**") % 2:
        rest = rest.replace("**", "", 1)
    return rest.removeprefix(")").strip(_JOINTS)


_STANDARD = {_normal(word) for words in STATUSES.values() for word in words.split()}
