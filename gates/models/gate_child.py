"""The abstract base of evidence, blockers and checks, which stay in their gate's launch."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .of_launch import OfLaunch


class GateChild(OfLaunch):
    """A row with a `gate`, which may only be replaced by another gate of the same launch.

    The row names no launch itself. Moved to another launch, it would leave one launch's counts and
    enter another's, and the changes page of each launch would show half of the move.
    """

    gate: Any
    gate_id: int | None

    class Meta:
        abstract = True

    def its_launch(self) -> Any:
        """Return the launch of its gate."""
        return self.gate.launch

    def clean(self) -> None:
        """Refuse a gate of another launch.

        Raises:
            ValidationError: the gate is of another launch than the stored row.
        """
        super().clean()
        if errors := self.launch_errors():
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, unless its gate is of another launch.

        Raises:
            ValidationError: the gate is of another launch than the stored row. Nothing was written.
        """
        if errors := self.launch_errors():
            raise ValidationError(errors)
        super().save(*args, **kwargs)

    def launch_errors(self) -> dict[str, Any]:
        """Return field → message if the gate is of another launch than the stored row, else {}.

        One query. A new row has no errors.
        """
        if self._state.adding or self.gate_id is None:
            return {}
        rows: Any = type(self)._default_manager
        with_other_gate = rows.filter(pk=self.pk).exclude(gate=self.gate_id).order_by()
        stored_launch_id = with_other_gate.values_list("gate__launch", flat=True).first()
        if stored_launch_id in {None, self.gate.launch_id}:
            return {}
        return {"gate": _("That gate belongs to another launch.")}
