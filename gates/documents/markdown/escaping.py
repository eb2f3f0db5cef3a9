"""Any text as one line of Markdown, and back.

Written: a line break as `<br>`; a pipe as `\\|` in a table; as a number (`&#60;`) what Markdown
or a reader's eye would take for something else: HTML, control characters, spaces at the edges,
characters that turn the direction of the text round, and `&#` itself.

Read: `<br>` and the numbers. Everything else is kept as it is written, with its Markdown marks.
"""

import re

_NUMBER = re.compile(r"<br ?/?>|&#([0-9]{1,7});", re.IGNORECASE)
_TURNS_DIRECTION = "\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(
    rf"&(?=#)|<(?=[A-Za-z/!?])|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029{_TURNS_DIRECTION}\ufeff]"
)


def escape_text(text: str) -> str:
    """A text as one line, for a heading or a paragraph."""
    line = "<br>".join(_UNSAFE.sub(_number, part) for part in text.split("\n"))
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    if start >= end:
        return "".join(map(_number_of, line))
    return "".join([*map(_number_of, line[:start]), line[start:end], *map(_number_of, line[end:])])


def escape_first(line: str) -> str:
    """An escaped line that does not begin with what a reader would take for a sign."""
    return _number_of(line[0]) + line[1:] if line and line[0] not in "&<" else line


def escape_cell(line: str) -> str:
    """An escaped line for a cell of a table."""
    return line.replace("|", r"\|")


def unescape_text(line: str) -> str:
    """The text that was written as this line."""
    return _NUMBER.sub(_meant, line)


def _number(found: re.Match[str]) -> str:
    return _number_of(found.group())


def _number_of(char: str) -> str:
    return f"&#{ord(char)};"


def _meant(found: re.Match[str]) -> str:
    if found.group(1) is None:
        return "\n"
    code = int(found.group(1))
    # Not a character, or one that no text can hold: left as it is written.
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return found.group()
    return chr(code)
