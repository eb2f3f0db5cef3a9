"""Settings. What the environment decides is read in environment.py; .env.example lists it.

A value that is missing or wrong stops the start with one line: nobody can trust a board that runs
on a mistyped setting.
"""

from pathlib import Path

from csp.constants import NONE, SELF

from dealix_gates import environment, mail_server
from dealix_gates.log_lines import is_logged_once

BASE_DIR: Path = environment.BASE_DIR
VAR_DIR: Path = environment.VAR_DIR
DEBUG = environment.switch("DEBUG", default=False)
SECRET_KEY = environment.secret_key(DEBUG)
SECRET_KEY_FALLBACKS = environment.fallback_keys()
ALLOWED_HOSTS = environment.hosts(DEBUG)
CSRF_TRUSTED_ORIGINS = environment.trusted_origins(ALLOWED_HOSTS)
DATABASES = {"default": environment.database()}
# The folder of pg_dump and pg_restore, where they are not on PATH.
POSTGRES_BIN = environment.postgres_bin()
# Whether the web server refuses to start as owner or superuser of the database.
REFUSE_OWNER_ROLE = not DEBUG
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
    "dealix_gates.middleware.ignore_cookies_of_api",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "dealix_gates.middleware.pasted_address",
    "dealix_gates.middleware.reject_null_bytes",
    "dealix_gates.middleware.limit_body_size",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dealix_gates.middleware.user_language",
    "accounts.middleware.LogInMiddleware",
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

# --- accounts ------------------------------------------------------------------------------

# Whether /badge.svg shows the count without a login.
PUBLIC_BADGE = environment.switch("PUBLIC_BADGE", default=False)
# Whether accounts without a second factor get no further than the page that sets it up.
REQUIRE_MFA = environment.switch("REQUIRE_MFA", default=not DEBUG)

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# `password_login` is ours (accounts/views.py), for browsers that are not known; a passkey has no
# limit. `login_failed` counts wrong codes of an account; wrong passwords: accounts/lockout.py;
# `access_link` opens the pages of one-time links.
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "password_login": "30/m/ip",
    "login_failed": "5/5m/key",
    "access_link": "30/m/ip",
}
ACCOUNT_FORMS = {"login": "accounts.forms.LogInForm"}
# How many proxies of ours a request passes; decides which address is the person's own.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.trusted_proxies(DEBUG)
# The counts of failed log-ins are in the database, so that all workers and servers share them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempts",
        # So many that an attacker cannot push a lock-out out of the table by filling it.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Encrypt the secrets of second factors (accounts/encryption.py); the first of them encrypts.
SECOND_FACTOR_KEYS = environment.second_factor_keys([SECRET_KEY, *SECRET_KEY_FALLBACKS])

MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # phones' clocks differ: the code before and after counts too
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the board sends no mail, so no address is ever verified
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.ConfirmByCodeForm",
    "activate_totp": "accounts.forms.SetUpAppForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.forms.UsePasskeyForm",
    "login_webauthn": "accounts.forms.LogInByPasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ConfirmByPasskeyForm",
}
# So that passkeys work under `make run` without https; browsers allow it on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# A session ends after a working day without use, and after a week in any case.
SESSION_IDLE_SECONDS = 10 * 3600
SESSION_COOKIE_AGE = 7 * 24 * 3600

# The names of the views whose forms are kept when their session has ended
# (accounts/held_forms.py). None of them asks for a password or a code of a second factor.
HELD_VIEWS = (
    r"import|(launch-)?priorities|people-add|proposal|new-launch|launch-(next|sections|gates|claims)"
    r"|admin:gates_(\w+_(add|change|close|resolve)|gate_changelist|claim_delete)"
)

# Single sign-on (OpenID Connect), off unless a server is named. It finds accounts by the e-mail
# address that the server has verified and creates none.
_sso = environment.single_sign_on()
SINGLE_SIGN_ON = _sso.get("server", "")
if SINGLE_SIGN_ON:
    # Before our own, whose admin takes theirs out.
    INSTALLED_APPS[-2:-2] = [
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
                    "name": _sso["name"],
                    "client_id": _sso["client_id"],
                    "secret": _sso["secret"],
                    "settings": {"server_url": SINGLE_SIGN_ON},
                }
            ],
        }
    }

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.NotOurNameValidator"},
]

# --- what a browser may do -----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        # The log-in button of single sign-on is a form that leads to the provider.
        "form-action": [SELF, *environment.login_origins()],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "dealix_gates.error_views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if not DEBUG:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- mail ----------------------------------------------------------------------------------

# Off unless EMAIL_URL names a server. It carries one-time links to people's own addresses.
_mail = mail_server.mail()
MAIL_IS_SET_UP = bool(_mail)
EMAIL_BACKEND = _mail.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST = _mail.get("EMAIL_HOST") or ""
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 10  # seconds; a server that does not answer holds up one page, and not for long
DEFAULT_FROM_EMAIL = _mail.get("DEFAULT_FROM_EMAIL", "")

# --- language, time, files -----------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]  # each in its own words
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = "dealix_gates.formats"
LOCALE_PATHS = [BASE_DIR / "gates" / "locale"]
TIME_ZONE = environment.time_zone()
USE_TZ = True

STATIC_URL = "static/"
# Outside var/, in which the web process writes: nobody who has it can change a page's script.
STATIC_ROOT = BASE_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
# A form with a few files of evidence; the proxy in front should refuse more as well.
MAX_BODY_BYTES = 32 * 1024 * 1024
# Of these the texts: several outputs of the largest size (gates/rules/text_limits.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# A gate's page has a dozen fields for each of up to 1,000 proofs, blockers and steps.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
STORAGES = {
    "default": environment.evidence_store(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Lets a closed gate stand before its evidence in a fixture.
SERIALIZATION_MODULES = {"json": "gates.documents.json_serializer"}

# --- logs ----------------------------------------------------------------------------------

# By default Django prints no errors in production. Here they go to standard error, where the
# server's logs are.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "dealix_gates.log_lines.LineFormatter", "prefix": not DEBUG}},
    "filters": {"once": {"()": lambda: is_logged_once}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["once"]}
    },
    "loggers": {
        name: {"handlers": ["console"], "level": "INFO", "propagate": False}
        for name in ("django", "security")
    },
}

# --- history -------------------------------------------------------------------------------

# The library's "Revert" would close or reopen a gate past the rule.
SIMPLE_HISTORY_REVERT_DISABLED = True
