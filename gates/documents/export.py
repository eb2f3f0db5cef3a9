"""The formats a board is written in, for the pages and the command alike."""

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
    """How a board becomes text, and what a browser is told about that text."""

    pieces: Callable[[Board], Iterable[str]]  # of the text, in order
    content_type: str
    download: bool

    def write(self, board: Board) -> str:
        """The whole text."""
        return "".join(self.pieces(board))


def json_chunks(board: Board) -> Iterator[str]:
    """Indented JSON, ending with a line break.

    Its words are chosen now, in the language that is active now; only their encoding waits until
    a piece is asked for.
    """
    encoder = DjangoJSONEncoder(ensure_ascii=False, indent=1)
    return _joined(encoder.iterencode(board_as_data(board)))


def _joined(tokens: Iterator[str]) -> Iterator[str]:
    """Tokens of a few letters as pieces worth sending."""
    while piece := "".join(islice(tokens, TOKENS_PER_CHUNK)):
        yield piece
    yield "\n"


FORMATS = {
    "md": Format(
        lambda board: [write_markdown(board)], "text/markdown; charset=utf-8", download=True
    ),
    "json": Format(json_chunks, "application/json", download=False),
    "csv": Format(lambda board: [write_csv(board)], "text/csv; charset=utf-8", download=True),
}
