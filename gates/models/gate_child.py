"""What belongs to a gate stays in the gate's launch."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .optimistic_lock import OptimisticLockModel


class GateChild(OptimisticLockModel):
    """A row with a `gate`, which may be changed for another gate of the same launch only.

    The row names no launch itself: moved, it would be taken from one launch's counts and given to
    another's, and the changes of each would tell half of it.
    """

    gate: Any
    gate_id: int | None

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a gate of another launch.

        Raises:
            ValidationError: the gate is not of the launch that the row is in.
        """
        super().clean()
        if errors := self.launch_errors():
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, in the launch that the row is in.

        Raises:
            ValidationError: the gate is another launch's; nothing was written.
        """
        if errors := self.launch_errors():
            raise ValidationError(errors)
        super().save(*args, **kwargs)

    def launch_errors(self) -> dict[str, Any]:
        """What is wrong with the gate, by field; empty where the row stays in its launch."""
        if self._state.adding or self.gate_id is None:
            return {}
        rows: Any = type(self)._default_manager
        moved = rows.filter(pk=self.pk).exclude(gate=self.gate_id).order_by()
        launch = moved.values_list("gate__launch", flat=True).first()
        if launch in {None, self.gate.launch_id}:
            return {}
        return {"gate": _("That gate belongs to another launch.")}
