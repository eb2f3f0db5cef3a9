"""Where a picture ends. Phones write more behind it: a short film, a second picture, notes."""

import re

JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
JPEG_END, JPEG_START, JPEG_TEMPORARY = 0xD9, 0xD8, 0x01  # markers without a length behind them


def picture_end(suffix: str, content: bytes) -> int | None:
    """Return where the picture ends as its format says; None if it does not end.

    A format whose end is not looked for here ends where the file does.
    """
    if suffix == ".png":
        return _png_end(content)
    if suffix in {".jpg", ".jpeg", ".jpe", ".jfif"}:
        return _jpeg_end(content)
    if suffix == ".webp":
        # The length behind "RIFF" is that of all that follows it.
        end = int.from_bytes(content[4:8], "little") + 8
        return end if end <= len(content) else None
    return len(content)


def _png_end(content: bytes) -> int | None:
    place = 8  # behind the signature: length, kind, data, checksum, again and again
    while place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        if content[place + 4 : place + 8] == b"IEND":
            return end if end <= len(content) else None
        place = end
    return None


def _jpeg_end(content: bytes) -> int | None:
    place = 2
    while marker := JPEG_MARKER.search(content, place):
        kind, place = marker[1][0], marker.end()
        if kind == JPEG_END:
            return place
        if kind not in {JPEG_START, JPEG_TEMPORARY}:
            # A preview in here has an end of its own, which is not the picture's.
            place += int.from_bytes(content[place : place + 2], "big")
    return None
