#!/usr/bin/env python
"""The command line of the board.

Wrong settings and database errors end in one line on standard error, with exit code 1.
"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealix_gates.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    try:
        settings.DEBUG  # noqa: B018  reading one setting loads all of them
    except ImproperlyConfigured as error:
        sys.exit(f"dealix-gates: {error}")
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"dealix-gates: the database cannot do this now: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
