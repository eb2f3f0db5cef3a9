"""Log an import, for each launch that its document names."""

from datetime import datetime

from django.utils import timezone

from gates.models import Import, Launch

from .board_rows import BoardRows
from .records import Document


class ImportLog:
    """Logs one import, once for each launch that the document names and that is there."""

    def __init__(self, document: Document, board: BoardRows, dated: datetime | None) -> None:
        self.document, self.board, self.dated = document, board, dated
        self.logged: set[Launch] = set()

    def write(self) -> None:
        """Log the import for the launches for which it is not logged yet."""
        for slug in self.board.slugs:
            launch = self.board.find(Launch, (slug,))
            if launch is None or not launch.pk or launch in self.logged:
                continue
            self.logged.add(launch)
            Import.objects.create(
                launch=launch,
                at=self.dated or timezone.now(),
                dated=self.dated is not None,
                document=self.document.name[:255],
                sha256=self.document.sha256,
            )
