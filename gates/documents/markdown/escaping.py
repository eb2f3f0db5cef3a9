"""Any text as one line of Markdown, and back.

Written: a line break as `<br>`; a pipe as `\\|` in a table; as a number (`&#60;`) what Markdown
or a person would misread: HTML, control characters, spaces at the edges, characters that change
the direction of text, and `&#` itself.

Read: `<br>` and the numbers. Everything else stays as it is written, with its Markdown marks.
"""

import re

_NUMBER = re.compile(r"<br ?/?>|&#([0-9]{1,7});", re.IGNORECASE)
_DIRECTION_MARKS = "\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(
    rf"&(?=#)|<(?=[A-Za-z/!?])|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029{_DIRECTION_MARKS}\ufeff]"
)


def escape_text(text: str) -> str:
    """Return a text as one line, for a heading or a paragraph."""
    line = "<br>".join(_UNSAFE.sub(_number, part) for part in text.split("\n"))
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    if start >= end:
        return "".join(map(_number_of, line))
    return "".join([*map(_number_of, line[:start]), line[start:end], *map(_number_of, line[end:])])


def escape_first(line: str) -> str:
    """Return an escaped line with its first character as a number, so that it is no mark."""
    return _number_of(line[0]) + line[1:] if line and line[0] not in "&<" else line


def escape_cell(line: str) -> str:
    """Return an escaped line for a cell of a table."""
    return line.replace("|", r"\|")


def unescape_text(line: str) -> str:
    """Return the text that `escape_text` wrote as this line."""
    return _NUMBER.sub(_character, line)


def _number(match: re.Match[str]) -> str:
    return _number_of(match.group())


def _number_of(char: str) -> str:
    return f"&#{ord(char)};"


def _character(match: re.Match[str]) -> str:
    if match.group(1) is None:
        return "\n"
    code = int(match.group(1))
    # Not a character, or one that a text cannot hold: left as it is written.
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return match.group()
    return chr(code)
