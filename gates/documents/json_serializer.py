"""JSON for `loaddata` and `dumpdata`: Django's own, but closed gates may come before evidence.

A fixture with natural keys has to name a gate before the evidence that refers to it, while the
database accepts a closed gate only after its evidence. Django has a way to write part of an
object at the end of a load ("forward references"); a closed gate uses it: first it is written
open, and closed once everything else is in. Set as SERIALIZATION_MODULES["json"].
"""

from collections.abc import Iterator
from typing import Any

from django.core.serializers.base import DeserializedObject
from django.core.serializers.json import Deserializer as JSONDeserializer
from django.core.serializers.json import Serializer

__all__ = ["Deserializer", "Serializer"]


AS_OPEN = {"progress": "open", "closed_at": None, "closed_by_id": None, "closing_note": ""}


class ClosedGate(DeserializedObject):
    """A closed gate that is saved open first, and as it was written when the load ends."""

    held_back = True

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        gate = self.object
        written = {name: getattr(gate, name) for name in AS_OPEN}
        if self.held_back:
            vars(gate).update(AS_OPEN)
        super().save(save_m2m=save_m2m, using=using, **kwargs)
        vars(gate).update(written)

    def save_deferred_fields(self, using: str | None = None) -> None:
        self.held_back = False
        super().save_deferred_fields(using=using)


class Deserializer(JSONDeserializer):
    """Django's, with every closed gate held back as far as closing goes."""

    def _handle_object(self, obj: Any) -> Iterator[DeserializedObject]:
        for found in super()._handle_object(obj):  # type: ignore[misc]
            gate = found.object
            closed = gate._meta.label == "gates.Gate" and gate.progress == "closed"
            if closed and self.handle_forward_references:  # type: ignore[attr-defined]
                # A field in this mapping is what makes loaddata come back to the object.
                deferred = {gate._meta.get_field("progress"): None, **found.deferred_fields}
                yield ClosedGate(gate, found.m2m_data, deferred)
            else:
                yield found
