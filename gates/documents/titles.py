"""Compare the titles of gates."""

import re
import unicodedata
from difflib import SequenceMatcher

SAME_WORD = 0.75  # share of equal letters from which two words are spellings of one


def title_key(title: str) -> str:
    """Return a title as it is compared: casefolded, without signs."""
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


def is_same_title(old: str, new: str) -> bool:
    """Tell whether two titles differ in spelling, case, marks and punctuation only.

    Word by word: a word that is added, missing or replaced makes another title, and so does a
    number that differs.
    """
    before, after = _words(old), _words(new)
    if before == after or "".join(before) == "".join(after):
        return True
    return len(before) == len(after) and all(map(_is_same_word, before, after))


def _words(title: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", title).casefold()
    return re.findall(r"[^\W_]+", plain)


def _is_same_word(old: str, new: str) -> bool:
    if old == new:
        return True
    if any(char.isdigit() for char in old + new) or min(len(old), len(new)) < 4:
        return False
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= SAME_WORD
