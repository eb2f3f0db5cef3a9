"""The formats in which a board is written."""

from collections.abc import Callable
from importlib import import_module

from gates.board import Board

from .write_csv import write_csv
from .write_json import write_json


class Unavailable(Exception):
    """This installation has no writer for that format."""


def _write_markdown(board: Board) -> str:
    # Late: only who wants Markdown pays for its parser.
    try:
        module = import_module("gates.snapshot.write_markdown")
    except ModuleNotFoundError as error:
        raise Unavailable("Markdown cannot be written yet") from error
    text: str = module.write_markdown(board)
    return text


FORMATS: dict[str, tuple[str, Callable[[Board], str]]] = {
    "md": ("text/markdown; charset=utf-8", _write_markdown),
    "json": ("application/json", write_json),
    "csv": ("text/csv; charset=utf-8", write_csv),
}
