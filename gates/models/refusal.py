"""A step that the rules refuse now."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from gates import rules
from gates.reason_text import validation_errors
from gates.rules.reason import Reason


class TransitionRefused(ValidationError):
    """A step may not be taken now, such as closing a gate; nothing was written.

    reasons: the reasons of the rules.
    """

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(validation_errors(self.reasons))


class LaunchArchived(TransitionRefused):
    """The row belongs to an archived launch, or is one."""

    def __init__(self, name: str) -> None:
        super().__init__([rules.launch_archived(name)])
