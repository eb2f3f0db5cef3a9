"""The formats a board is written in, for the pages and the command alike."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder

from gates.rows import Board

from .write_csv import write_csv
from .write_json import board_as_data
from .write_markdown import write_markdown


@dataclass(frozen=True, slots=True)
class Format:
    """How a board becomes text, and what a browser is told about that text."""

    write: Callable[[Board], str]
    content_type: str
    download: bool


def write_json(board: Board) -> str:
    """The board as indented JSON, ending with a line break."""
    data = board_as_data(board)
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1) + "\n"


FORMATS = {
    "md": Format(write_markdown, "text/markdown; charset=utf-8", download=True),
    "json": Format(write_json, "application/json", download=False),
    "csv": Format(write_csv, "text/csv; charset=utf-8", download=True),
}
