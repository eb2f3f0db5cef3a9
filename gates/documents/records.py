"""Records of a document before they are written, and problems with their place.

Every reader (JSON fixture, Markdown document) returns `Record`s; `apply.py` knows only those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gates.models import (
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)
from gates.models.text_fields import CleanedMixin
from gates.rules import text

# The fields that identify a row in its table. References to other rows are their natural keys.
NATURAL_KEYS: dict[Any, tuple[str, ...]] = {
    Launch: ("slug",),
    Section: ("launch", "prefix"),
    Owner: ("name",),
    Gate: ("launch", "code"),
    Check: ("gate", "key"),
    Condition: ("gate_check", "measure", "operator"),
    Evidence: ("gate", "summary"),
    Blocker: ("gate", "needs"),
    Action: ("launch", "text", "day"),
    Claim: ("launch", "slug"),
    Requirement: ("claim", "gate"),
}


# From each model to the launch of its rows.
LAUNCH_PATHS: dict[Any, str] = {
    Launch: "",
    Section: "launch__",
    Gate: "launch__",
    Check: "gate__launch__",
    Condition: "gate_check__gate__launch__",
    Evidence: "gate__launch__",
    Blocker: "gate__launch__",
    Action: "launch__",
    Claim: "launch__",
    Requirement: "claim__launch__",
}
OWNER_FIELDS: dict[Any, tuple[str, ...]] = {
    Gate: ("owner",),
    Blocker: ("waiting_on",),
    Action: ("needs",),
}


def _cleaned_key(model: Any, key: list[Any]) -> list[Any]:
    """A reference, whose last part names the row and whose first one its launch."""
    field = model._meta.get_field(NATURAL_KEYS[model][-1])
    last = field.stored_value(key[-1]) if isinstance(field, CleanedMixin) else key[-1]
    return [*(text.clean_name(p) if isinstance(p, str) else p for p in key[:-1]), last]


@dataclass(slots=True)
class Record:
    """One row of a document."""

    model: Any
    fields: dict[str, Any]  # as written; a reference is a natural key, a flat list
    where: str  # "line 12" or "row 3"

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
        """Return its natural key as written, flat as the models' `natural_key()` returns it."""
        parts: list[Any] = []
        for name in NATURAL_KEYS[self.model]:
            value = self.fields.get(name)
            parts += value if isinstance(value, list) else [value]
        # `apply` refuses a value of the wrong type; here it only has to be hashable.
        return tuple(repr(part) if isinstance(part, (list, dict)) else part for part in parts)

    def name(self) -> str:
        """Return the last part of the key, for messages: T6, Sami, launched."""
        if self.model is Condition:
            key = self.fields.get("gate_check")
            parts = [key[-1] if isinstance(key, list) and key else key]
            parts += [self.fields.get(name) for name in ("measure", "operator", "bound")]
            return " ".join(str(part) for part in parts)
        return str(
            self.fields.get("text" if self.model is Action else NATURAL_KEYS[self.model][-1])
        )

    def closes(self) -> bool:
        """Tell whether the row is a closed gate."""
        return self.model is Gate and self.fields.get("progress") == Gate.Progress.CLOSED

    def is_archived_launch(self) -> bool:
        """Tell whether the row is an archived launch."""
        return self.model is Launch and self.fields.get("archived_on") is not None

    def gate_code(self) -> str:
        """Return the code of the gate that the row is, or belongs to; else an empty text."""
        if self.model is Gate:
            return str(self.fields.get("code"))
        if self.model is Condition:
            key = self.fields.get("gate_check")
            return str(key[1]) if isinstance(key, list) and len(key) == 3 else ""
        key = self.fields.get("gate")
        return str(key[-1]) if isinstance(key, list) and key else ""

    def __str__(self) -> str:
        return f"{self.where} ({self.model._meta.verbose_name} {self.name()[:60]})"


def place_of(line: int) -> str:
    """Return “line 12” in the language of the report."""
    return _("line %(number)s") % {"number": line}


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a document cannot be imported."""

    where: str  # "line 12", "row 3", or the file's name
    field: str  # or a gate's code; empty where neither is known
    message: str
    # What a person can choose to have it read: ("status", word) or ("column", meaning, names…).
    choice: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.where}, {self.field}" if self.field else self.where
        return f"{place}: {self.message}"


def duplicate_records(records: Sequence[Record]) -> list[Problem]:
    """Return a problem for every record whose natural key an earlier record has."""
    first: dict[tuple[Any, ...], Record] = {}
    problems = []
    for record in records:
        earlier = first.setdefault((record.model, record.key()), record)
        if earlier is not record:
            field = NATURAL_KEYS[record.model][-1]
            message = _("stands already in %(place)s") % {"place": earlier.where}
            problems.append(Problem(str(record), field, message))
    return problems


class DocumentError(Exception):
    """A document that cannot be imported. Nothing was written; `problems` has every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Document:
    """The records of one file, and the name and checksum that the history keeps of it."""

    name: str
    sha256: str  # of the file's bytes
    records: list[Record]

    def reason(self, dated: datetime | None = None) -> str:
        """Return the change reason of every history row that this document writes.

        Where the history is `dated` back, the reason has the moment of the import too.
        """
        reason = f"Import of {self.name} (SHA-256 {self.sha256})"
        if dated is None:
            return reason
        now = timezone.localtime().isoformat(sep=" ", timespec="seconds")
        return f"{reason}, dated {timezone.localdate(dated)}, imported {now}"

    def launch_slugs(self) -> set[str]:
        """Return the slugs of the launches that any record names."""
        keys = (record.key() for record in self.records if record.model is not Owner)
        return {key[0] for key in keys if key and isinstance(key[0], str)}

    def owner_names(self) -> set[str]:
        """Return the names of the owners that any record is or refers to."""
        names = [record.fields.get("name") for record in self.records if record.model is Owner]
        for record in self.records:
            for field in OWNER_FIELDS.get(record.model, ()):
                key = record.fields.get(field)
                names += key[:1] if isinstance(key, list) else []
        return {name for name in names if isinstance(name, str)}

    def rename_launch(self, slug: str) -> None:
        """Replace the slug of the document's launch in every record.

        Raises:
            DocumentError: the document has not exactly one launch.
        """
        launches = [record for record in self.records if record.model is Launch]
        if len(launches) != 1:
            message = _("%(number)s launches in the document, one is needed to rename it")
            message %= {"number": len(launches)}
            raise DocumentError([Problem(self.name, "slug", message)])
        old = launches[0].fields["slug"]
        launches[0].fields["slug"] = slug
        for record in self.records:
            for name, value in record.fields.items():
                related = record.model._meta.get_field(name).related_model
                names_launch = related in {Launch, Section, Gate, Claim, Check}
                if names_launch and isinstance(value, list) and value[:1] == [old]:
                    record.fields[name] = [slug, *value[1:]]
