"""The report of an import or of a dry run."""

from dataclasses import dataclass, field

from .difference import Difference
from .markdown.contradiction import Contradiction
from .markdown.parsed import SkippedLines


@dataclass(slots=True)
class ImportReport:
    """The result of an import or of a dry run."""

    name: str  # of the file, without its folder
    launch: str = ""  # slug
    differences: list[Difference] = field(default_factory=list)
    # Rows of the board that the document does not name. They stay.
    not_in_document: list[str] = field(default_factory=list)
    # Decisions that a document cannot make, one sentence each.
    for_a_person: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)  # codes of gates that are not imported
    # How words, columns and codes were understood, where it is not plain.
    readings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # tables of statuses that were not read
    contradictions: list[Contradiction] = field(default_factory=list)
    skipped: list[SkippedLines] = field(default_factory=list)
