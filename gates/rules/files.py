"""The rule for evidence files: pictures, PDF and plain text.

The content must be of the kind that the name's suffix says. Refused are files that a browser
would run (HTML, SVG), archives and office documents (nothing here unpacks, so nothing can be a
bomb), and files that are two of these things at once: a picture or PDF must begin and end as its
format says, and hold no web page and no archive, nor have one behind it; a picture is no PDF
besides. Anything else behind a picture is cut off (`without_trailer`). Pictures are not decoded.
docs/decisions.md has the reasons.
"""

import re
from pathlib import PurePath

from django.utils.translation import gettext_noop

from .pictures import picture_end
from .reason import Reason

MAX_FILE_BYTES = 10 * 1024 * 1024

# Suffix → (how the content begins, how its last 64 bytes end).
BINARY_FORMATS = {
    ".png": (rb"\A\x89PNG\r\n\x1a\n", rb"IEND\xae\x42\x60\x82\Z"),
    ".jpg": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".jpeg": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".jpe": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".jfif": (rb"\A\xff\xd8\xff", rb"\xff\xd9\Z"),
    ".gif": (rb"\AGIF8[79]a", rb"\x00?\x3b\Z"),
    ".webp": (rb"\ARIFF.{4}WEBP", rb"\Z"),
    ".pdf": (rb"\A%PDF-[12]\.[0-9]", rb"%%EOF[\s\x00]*\Z"),
}
TEXT_SUFFIXES = {
    ".csv", ".err", ".har", ".json", ".jsonl", ".log", ".md", ".ndjson", ".out", ".text", ".tsv",
    ".txt", ".yaml", ".yml",
}  # fmt: skip
# What a rotation puts behind the suffix: k6.log.1, k6.log.2026-04-23, k6.log-20260423, k6.log.old.
ROTATED = re.compile(r"[.-](?:[0-9]{1,3}|[0-9]{4}-?[0-9]{2}-?[0-9]{2}|old|bak)\Z")
# What a file field offers. Without HEIC in it, an iPhone sends its photographs as JPEG.
ACCEPT = ",".join(
    [
        *("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"),
        *sorted({*BINARY_FORMATS, *TEXT_SUFFIXES}),
        *(f".{number}" for number in range(1, 10)),  # k6.log.1
    ]
)
HEIC_SUFFIXES = {".heic", ".heif", ".hif", ".avif"}
HEIC_START = re.compile(rb"\A.{4}ftyp(?:hei|hev|mif1|msf1|avi[fs])", re.DOTALL)

# An archive: a ZIP needs its first header and its directory, a JAR is one; a TAR has its sign at
# one place.
ZIP_HEADER, ZIP_DIRECTORY = b"PK\x03\x04", b"PK\x05\x06"
ARCHIVE = re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|__HALT_COMPILER")
TAR_SIGN, TAR_SIGN_AT = b"ustar", 257

# Readers of PDF take a file for one if this stands in its first 1,024 bytes.
PDF_START = re.compile(rb"%PDF-")
PDF_START_WITHIN = 1024

# A web page: refused anywhere in a picture or PDF, and at the beginning of a text.
WEB_PAGE = re.compile(
    rb"<(?:!doctype|\?php|script|html|head|body|svg|iframe|object|embed)[\s/>]", re.IGNORECASE
)
# Behind comments, with which a Markdown file may begin. What was matched is not tried again
# ("(?>", "*+"), or many comments would take for ever.
WEB_PAGE_START = re.compile(
    rb"\A[\s\xef\xbb\xbf]*+(?:(?><!--(?:-?>|.*?(?:--!?>|\Z)))\s*+)*+<[!?a-z]",
    re.IGNORECASE | re.DOTALL,
)
# Allowed in a text: bell, backspace, tab, line feed, form feed, carriage return, and the escape
# character of coloured terminal output.
CONTROL_CHARACTERS = re.compile("[\x00-\x06\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def file_errors(name: str, content: bytes) -> tuple[Reason, ...]:
    """Return why a file may not be evidence; empty if it may.

    At most `MAX_FILE_BYTES` + 1 bytes of `content` are needed; the reason names their size.
    """
    suffix = _suffix(name)
    if len(content) > MAX_FILE_BYTES:
        message = gettext_noop("The file has %(size)s MB; at most %(most)s MB can be evidence.")
        values = {"size": -(-len(content) // 1024**2), "most": MAX_FILE_BYTES // 1024**2}
        return (Reason("file_too_large", message, values),)
    if not content:
        return (Reason("file_empty", gettext_noop("The file is empty.")),)
    if suffix in HEIC_SUFFIXES or HEIC_START.match(content):
        message = gettext_noop(
            "This is a HEIC picture, which many browsers cannot show. Send it as JPEG: share it as"
            " JPEG, or take a screenshot of it. For later photographs choose on an iPhone Settings"
            " > Camera > Formats > Most Compatible."
        )
        return (Reason("file_heic", message),)
    if suffix not in BINARY_FORMATS and suffix not in TEXT_SUFFIXES and _is_text(content):
        message = gettext_noop(
            "The name “%(name)s” does not say that this is plain text. Give it the ending .txt and"
            " attach it again, or paste its text as output."
        )
        return (Reason("file_kind", message, {"name": PurePath(name).name[-60:]}),)
    if suffix not in BINARY_FORMATS and suffix not in TEXT_SUFFIXES:
        message = gettext_noop(
            "“%(name)s” cannot be evidence: only pictures (PNG, JPEG, GIF, WebP), PDF and plain"
            " text can. Save a document or web page as PDF, unpack an archive, take a picture of a"
            " film."
        )
        return (Reason("file_kind", message, {"name": PurePath(name).name[-60:]}),)
    if suffix in BINARY_FORMATS and not _is_binary_format(suffix, content):
        message = gettext_noop(
            "This is not a valid %(kind)s file. Open it, save it again and attach that."
        )
        return (Reason("file_not_what_it_says", message, {"kind": suffix[1:].upper()}),)
    if suffix in TEXT_SUFFIXES and not _is_text(content):
        message = gettext_noop(
            "This is not plain text in UTF-8, or it is a web page. Save it as text in UTF-8, or as"
            " PDF."
        )
        return (Reason("file_not_what_it_says", message),)
    return ()


def without_trailer(name: str, content: bytes) -> bytes:
    """Return a picture without what stands behind its end; any other content as it is."""
    end = picture_end(_suffix(name), content)
    return content if end is None else content[:end]


def _suffix(name: str) -> str:
    """Return the suffix that names the kind; of a rotated log (`k6.log.1`) the one before."""
    name = name.lower().strip(" .")
    before = PurePath(ROTATED.sub("", name)).suffix
    return before if before in TEXT_SUFFIXES else PurePath(name).suffix


def _is_binary_format(suffix: str, content: bytes) -> bool:
    """Return whether content begins and ends as the format says, and is nothing else besides.

    Neither the picture nor what stands behind it may be a web page or an archive.
    """
    start, end = BINARY_FORMATS[suffix]
    place = picture_end(suffix, content)
    if place is None or not re.match(start, content, re.DOTALL):
        return False
    picture, trailer = content[:place], content[place:]
    return (
        re.search(end, picture[-64:], re.DOTALL) is not None
        and not WEB_PAGE.search(picture)
        and not WEB_PAGE_START.match(trailer)
        and not _is_archive(content)
        and (suffix == ".pdf" or not PDF_START.search(content[:PDF_START_WITHIN]))
    )


def _is_archive(content: bytes) -> bool:
    """Return whether a program that unpacks would find an archive in the content."""
    # Not one pattern for header and directory: it would look for the end from each beginning.
    header = content.find(ZIP_HEADER)
    return (
        (header >= 0 and content.find(ZIP_DIRECTORY, header) >= 0)
        or content.startswith(TAR_SIGN, TAR_SIGN_AT)
        or ARCHIVE.search(content) is not None
    )


def _is_text(content: bytes) -> bool:
    """Return whether content is UTF-8 without control characters and does not begin a web page."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not CONTROL_CHARACTERS.search(text) and not WEB_PAGE_START.match(content)
