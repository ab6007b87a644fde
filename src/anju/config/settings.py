"""Every setting of a running Anju. Each is read from the environment here and described in docs/settings.md."""

import secrets
from pathlib import Path

from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from anju.config import env

PACKAGE = Path(__file__).resolve().parents[1]

# --- where things are kept -------------------------------------------------------------------------------------------
ANJU_DIR = env.folder("ANJU_DIR", Path.cwd() / "anju-data")
DATABASES = {"default": env.database("ANJU_DATABASE_URL", ANJU_DIR / "anju.sqlite3")}
ANJU_FILES_DIR = env.folder("ANJU_FILES_DIR", ANJU_DIR / "files")
ANJU_ANCHOR_FILE = Path(env.text("ANJU_ANCHOR_FILE", str(ANJU_DIR / "audit-anchor.jsonl")))
ANJU_KEYS_FILE = Path(env.text("ANJU_KEYS_FILE", str(ANJU_DIR / "keys.json")))

# --- what kind of installation ---------------------------------------------------------------------------------------
ANJU_DEMO = env.boolean("ANJU_DEMO", False)
ANJU_DEMO_PASSWORD = env.text("ANJU_DEMO_PASSWORD")
DEBUG = env.boolean("ANJU_DEBUG", False)
ANJU_HTTPS = env.boolean("ANJU_HTTPS", False)
ANJU_PROXY_COUNT = env.integer("ANJU_PROXY_COUNT", 0, 0, 10)
ANJU_REQUIRE_MFA = env.boolean("ANJU_REQUIRE_MFA", not ANJU_DEMO)
ALLOWED_HOSTS = env.words("ANJU_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("ANJU_TRUSTED_ORIGINS", [])
ANJU_PUBLIC_URL = env.text("ANJU_PUBLIC_URL")

# --- limits ----------------------------------------------------------------------------------------------------------
ANJU_MAX_PHOTO_MB = env.integer("ANJU_MAX_PHOTO_MB", 20, 1, 100)
ANJU_MAX_LEDGER_MB = env.integer("ANJU_MAX_LEDGER_MB", 50, 1, 500)
ANJU_MAX_CAMERA_MB = env.integer("ANJU_MAX_CAMERA_MB", 10, 1, 100)
ANJU_DOOR_EVENT_DAYS = env.integer("ANJU_DOOR_EVENT_DAYS", 30, 1, 365)
ANJU_LIFT_AUTO_BLOCK = env.boolean("ANJU_LIFT_AUTO_BLOCK", False)
ANJU_EBIKES_PER_100_BEDS = env.integer("ANJU_EBIKES_PER_100_BEDS", 60, 0, 300)
ANJU_CHARGING_PLACES_PER_100_EBIKES = env.integer("ANJU_CHARGING_PLACES_PER_100_EBIKES", 20, 1, 100)
ANJU_PATROL_NEAR_METRES = env.integer("ANJU_PATROL_NEAR_METRES", 200, 10, 5000)
ANJU_PATROL_POSITION_DAYS = env.integer("ANJU_PATROL_POSITION_DAYS", 30, 1, 365)
ANJU_FIRST_VISIT_DAYS = env.integer("ANJU_FIRST_VISIT_DAYS", 3, 0, 60)
ANJU_RESIDENCE_DAYS = env.integer("ANJU_RESIDENCE_DAYS", 3, 1, 60)
ANJU_DECISION_DAYS = env.integer("ANJU_DECISION_DAYS", 3, 1, 30)
ANJU_REPORT_HOURS = env.integer("ANJU_REPORT_HOURS", 24, 1, 240)

# --- what residents may do, and how often -------------------------------------------------------------------------------
ANJU_CODE_MINUTES = env.integer("ANJU_CODE_MINUTES", 5, 1, 30)
ANJU_CODES_PER_PHONE = env.integer("ANJU_CODES_PER_PHONE", 5, 1, 100)
ANJU_CODES_PER_ADDRESS = env.integer("ANJU_CODES_PER_ADDRESS", 30, 1, 10_000)
ANJU_CODES_PER_CITY = env.integer("ANJU_CODES_PER_CITY", 2000, 1, 1_000_000)
ANJU_REPORTS_PER_ADDRESS = env.integer("ANJU_REPORTS_PER_ADDRESS", 10, 1, 10_000)
ANJU_REPORTS_PER_CITY = env.integer("ANJU_REPORTS_PER_CITY", 500, 1, 1_000_000)
ANJU_NOTES_PER_ADDRESS = env.integer("ANJU_NOTES_PER_ADDRESS", 5, 1, 10_000)
ANJU_NOTES_PER_HOME = env.integer("ANJU_NOTES_PER_HOME", 10, 1, 10_000)
ANJU_LOOKUPS_PER_ADDRESS = env.integer("ANJU_LOOKUPS_PER_ADDRESS", 60, 1, 100_000)

# --- how long personal data are kept ------------------------------------------------------------------------------------
ANJU_KEEP_DEPARTED_DAYS = env.integer("ANJU_KEEP_DEPARTED_DAYS", 365, 30, 3_650)
ANJU_KEEP_CONSENTS_DAYS = env.integer("ANJU_KEEP_CONSENTS_DAYS", 365, 1, 3_650)
ANJU_KEEP_DECLARATIONS_DAYS = env.integer("ANJU_KEEP_DECLARATIONS_DAYS", 90, 1, 3_650)
ANJU_KEEP_RETURNED_DAYS = env.integer("ANJU_KEEP_RETURNED_DAYS", 30, 1, 3_650)
ANJU_KEEP_NOTES_DAYS = env.integer("ANJU_KEEP_NOTES_DAYS", 90, 1, 3_650)
ANJU_KEEP_ENVELOPES_DAYS = env.integer("ANJU_KEEP_ENVELOPES_DAYS", 400, 370, 3_650)
ANJU_KEEP_REPORTS_DAYS = env.integer("ANJU_KEEP_REPORTS_DAYS", 365, 30, 3_650)

# --- devices -------------------------------------------------------------------------------------------------------------
ANJU_DIALECTS_FILE = env.file("ANJU_DIALECTS_FILE")
ANJU_NATS_PASSWORD = env.text("ANJU_NATS_PASSWORD")
ANJU_KEEP_READINGS_DAYS = env.integer("ANJU_KEEP_READINGS_DAYS", 365, 31, 3660)
ANJU_KEEP_REJECTED_DAYS = env.integer("ANJU_KEEP_REJECTED_DAYS", 90, 1, 3660)

# --- messages to people outside ------------------------------------------------------------------------------------------
ANJU_MESSAGES_URL = env.text("ANJU_MESSAGES_URL")
ANJU_MESSAGES_KEY = env.text("ANJU_MESSAGES_KEY")


def _secret_key() -> str:
    """From the environment, else made once and kept in the data folder (readable by its owner only)."""
    given = env.text("ANJU_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise env.SettingError("ANJU_SECRET_KEY", "***", "at least 32 random characters")
        return given
    file = ANJU_DIR / "secret-key"
    if not file.exists():
        draft = file.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            draft.rename(file) if not file.exists() else draft.unlink()
        except OSError as error:
            raise env.SettingError("ANJU_DIR", str(ANJU_DIR), f"a writable folder ({error.strerror})") from error
    return file.read_text().strip()


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "anju.core",
    "anju.accounts",
    "anju.audit",
    "anju.jobs",
    "anju.files",
    "anju.areas",
    "anju.documents",
    "anju.dwellings",
    "anju.rulebook",
    "anju.registration",
    "anju.outreach",
    "anju.monitoring",
    "anju.signage",
    "anju.inspections",
    "anju.enforcement",
    "anju.stations",
    "anju.overview",
    "anju.portal",
    "anju.field",
    "anju.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anju.field.middleware.confine",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "anju.audit.middleware.AddressMiddleware",
    "anju.core.policy.PolicyMiddleware",
    "anju.core.errors.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "anju.core.context.page",
                "anju.areas.context.scope",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "anju.core.templatetags.anju"],
        },
    }
]

ROOT_URLCONF = "anju.config.urls"
ASGI_APPLICATION = "anju.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "anju.accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = ANJU_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ANJU_HTTPS
SESSION_COOKIE_NAME = "__Host-anju" if ANJU_HTTPS else "anju"
CSRF_COOKIE_NAME = "__Host-anju-csrf" if ANJU_HTTPS else "anju-csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "anju.core.policy.csrf_failed"
SECURE_HSTS_SECONDS = 31_536_000 if ANJU_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ANJU_HTTPS
SECURE_SSL_REDIRECT = False  # the balancer in front redirects; /healthz must answer plainly behind it
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ANJU_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "report-uri": "/csp/",
    }
}

# --- language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "anju-language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files and caches ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
# No STATIC_ROOT: whitenoise serves from where the packages keep their files, nothing is collected beforehand.
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_HANDLERS = [
    "anju.files.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# Sign-in limits are shared by all processes, so the cache is in the database, not in one process.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"personal": {"()": "anju.core.logs.PersonalDataFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["personal"]}},
    "root": {"handlers": ["console"], "level": env.text("ANJU_LOG_LEVEL", "WARNING")},
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
