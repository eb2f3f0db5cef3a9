"""What gunicorn serves: Django, with room on the stack for a whole request.

CPython keeps the frames of Python calls in pieces of 16 KB and gives a piece back as soon as it is
empty. A template that calls back and forth across the end of a piece takes and gives back memory
at every step, which makes a board cost half as much again; whether that happens depends on how
deep the server's own calls happen to be. A call that asks for much room gets one large piece, in
which everything below it fits (docs/performance.md has the figures).
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from gates.views.etag import code_version

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealix_gates.settings")

ROOM = 128 * 1024 // 8  # as Python counts it, in references; as much is left for the calls below

_django = get_wsgi_application()
# The code that is loaded now. Later the next release may lie on disk, and pages of this one must
# not go by its name.
code_version()


def application(
    environ: dict[str, Any], start_response: Callable[..., Callable[[bytes], object]]
) -> Iterable[bytes]:
    """Answer a request."""
    return _django(environ, start_response)


application.__code__ = application.__code__.replace(co_stacksize=ROOM)
