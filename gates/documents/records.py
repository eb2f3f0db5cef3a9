"""What a document says, before it touches the board: records, and problems with their place.

Every reader (of a JSON fixture, of a Markdown document) turns its input into `Record`s;
`apply.py` knows only those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from gates.models import (
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)
from gates.models.text_fields import CleanedMixin
from gates.rules import text

# What names a row within its table. References to other rows are written as their keys.
NATURAL_KEYS: dict[Any, tuple[str, ...]] = {
    Launch: ("slug",),
    Section: ("launch", "prefix"),
    Owner: ("name",),
    Gate: ("launch", "code"),
    Evidence: ("gate", "summary"),
    Blocker: ("gate", "needs"),
    Action: ("launch", "text", "day"),
    Claim: ("launch", "slug"),
    Requirement: ("claim", "gate"),
}


def _cleaned_key(model: Any, key: list[Any]) -> list[Any]:
    """A reference, whose last part names the row and whose first one its launch."""
    field = model._meta.get_field(NATURAL_KEYS[model][-1])
    last = field.stored_value(key[-1]) if isinstance(field, CleanedMixin) else key[-1]
    return [*(text.clean_name(p) if isinstance(p, str) else p for p in key[:-1]), last]


@dataclass(slots=True)
class Record:
    """One row a document wants: its table, its fields as written, and where it stands."""

    model: Any
    fields: dict[str, Any]
    where: str

    def __post_init__(self) -> None:
        """Clean what the document says, as a form would (`gates/models/text_fields.py`)."""
        self.fields = {name: self._cleaned(name, value) for name, value in self.fields.items()}

    def _cleaned(self, name: str, value: Any) -> Any:
        field = next((f for f in self.model._meta.concrete_fields if f.name == name), None)
        if field is None:
            return value
        if isinstance(value, list) and value and field.related_model in NATURAL_KEYS:
            return _cleaned_key(field.related_model, value)
        return field.stored_value(value) if isinstance(field, CleanedMixin) else value

    def key(self) -> tuple[Any, ...]:
        """Its natural key as written, in the flat form of the models' `natural_key()`."""
        parts: list[Any] = []
        for name in NATURAL_KEYS[self.model]:
            value = self.fields.get(name)
            parts += value if isinstance(value, list) else [value]
        # A value of the wrong type is refused later; here it only has to be comparable.
        return tuple(repr(part) if isinstance(part, (list, dict)) else part for part in parts)

    def name(self) -> str:
        """The last part of the key, for messages: T6, Sami, launched."""
        return str(
            self.fields.get("text" if self.model is Action else NATURAL_KEYS[self.model][-1])
        )

    def gate_code(self) -> str:
        """The code of the gate that the row is, or belongs to; empty for neither."""
        if self.model is Gate:
            return str(self.fields.get("code"))
        key = self.fields.get("gate")
        return str(key[-1]) if isinstance(key, list) and key else ""

    def __str__(self) -> str:
        return f"{self.where} ({self.model._meta.model_name} {self.name()[:60]})"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which row and field of the document."""

    where: str
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.where}, {self.field}" if self.field else self.where
        return f"{place}: {self.message}"


def duplicate_records(records: Sequence[Record]) -> list[Problem]:
    """A problem for every record whose row stands in the document already."""
    first: dict[tuple[Any, ...], Record] = {}
    problems = []
    for record in records:
        earlier = first.setdefault((record.model, record.key()), record)
        if earlier is not record:
            field = NATURAL_KEYS[record.model][-1]
            problems.append(Problem(str(record), field, f"stands already in {earlier.where}"))
    return problems


class DocumentError(Exception):
    """The document cannot be imported; nothing was written. `problems` has every reason found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Document:
    """The records of one file, with what identifies that file in the history."""

    name: str
    sha256: str
    records: list[Record]

    def reason(self, dated: datetime | None = None) -> str:
        """What goes on record as the reason of every row this document writes.

        Where the history is `dated` back, the reason keeps the moment at which it was written.
        """
        said = f"Import of {self.name} (SHA-256 {self.sha256})"
        if dated is None:
            return said
        now = timezone.localtime().isoformat(sep=" ", timespec="seconds")
        return f"{said}, dated {timezone.localdate(dated)}, imported {now}"

    def rename_launch(self, slug: str) -> None:
        """Let every row speak of the launch `slug` instead of the one the document names.

        Raises:
            DocumentRefused: the document has no launch, or more than one.
        """
        launches = [record for record in self.records if record.model is Launch]
        if len(launches) != 1:
            message = f"{len(launches)} launches in the document, one is needed to rename it"
            raise DocumentError([Problem(self.name, "slug", message)])
        old = launches[0].fields["slug"]
        launches[0].fields["slug"] = slug
        for record in self.records:
            for name, value in record.fields.items():
                related = record.model._meta.get_field(name).related_model
                names_launch = related in {Launch, Section, Gate, Claim}
                if names_launch and isinstance(value, list) and value[:1] == [old]:
                    record.fields[name] = [slug, *value[1:]]
