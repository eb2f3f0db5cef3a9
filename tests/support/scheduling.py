"""Tests that pytest-xdist gives to the same worker."""

from xdist.scheduler import LoadScopeScheduling

# pytest-xdist 3.8 has marks for this (--dist=loadgroup), which have no effect under pytest 9.2.
ONE_WORKER = {
    "tests/commands/test_database_roles.py": "roles belong to the whole PostgreSQL server",
    "tests/commands/test_drill.py": "looks for databases left on the whole server",
    "tests/project/test_storage.py": "its tests share an S3 server",
    "tests/views/test_hostile_text.py": "its tests share the pages of a harmless board",
}


class FilesOrTests(LoadScopeScheduling):
    """Hand out single tests, and the files of `ONE_WORKER` whole."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path in ONE_WORKER else nodeid
