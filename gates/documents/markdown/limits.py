"""How large a document may be, found before it is parsed: the parser takes time for every cell."""

from django.utils.translation import gettext as _

from gates.documents.records import Problem, place_of

MAX_LINES = 200_000  # the parser takes some seconds for as many
MAX_CELLS = 500_000  # 20,000 gates with 25 columns


def size_problem(text: str) -> Problem | None:
    """Return why a text is too large to be parsed; None if it is not."""
    lines = text.count("\n") + 1
    if lines > MAX_LINES:
        message = _("%(lines)s lines are more than a document can have (%(most)s)")
        values = {"lines": f"{lines:,}", "most": f"{MAX_LINES:,}"}
        return Problem(place_of(MAX_LINES + 1), "", message % values)
    if line := _line_of_last_cell(text):
        return Problem(place_of(line), "", too_many_cells())
    return None


def too_many_cells() -> str:
    """Return the message that there are more cells than a document can have."""
    message = _("more than %(most)s cells of tables, which a document cannot have")
    return message % {"most": f"{MAX_CELLS:,}"}


def _line_of_last_cell(text: str) -> int:
    """Return the line in which a text has more cells than it can have; 0 if it has not.

    A row counts as many cells as its line has pipes, or its header has: the parser adds them.
    """
    cells = width = 0
    for number, line in enumerate(text.split("\n"), start=1):
        pipes = line.count("|")
        if not line.strip():
            width = 0
        elif "-" in line and not line.strip(" >|:\t-"):
            width = max(width, pipes + 1)
        cells += max(pipes, width)
        if cells > MAX_CELLS:
            return number
    return 0
