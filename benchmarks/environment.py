"""Fixed settings for tests and benchmarks; `.env` is ignored.

Their results must be the same on each machine. A setting that is empty here is set all the same,
so `.env` is not read for it. Each run sets its own key, hosts and database.
"""

FIXED_ENVIRONMENT = {
    "DEBUG": "off",
    "SECRET_KEY_FALLBACKS": "",
    "SECOND_FACTOR_KEYS": "",
    "TIME_ZONE": "Asia/Riyadh",
    "PUBLIC_BADGE": "off",
    "REQUIRE_MFA": "on",
    "TRUSTED_PROXIES": "1",
    "SSO_SERVER": "",
    "SSO_LOGIN_SERVER": "",
    "SSO_NAME": "",
    "SSO_CLIENT_ID": "",
    "SSO_CLIENT_SECRET": "",
    "EVIDENCE_BUCKET": "",
    "EVIDENCE_ENDPOINT": "",
    "EVIDENCE_REGION": "",
    "EMAIL_URL": "",
    "EMAIL_FROM": "",
}
