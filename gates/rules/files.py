"""Pure: which files may be evidence. Decided by what is in them, not by what they are called.

Pictures, PDF and plain text. Nothing that a browser would run (HTML, SVG), nothing that has to be
unpacked (so no archive can be a bomb), and nothing that is two things at once: a picture starts
where its format says and ends where its format says, and holds no page.
"""

import re
from pathlib import PurePath

from django.utils.translation import gettext_noop

from .reason import Reason

MAX_FILE_BYTES = 10 * 1024 * 1024

PICTURES = {
    ".png": (rb"\A\x89PNG\r\n\x1a\n", rb"IEND\xae\x42\x60\x82\Z"),
    ".jpg": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".jpeg": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".gif": (rb"\AGIF8[79]a", rb"\x00?\x3b\Z"),
    ".webp": (rb"\ARIFF.{4}WEBP", rb"\Z"),
    ".pdf": (rb"\A%PDF-[12]\.[0-9]", rb"%%EOF\s*\Z"),
}
TEXTS = {".csv", ".har", ".json", ".log", ".md", ".tsv", ".txt", ".yaml", ".yml"}

# What must not be inside a picture or PDF, and not at the beginning of a text.
PAGE = re.compile(
    rb"<(?:!doctype|\?php|script|html|head|body|svg|iframe|object|embed)\b", re.IGNORECASE
)
PAGE_BEGINS = re.compile(
    rb"\A[\s\xef\xbb\xbf]*(?:<!--.*?-->\s*)*<[!?a-z]", re.IGNORECASE | re.DOTALL
)
# Tab, line feed, carriage return, and the escapes of coloured terminal output.
CONTROL = re.compile("[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def file_errors(name: str, content: bytes) -> tuple[Reason, ...]:
    """Why a file may not be evidence; empty when it may."""
    suffix = PurePath(name).suffix.lower()
    if len(content) > MAX_FILE_BYTES:
        words = gettext_noop("The file has %(size)s MB; at most %(most)s MB can be evidence.")
        size = {"size": -(-len(content) // 1024**2), "most": MAX_FILE_BYTES // 1024**2}
        return (Reason("file_too_large", words, size),)
    if not content:
        return (Reason("file_empty", gettext_noop("The file is empty.")),)
    if suffix not in PICTURES and suffix not in TEXTS:
        words = gettext_noop(
            "Only pictures (PNG, JPEG, GIF, WebP), PDF and plain text can be evidence. Save a web"
            " page as PDF or as a picture, and unpack an archive."
        )
        return (Reason("file_kind", words),)
    if suffix in PICTURES and not _is_picture(suffix, content):
        words = gettext_noop("This is not a sound %(kind)s file, or it has something else in it.")
        return (Reason("file_not_what_it_says", words, {"kind": suffix[1:].upper()}),)
    if suffix in TEXTS and not _is_text(content):
        words = gettext_noop("This is not plain text in UTF-8, or it is a web page.")
        return (Reason("file_not_what_it_says", words),)
    return ()


def _is_picture(suffix: str, content: bytes) -> bool:
    begins, ends = PICTURES[suffix]
    if not re.match(begins, content, re.DOTALL) or not re.search(ends, content[-64:], re.DOTALL):
        return False
    if suffix == ".webp" and int.from_bytes(content[4:8], "little") + 8 != len(content):
        return False
    return not PAGE.search(content)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not CONTROL.search(text) and not PAGE_BEGINS.match(content)
