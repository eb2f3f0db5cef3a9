"""What the environment or a developer's `.env` could decide, decided: nothing outside of the run.

For everything that must come out alike on each machine, the bench and the tests. What is set here
to nothing is set all the same, so `.env` is not asked. The key, the hosts and the database are
each run's own.
"""

SETTLED = {
    "DEBUG": "off",
    "SECRET_KEY_FALLBACKS": "",
    "TIME_ZONE": "Asia/Riyadh",
    "PUBLIC_BADGE": "off",
    "REQUIRE_MFA": "on",
    "TRUSTED_PROXIES": "1",
    "SSO_SERVER": "",
    "SSO_NAME": "",
    "SSO_CLIENT_ID": "",
    "SSO_CLIENT_SECRET": "",
    "EVIDENCE_BUCKET": "",
    "EVIDENCE_ENDPOINT": "",
    "EVIDENCE_REGION": "",
}
