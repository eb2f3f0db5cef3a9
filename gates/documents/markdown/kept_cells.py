"""Cells of a gate's row without a field of their own: kept in the notes, and reported."""

from django.utils.translation import ngettext

from .blocks import Table
from .escaping import unescape_text
from .parsed import ParsedGate
from .people import is_placeholder, says_nothing
from .tables import Cells
from .vocabulary import strip_markup


class KeptCells:
    """Puts cells of one gate table into the notes of their gates, under the names of columns.

    columns: meaning → index.
    """

    def __init__(self, table: Table, columns: dict[str, int]) -> None:
        self.columns = columns
        self.names = [strip_markup(name) for name in table.header]
        self.others = [i for i in range(len(table.header)) if i not in columns.values()]
        self.kept: dict[str, int] = {}  # name of a column: cells kept

    def name(self, column: str) -> str:
        """Return the name of a column as the document has it."""
        return self.names[self.columns[column]]

    def keep(self, gate: ParsedGate, column: str, cells: Cells) -> None:
        """Keep the cell of a known column, unless it says that there is nothing: “TBD”."""
        text = cells.text(column)
        if not is_placeholder(text):
            self._note(gate, self.name(column) if column in self.columns else "", text)

    def keep_unknown(self, gate: ParsedGate, cells: Cells) -> None:
        """Keep the cells of every column that the vocabulary does not know."""
        for i in self.others:
            self._note(gate, self.names[i] or f"column {i + 1}", unescape_text(cells.at(i)))

    def _note(self, gate: ParsedGate, name: str, text: str) -> None:
        if not says_nothing(text):
            self.kept[name] = self.kept.get(name, 0) + 1
            gate.note(f"{name}: {text}")

    def report(self, line: int) -> list[str]:
        """Return a sentence about the columns that were kept; none if there were none."""
        if not self.kept:
            return []
        message = ngettext(
            "line %(line)s: the column %(names)s is not known, or without a field in some "
            "rows; the texts are kept in the notes",
            "line %(line)s: the columns %(names)s are not known, or without a field in some "
            "rows; the texts are kept in the notes",
            len(self.kept),
        )
        return [message % {"line": line, "names": ", ".join(self.kept)}]
