"""The bytes of a report as text: of a readable size, not compressed, in UTF-8."""

from django.utils.translation import gettext_noop

from .report import ReportError

MAX_REPORT_BYTES = 1024 * 1024

# How compressed files begin: gzip, ZIP, Zstandard, bzip2, xz. None of them is unpacked.
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def decode_report(content: bytes) -> str:
    """Return a report's text.

    Raises:
        ReportError: it is empty, too large, compressed, or not UTF-8 without byte-order mark.
    """
    if len(content) > MAX_REPORT_BYTES:
        message = gettext_noop("The report has more than %(most)s bytes.")
        raise ReportError("too_large", message, most=MAX_REPORT_BYTES)
    if content.startswith(_COMPRESSED):
        message = gettext_noop("The report is compressed. Send it as the tool wrote it.")
        raise ReportError("compressed", message)
    if content.startswith(_BYTE_ORDER_MARKS):
        message = gettext_noop(
            "The report begins with a byte-order mark. Save it as UTF-8 without one."
        )
        raise ReportError("byte_order_mark", message)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = gettext_noop("The report is not UTF-8: byte %(place)s cannot be read.")
        raise ReportError("encoding", message, place=error.start + 1) from error
    if "\0" in text:
        message = gettext_noop("The report is not UTF-8 text: it has zero bytes in it.")
        raise ReportError("encoding", message)
    if not text.strip():
        raise ReportError("empty", gettext_noop("The report is empty."))
    return text
