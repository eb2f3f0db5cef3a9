"""What an import changes, as its report shows it."""

from collections.abc import Iterator
from dataclasses import dataclass

from gates.models import Claim, Gate

from .field_values import display
from .records import NATURAL_KEYS, Record

# The report lists all fields of new rows of these models; of other new rows only the name.
FULLY_REPORTED = (Gate, Claim)


@dataclass(frozen=True, slots=True)
class Difference:
    """One change of an import: a new row (`field` is empty), or a field of a row."""

    model: str  # Django's model name: "gate", "evidence"
    name: str  # the last part of the row's natural key
    field: str = ""
    old: str = ""
    new: str = ""
    gate: str = ""  # code of the gate that the row is, or belongs to
    values: tuple[tuple[str, str], ...] = ()  # of a new gate or claim: (field, value)

    def __str__(self) -> str:
        name = self.name if self.model == "gate" or not self.gate else f"{self.gate}: {self.name}"
        if not self.field:
            lines = [f"\n    {field}: — → {value}" for field, value in self.values]
            return f"+ {self.model} {name}{''.join(lines)}"
        return f"~ {self.model} {name}: {self.field}: {self.old} → {self.new}"


def record_values(record: Record) -> Iterator[tuple[str, str]]:
    """Yield (field, value) of a record without its key, its position and empty values."""
    for name, value in record.fields.items():
        if name not in (*NATURAL_KEYS[record.model], "position") and value not in (None, ""):
            yield name, str(value[-1]) if isinstance(value, list) and value else display(value)
