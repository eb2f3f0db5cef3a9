"""Text as people paste it: what is stored of it, and the form in which two texts are compared.

clean            what is stored of an ordinary text
clean_output     what is stored of a command's output
clean_name       what is stored of a name, a link, a slug: nothing invisible is left in it
clean_code       what is stored of a code, such as T6
comparison_form  for searching, looking up and finding duplicates; never stored, never shown
"""

import unicodedata

# Letters and marks that show nothing, besides the format characters (Cf): Hangul fillers, the
# empty Braille cell, the grapheme joiner, Khmer inherent vowels, variation selectors.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
FILLERS += "\U000e0100-\U000e01ef"
# Kept inside a text: what joins letters and emoji, what sets the direction, the letters of flags.
_KEPT_INSIDE = "\u061c\u200c-\u200f\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f\U000e0020-\U000e007f"
# What belongs to the emoji before it, also at the end of a text.
_AFTER_EMOJI_RANGES = "\ufe0e\ufe0f\U000e0020-\U000e007f"
# Format characters that do show: Arabic signs over or under numbers.
_SHOWN = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"
# What NFKD leaves apart of the letters that people write for one another.
_SAME_LETTERS = {
    "ٱ": "ا", "ة": "ه", "ى": "ي", "ء": "", "ـ": "", "ک": "ك", "ی": "ي", "ہ": "ه", "ە": "ه",
}  # fmt: skip
_HAMZA = str.maketrans("ؤئ", "ءء")  # “مسؤول” and “مسئول” are one word
_IN_DATES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-") | {
    ord(sign): "/" for sign in "\u060d\u2044\u2215"
}


def _members(ranges: str) -> frozenset[str]:
    """The characters of a list such as "ax-z"."""
    found: set[str] = set()
    for place, char in enumerate(ranges):
        if char != "-":
            found.add(char)
        else:
            found |= set(map(chr, range(ord(ranges[place - 1]), ord(ranges[place + 1]))))
    return frozenset(found)


_FILLERS, _KEPT, _SIGNS = _members(FILLERS), _members(_KEPT_INSIDE), _members(_SHOWN)
_AFTER_EMOJI = _members(_AFTER_EMOJI_RANGES)


def is_invisible(char: str) -> bool:
    """Return whether a character shows nothing; white space is not meant."""
    if char in _FILLERS:
        return True
    return unicodedata.category(char) == "Cf" and char not in _SIGNS


def drop_invisible(text: str) -> str:
    """Return the text without its invisible characters, wherever they are."""
    if text.isascii():
        return text
    return "".join(char for char in text if not is_invisible(char))


def has_visible(text: str) -> bool:
    """Return whether a text shows anything at all."""
    return any(not is_invisible(char) and not char.isspace() for char in text)


def clean(text: str) -> str:
    """Return what is stored of an ordinary text.

    Line breaks become "\\n". White space and invisible characters at the edges go. Inside, what
    sets the direction or joins letters and emoji stays; zero-width spaces and fillers go.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text.strip()
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or is_invisible(text[start])):
        start += 1
    while end > start and (text[end - 1].isspace() or is_invisible(text[end - 1])):
        end -= 1
    while start < end < len(text) and text[end] in _AFTER_EMOJI:
        end += 1
    inside = text[start:end]
    return "".join(char for char in inside if char in _KEPT or not is_invisible(char))


def clean_output(text: str) -> str:
    """Return what is stored of a command's output: word for word, with line breaks as "\\n".

    Only empty lines at the beginning go, and white space at the end.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)


def clean_name(text: str) -> str:
    """Return what is stored of a name or a link: without anything invisible, and trimmed."""
    return drop_invisible(text).strip()


def clean_code(text: str) -> str:
    """Return what is stored of a code: capital letters and Western digits, nothing between."""
    return "".join(fold_digits(drop_invisible(unicodedata.normalize("NFKC", text))).split()).upper()


def fold_digits(text: str) -> str:
    """Return the text with the digits of every script as Western ones."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


def clean_date(text: str) -> str:
    """Return a date or time as a person may paste it, with Western digits and plain signs."""
    text = unicodedata.normalize("NFKC", drop_invisible(text))
    return fold_digits(text).translate(_IN_DATES).strip()


class _Fold(dict[int, str]):
    """Character → what it is compared as; worked out once each."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if is_invisible(char) or unicodedata.combining(char):
            folded = ""
        else:
            folded = str(unicodedata.decimal(char, _SAME_LETTERS.get(char, char)))
        self[code] = folded
        return folded


_fold = _Fold()


def comparison_form(text: str) -> str:
    """Return the form in which texts are compared.

    Case, width, accents, invisible characters and runs of white space make no difference, nor do
    the script of digits, Arabic vowel marks, tatweel, forms of hamza, ة/ه and ى/ي.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_HAMZA)
        # Marks go before folding too: one of them folds to a letter.
        text = unicodedata.normalize("NFKD", text).translate(_fold)
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_fold)
    return " ".join(text.casefold().split())


def same_as(text: str) -> str:
    """Return `comparison_form`, or the text itself where nothing would be left of it."""
    return comparison_form(text) or text
