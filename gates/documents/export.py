"""The export formats of a board, for the pages and the command."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.core.serializers.json import DjangoJSONEncoder

from gates.board.rows import Board

from .csv_writer import write_csv
from .json_writer import board_as_data
from .markdown.writer import write_markdown

TOKENS_PER_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """One export format."""

    pieces: Callable[[Board], Iterable[str]]  # parts of the text, in order
    content_type: str
    download: bool  # a browser saves it instead of showing it

    def write(self, board: Board) -> str:
        """Return the whole text."""
        return "".join(self.pieces(board))


def json_chunks(board: Board) -> Iterator[str]:
    """Return indented JSON in chunks, ending with a line break.

    The texts are translated now, in the active language; only encoding waits for the iterator.
    """
    encoder = DjangoJSONEncoder(ensure_ascii=False, indent=1)
    return _join_tokens(encoder.iterencode(board_as_data(board)))


def _join_tokens(tokens: Iterator[str]) -> Iterator[str]:
    """Join tokens of a few letters into chunks of `TOKENS_PER_CHUNK`."""
    while chunk := "".join(islice(tokens, TOKENS_PER_CHUNK)):
        yield chunk
    yield "\n"


FORMATS = {
    "md": Format(
        lambda board: [write_markdown(board)], "text/markdown; charset=utf-8", download=True
    ),
    "json": Format(json_chunks, "application/json", download=False),
    "csv": Format(lambda board: [write_csv(board)], "text/csv; charset=utf-8", download=True),
}
