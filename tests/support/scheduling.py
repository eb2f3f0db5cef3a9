"""Tests that pytest-xdist gives to the same worker."""

from xdist.scheduler import LoadScopeScheduling

# By file: what its tests share. pytest-xdist 3.8 has marks for this (--dist=loadgroup), which have
# no effect under pytest 9.2.
ONE_WORKER = {
    "tests/commands/test_database_roles.py": "the roles of the PostgreSQL server",
    "tests/database/test_forged_past.py": "the roles of the PostgreSQL server",
    "tests/accounts/test_account_record.py": "the roles of the PostgreSQL server",
    "tests/database/test_append_only_logs.py": "the roles of the PostgreSQL server",
    "tests/database/test_forged_past_by_import.py": "the roles of the PostgreSQL server",
    "tests/database/test_guards_of_roles.py": "the roles of the PostgreSQL server",
    "tests/database/test_guards.py": "the roles of the PostgreSQL server",
    "tests/operations/test_server_start.py": "the roles of the PostgreSQL server",
    "tests/commands/test_drill.py": "the databases that are left on the server",
    "tests/commands/test_drill_report.py": "the databases that are left on the server",
    "tests/project/test_storage.py": "an S3 server",
    "tests/views/test_hostile_text.py": "the pages of a harmless board",
}


class FilesOrTests(LoadScopeScheduling):
    """Hand out single tests, and those that share something together."""

    def _split_scope(self, nodeid: str) -> str:
        return ONE_WORKER.get(nodeid.partition("::")[0], nodeid)
