"""Time the reading of hostile documents: 1 MB of what makes a parser slow."""

import time
from collections.abc import Iterator

from gates.documents.csv_reader import read_csv
from gates.documents.markdown.codes import BoardNames
from gates.documents.markdown.consistency import find_contradictions
from gates.documents.markdown.reader import ReadingOptions, read_markdown

from .timing import Figure, show_progress

SIZE = 1024 * 1024
SECONDS = 2
HEAD = "# Bench\n\n## All\n\n| # | Gate | Status | Evidence |\n|---|---|---|---|\n"
ROW = "| A1 | Gate | ✅ | {} |\n"

# Name of the line: a piece of text, repeated to 1 MB.
PIECES = {
    "pipes": "|",
    "pipes in lines": "| " * 50 + "|\n",
    "stars": "*",
    "stars in words": "**a *b ",
    "backticks": "`",
    "backticks of all lengths": "` `` ``` ```` ",
    "brackets": "[",
    "links that do not end": "[a](",
    "references": "[a][b] ",
    "definitions": f"[a]: https://a.example/{'b' * 60}\n\n",
    "comments that begin": "<!-- ",
    "boxes": f"- [ ] {'a ' * 200}\n",
    "numbers": "9",
    "headings": f"# {'a ' * 50}\n",
    "blanks": " \t",
    "codes": "A1 ",
    "parentheses": "(",
    "Blocked on": "Blocked on a from ",
    "valid until": "valid until ",
    "tables in HTML": "<table><tr><td>a</td></tr></table>\n",
    "tables that do not end": "<table><tr>",
    "names of months": "1 January ",
}  # fmt: skip


def hostile(quick: bool) -> Iterator[Figure]:
    """Read each text as a whole document, as one cell and as a sheet; return the slowest way."""
    size = SIZE // 16 if quick else SIZE
    for name, piece in PIECES.items():
        show_progress(f"reading 1 MB of {name}")
        text = piece * (size // len(piece.encode()))
        cell = text.replace("\n", " ").replace("|", "\\|")
        seconds = max(
            _read_markdown(text), _read_markdown(HEAD + ROW.format(cell)), _read_csv(text)
        )
        yield Figure(f"reading 1 MB of {name}", seconds, "s", SECONDS)


def _read_markdown(text: str) -> float:
    began = time.perf_counter()
    parsed, _problems = read_markdown(text)
    find_contradictions(parsed)
    return time.perf_counter() - began


def _read_csv(text: str) -> float:
    began = time.perf_counter()
    read_csv(text, ReadingOptions(), BoardNames())
    return time.perf_counter() - began
