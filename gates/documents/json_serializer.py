"""Django's JSON serializer, except that `loaddata` accepts closed gates before their evidence.

A fixture with natural keys has to name a gate before the evidence that refers to it, while the
database accepts a closed gate only after its evidence. Django can write part of an object at the
end of a load ("forward references"). A closed gate uses this: it is written open first, and
closed after all other rows. Set as SERIALIZATION_MODULES["json"].
"""

from collections.abc import Iterator
from typing import Any

from django.core.serializers.base import DeserializedObject
from django.core.serializers.json import Deserializer as JSONDeserializer
from django.core.serializers.json import Serializer

__all__ = ["Deserializer", "Serializer"]


OPEN_VALUES = {"progress": "open", "closed_at": None, "closed_by_id": None, "closing_note": ""}


class ClosedGate(DeserializedObject):
    """A closed gate that is saved open first, and closed at the end of the load."""

    held_back = True

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        gate = self.object
        written = {name: getattr(gate, name) for name in OPEN_VALUES}
        if self.held_back:
            vars(gate).update(OPEN_VALUES)
        super().save(save_m2m=save_m2m, using=using, **kwargs)
        vars(gate).update(written)

    def save_deferred_fields(self, using: str | None = None) -> None:
        self.held_back = False
        super().save_deferred_fields(using=using)


class Deserializer(JSONDeserializer):
    """Django's deserializer; it yields closed gates as `ClosedGate`."""

    def _handle_object(self, obj: Any) -> Iterator[DeserializedObject]:
        for deserialized in super()._handle_object(obj):  # type: ignore[misc]
            gate = deserialized.object
            closed = gate._meta.label == "gates.Gate" and gate.progress == "closed"
            if closed and self.handle_forward_references:  # type: ignore[attr-defined]
                # loaddata saves an object again at the end if this mapping has a field.
                deferred = {gate._meta.get_field("progress"): None, **deserialized.deferred_fields}
                yield ClosedGate(gate, deserialized.m2m_data, deferred)
            else:
                yield deserialized
