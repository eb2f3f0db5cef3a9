"""The abstract base of rows that belong to a launch: while it is archived, none changes.

`save()` and `delete()` refuse with the reason. `gates/database/archive.py` refuses every other way
of changing or deleting such a row.
"""

from typing import Any

from gates.inline_markdown import inline_text

from .optimistic_lock import OptimisticLockModel
from .refusal import LaunchArchived


class OfLaunch(OptimisticLockModel):
    """A row of a launch."""

    launch: Any

    class Meta:
        abstract = True

    def its_launch(self) -> Any:
        """Return the launch that the row belongs to."""
        return self.launch

    def refuse_archived(self) -> None:
        """Refuse to change what belongs to an archived launch.

        Raises:
            LaunchArchived: it does.
        """
        launch = self.its_launch()
        if launch is not None and launch.archived_on is not None:
            raise LaunchArchived(inline_text(launch.name))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row.

        Raises:
            LaunchArchived: its launch is archived.
        """
        self.refuse_archived()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row.

        Raises:
            LaunchArchived: its launch is archived.
        """
        self.refuse_archived()
        return super().delete(*args, **kwargs)
