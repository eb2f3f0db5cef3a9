"""Settings, all from the environment (or a `.env` file beside manage.py). See .env.example.

Whatever is wrong here stops the start with one clear line: a board that runs on a mistyped
setting would be a board nobody can trust.
"""

import secrets
import zoneinfo
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def _switch(name: str, default: bool) -> bool:
    """A yes/no setting. django-environ reads any unknown word as False; we refuse it."""
    text = env.str(name, default=str(default)).strip().lower()
    if text not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}")
    return text in {"1", "true", "yes", "on"}


def _time_zone() -> str:
    name = env.str("TIME_ZONE", default="Asia/Riyadh")
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"TIME_ZONE {name!r} is not a time zone") from error
    return name


def _secret_key(debug: bool) -> str:
    """The key that signs sessions. In development one is made and kept in var/."""
    key = env.str("SECRET_KEY", default="")
    if not key and debug:
        return _development_key()
    if len(key) < 50 or len(set(key)) < 5:
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to 50 or more random characters, for example from: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    return key


def _fallback_keys() -> list[str]:
    """Earlier keys: what they signed still counts, and nothing new is signed with them."""
    keys = [key.strip() for key in env.str("SECRET_KEY_FALLBACKS", default="").split(",")]
    keys = [key for key in keys if key]
    if any(len(key) < 50 for key in keys):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS must be earlier keys, with commas between")
    return keys


def _development_key() -> str:
    path = VAR_DIR / "development-secret-key"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _hosts(debug: bool) -> list[str]:
    hosts = [host.strip() for host in env.str("ALLOWED_HOSTS", default="").split(",")]
    hosts = [host for host in hosts if host]
    if not hosts and not debug:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the hosts the board is served under, such as gates.example"
        )
    return hosts or ["127.0.0.1", "localhost"]


def _database() -> dict[str, Any]:
    """The one database. SQLite takes its write lock when a transaction starts, so that two
    writers queue instead of failing half-way."""
    url = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'dealix.sqlite3'}"
    # The address is not repeated in a message: it may hold a password.
    if url.partition(":")[0] not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must be sqlite:///path or postgres://user:password@host/name"
        )
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured("DATABASE_URL cannot be read as an address") from error
    if config["ENGINE"] == "django.db.backends.postgresql":
        # A server that does not answer is an error page soon, not a page that never comes.
        options = {"connect_timeout": 5, **config.get("OPTIONS", {})}
        return {**config, "OPTIONS": options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # Relative to the project, not to wherever the command was started (":memory:" stays).
    if config["NAME"] != ":memory:":
        config["NAME"] = BASE_DIR / config["NAME"]
        try:
            config["NAME"].parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"DATABASE_URL: {error}") from error
    # Opening the file anew for every page costs more than most of its queries; but one that was put
    # in its place under a running board (docs/operations.md says how to restore) must be seen soon.
    config["CONN_MAX_AGE"] = 60
    config["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;",
    }
    return config


def _evidence_store() -> dict[str, Any]:
    """Where files of evidence are kept: a folder here, or a bucket that several servers share."""
    bucket = env.str("EVIDENCE_BUCKET", default="")
    endpoint = env.str("EVIDENCE_ENDPOINT", default="")
    region = env.str("EVIDENCE_REGION", default="")
    if (endpoint or region) and not bucket:
        raise ImproperlyConfigured("EVIDENCE_BUCKET must name the bucket in which files are kept")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            "EVIDENCE_ENDPOINT must be an address such as https://s3.example"
        )
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(
            "EVIDENCE_BUCKET needs packages that are not installed; install them with: "
            "python -m pip install --require-hashes -r requirements-s3.txt"
        )
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
    }
    return {"BACKEND": "gates.storage.Bucket", "OPTIONS": options}


DEBUG = _switch("DEBUG", default=False)
SECRET_KEY = _secret_key(DEBUG)
SECRET_KEY_FALLBACKS = _fallback_keys()
ALLOWED_HOSTS = _hosts(DEBUG)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if "*" not in host]
DATABASES = {"default": _database()}
# The folder of pg_dump and pg_restore, where they are not on PATH.
POSTGRES_BIN = env.str("POSTGRES_BIN", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "simple_history",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "accounts",
    "gates",
]

MIDDLEWARE = [
    "accounts.security_log.request_id_middleware",
    "dealix_gates.middleware.permissions_policy",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "dealix_gates.middleware.reject_null_bytes",
    "dealix_gates.middleware.limit_body_size",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dealix_gates.middleware.user_language",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.session_checks",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ROOT_URLCONF = "dealix_gates.urls"
WSGI_APPLICATION = "dealix_gates.wsgi.application"

# --- who may come in -----------------------------------------------------------------------

# Whether /badge.svg shows the count to anybody, without a login.
PUBLIC_BADGE = _switch("PUBLIC_BADGE", default=False)
# Whether everybody needs a second factor to get further than the page that sets it up.
REQUIRE_MFA = _switch("REQUIRE_MFA", default=not DEBUG)

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
# Behind how many proxies of ours a request comes; decides which address is a person's own.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0 if DEBUG else 1)
# The failed attempts, counted in the database: shared by all workers and all servers.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempts",
        # Nobody shall push a lock-out out of the table by filling it.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # phones' clocks differ: the code before and after counts too
MFA_ALLOW_UNVERIFIED_EMAIL = True  # e-mail plays no part here
MFA_FORMS = {
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.forms.UsePasskeyForm",
    "login_webauthn": "accounts.forms.LogInByPasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ConfirmByPasskeyForm",
}
# So that a key of this computer works under `make run`; browsers allow it on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# A session ends after a working day without use, and after a week in any case.
SESSION_IDLE_SECONDS = 10 * 3600
SESSION_COOKIE_AGE = 7 * 24 * 3600

# Single sign-on (OpenID Connect), off unless a server is named. It finds accounts by the e-mail
# address that the server has verified; it makes none.
SINGLE_SIGN_ON = env.str("SSO_SERVER", default="")
if SINGLE_SIGN_ON:
    INSTALLED_APPS += [
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
    ]
    SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SingleSignOnAdapter"
    SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
    SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": env.str("SSO_NAME", default="single sign-on"),
                    "client_id": env.str("SSO_CLIENT_ID"),
                    "secret": env.str("SSO_CLIENT_SECRET"),
                    "settings": {"server_url": SINGLE_SIGN_ON},
                }
            ],
        }
    }

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- what a browser may do -----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if not DEBUG:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- language, time, files -----------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]  # each in its own words
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = "dealix_gates.formats"
LOCALE_PATHS = [BASE_DIR / "gates" / "locale"]
TIME_ZONE = _time_zone()
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
# A form with a few files of evidence; the proxy in front should refuse more as well.
MAX_BODY_BYTES = 32 * 1024 * 1024
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
STORAGES = {
    "default": _evidence_store(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# So that a closed gate may stand before its evidence in a fixture.
SERIALIZATION_MODULES = {"json": "gates.documents.json_serializer"}

# --- logs ----------------------------------------------------------------------------------

# Django alone prints nothing in production; errors belong where the server's logs are.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        name: {"handlers": ["console"], "level": "INFO", "propagate": False}
        for name in ("django", "security")
    },
}

# --- history -------------------------------------------------------------------------------

# The library's "Revert" would close or reopen a gate past the rule.
SIMPLE_HISTORY_REVERT_DISABLED = True
