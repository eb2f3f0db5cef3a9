"""The rule for evidence files: pictures, PDF and plain text.

The content must be of the kind that the name's suffix says. Refused are files that a browser
would run (HTML, SVG), archives and office documents (nothing here unpacks, so nothing can be a
bomb), and files that are two things at once: a picture or PDF must begin and end as its format
says, and hold no web page. docs/decisions.md has the reasons.
"""

import re
from pathlib import PurePath

from django.utils.translation import gettext_noop

from .reason import Reason

MAX_FILE_BYTES = 10 * 1024 * 1024

# Suffix → (how the content begins, how its last 64 bytes end).
BINARY_FORMATS = {
    ".png": (rb"\A\x89PNG\r\n\x1a\n", rb"IEND\xae\x42\x60\x82\Z"),
    ".jpg": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".jpeg": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".gif": (rb"\AGIF8[79]a", rb"\x00?\x3b\Z"),
    ".webp": (rb"\ARIFF.{4}WEBP", rb"\Z"),
    ".pdf": (rb"\A%PDF-[12]\.[0-9]", rb"%%EOF\s*\Z"),
}
TEXT_SUFFIXES = {".csv", ".har", ".json", ".log", ".md", ".tsv", ".txt", ".yaml", ".yml"}

# A web page: refused anywhere in a picture or PDF, and at the beginning of a text.
WEB_PAGE = re.compile(
    rb"<(?:!doctype|\?php|script|html|head|body|svg|iframe|object|embed)\b", re.IGNORECASE
)
WEB_PAGE_START = re.compile(
    rb"\A[\s\xef\xbb\xbf]*(?:<!--.*?-->\s*)*<[!?a-z]", re.IGNORECASE | re.DOTALL
)
# Allowed in a text: backspace, tab, line feed, form feed, carriage return, and the escape
# character of coloured terminal output.
CONTROL_CHARACTERS = re.compile("[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def file_errors(name: str, content: bytes) -> tuple[Reason, ...]:
    """Return why a file may not be evidence; empty if it may.

    At most `MAX_FILE_BYTES` + 1 bytes of `content` are needed; the reason names their size.
    """
    suffix = PurePath(name).suffix.lower()
    if len(content) > MAX_FILE_BYTES:
        message = gettext_noop("The file has %(size)s MB; at most %(most)s MB can be evidence.")
        values = {"size": -(-len(content) // 1024**2), "most": MAX_FILE_BYTES // 1024**2}
        return (Reason("file_too_large", message, values),)
    if not content:
        return (Reason("file_empty", gettext_noop("The file is empty.")),)
    if suffix not in BINARY_FORMATS and suffix not in TEXT_SUFFIXES:
        message = gettext_noop(
            "Only pictures (PNG, JPEG, GIF, WebP), PDF and plain text can be evidence. Save a web"
            " page as PDF or as a picture, and unpack an archive."
        )
        return (Reason("file_kind", message),)
    if suffix in BINARY_FORMATS and not _is_binary_format(suffix, content):
        message = gettext_noop("This is not a sound %(kind)s file, or it has something else in it.")
        return (Reason("file_not_what_it_says", message, {"kind": suffix[1:].upper()}),)
    if suffix in TEXT_SUFFIXES and not _is_text(content):
        message = gettext_noop("This is not plain text in UTF-8, or it is a web page.")
        return (Reason("file_not_what_it_says", message),)
    return ()


def _is_binary_format(suffix: str, content: bytes) -> bool:
    """Return whether content begins and ends as the format says and holds no web page."""
    start, end = BINARY_FORMATS[suffix]
    if not re.match(start, content, re.DOTALL) or not re.search(end, content[-64:], re.DOTALL):
        return False
    # A WebP file has no mark at its end, but names its length.
    if suffix == ".webp" and int.from_bytes(content[4:8], "little") + 8 != len(content):
        return False
    return not WEB_PAGE.search(content)


def _is_text(content: bytes) -> bool:
    """Return whether content is UTF-8 without control characters and does not begin a web page."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not CONTROL_CHARACTERS.search(text) and not WEB_PAGE_START.match(content)
