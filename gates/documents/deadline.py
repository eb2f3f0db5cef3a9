"""How long an import may take: a page has to answer before its worker is ended."""

import time
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .records import DocumentError, Problem


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which an import gives up.

    name: of the document. seconds: from now; None for no end.
    """

    name: str
    seconds: float | None = None
    begun: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Give up if the moment is past.

        Raises:
            DocumentError: it is. Nothing was written.
        """
        if self.seconds is not None and time.monotonic() - self.begun > self.seconds:
            message = _(
                "this document takes longer than a page may: try again, or import it with "
                "manage.py import_snapshot"
            )
            raise DocumentError([Problem(self.name, "", message)])
