"""All settings, from environment variables; the defaults work on a laptop (README, table of variables)."""

from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

# -- The instance -----------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
# The demo runs on one laptop: known key, plain HTTP, mails on the console.
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not (DEMO or DEBUG):
        raise ImproperlyConfigured("Set SECRET_KEY to at least 50 random characters (README, Deploy).")
    SECRET_KEY = "demo-only-" + "not-a-secret-" * 5
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SITE_BASE_URL = env.str("SITE_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE = SITE_BASE_URL.startswith("https://")
# Who runs this instance: named in the imprint, the privacy notice and the accessibility statement.
OPERATOR = {
    "name": env.str("OPERATOR_NAME", default="Der Regierende Bürgermeister von Berlin – Senatskanzlei"),
    "address": env.str("OPERATOR_ADDRESS", default="Jüdenstraße 1, 10178 Berlin"),
    "email": env.str("OPERATOR_EMAIL", default="selbstbewertung@localhost"),
    "data_protection_email": env.str("DATA_PROTECTION_EMAIL", default="datenschutz@localhost"),
}

INSTALLED_APPS = [
    "principles",
    "assessments",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
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
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "assessments.views.middleware.PrivateByDefaultMiddleware",
    "assessments.views.middleware.SignInTimesMiddleware",
    "assessments.views.middleware.OwnLanguageMiddleware",
    "assessments.views.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "smartcity.urls"
WSGI_APPLICATION = "smartcity.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["kern"]
CRISPY_TEMPLATE_PACK = "kern"
CRISPY_FAIL_SILENTLY = False

# -- Database ---------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # With Django's defaults concurrent writers fail with "database is locked"; a confirmed answer must be on the disk.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        "-c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
    )

CACHES = {
    # Rate limits count here; the database makes the counters shared between the web processes.
    "default": (
        {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        if DEMO or DEBUG
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    )
}

# -- Language ---------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "smartcity" / "locale"]
FORMAT_MODULE_PATH = ["smartcity.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

# -- Static files and uploads -----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
_kern = find_spec("mkdocs_kern_ux")
if _kern is None or _kern.origin is None:
    raise ImproperlyConfigured("The package mkdocs-kern-ux with KERN's files is not installed.")
KERN_DIR = Path(_kern.origin).parent / "kern-ux" / "vendor" / "kern"
STATICFILES_DIRS = [BASE_DIR / "smartcity" / "static", ("kern", KERN_DIR)]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("MEDIA_ROOT", default=str(VAR_DIR / "files")), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEMO or DEBUG
            else "smartcity.staticfiles.SubsetFontsStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEMO or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Each form takes one file.
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = [
    "assessments.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# How often a person may save an answer within a minute; the browser tries again by itself.
ANSWERS_PER_MINUTE = env.int("ANSWERS_PER_MINUTE", default=120)

# -- Accounts ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "assessments.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_REDIRECT_URL = "project_list"
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "assessments.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "assessments.forms.accounts.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# How often within which time, counted by what: address (ip), person (user) or e-mail address (key). What is not named
# here keeps allauth's rate: 30 attempts to sign in a minute, 5 wrong passwords or codes in five minutes.
ACCOUNT_RATE_LIMITS = {
    "signup": "20/h/ip",
    "reset_password": "20/h/ip,5/h/key",
    "confirm_email": "1/180s/key,5/h/key",
    "invitation_link": "20/m/ip",
    "decide": "10/m/user",
    "rate": "240/m/user",
    "upload": "20/h/user",
    "evidence_upload": "30/m/user",
    "pdf": f"{env.int('PDF_PER_HOUR', default=1000 if DEMO or DEBUG else 10)}/h/user",
    # An office often has one address.
    "quick_check_pdf": f"{1000 if DEMO or DEBUG else 60}/h/ip",
    "own_data": "10/h/user",
    "report_check": "20/m/ip",
}
# Reviewers, portfolio readers and administrators set up a second factor before they see anything.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not (DEMO or DEBUG))
MFA_ADAPTER = "assessments.accounts.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "assessments.forms.accounts.AddPasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Smart City Selbstbewertung"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_TRACK_ACTIVITY = False
# A sign-in ends when nothing has happened for so long, and in any case when the working day is over; those who see many
# projects have less. Forms are kept: who signs in again goes on where they were.
SESSION_ENGINE = "assessments.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_IDLE_MINUTES_STAFF = env.int("SESSION_IDLE_MINUTES_STAFF", default=30)
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_HOURS_STAFF = env.int("SESSION_HOURS_STAFF", default=8)
# Of those who are not signed in.
SESSION_COOKIE_AGE = 12 * 3600

# -- Mail -------------------------------------------------------------------------------------------------------------

if DEMO or DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="selbstbewertung@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# -- Background work --------------------------------------------------------------------------------------------------

TASKS = {
    "default": {
        "BACKEND": (
            # While developing there is no worker; the demo's is started by run.py.
            "django_tasks.backends.immediate.ImmediateBackend" if DEBUG else "django_tasks_db.DatabaseBackend"
        )
    }
}

# -- Reports ----------------------------------------------------------------------------------------------------------

# What the rendering of one PDF may take on top of the rendering process itself; a report that needs more is refused.
PDF_SECONDS = env.int("PDF_SECONDS", default=60)
PDF_MEMORY_MIB = env.int("PDF_MEMORY_MIB", default=512)

# -- Security headers and cookies (OWASP ASVS 5.0, 3.4) --------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # KERN draws its icons as data: masks.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_SSL_REDIRECT = SECURE
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
# Preloading is a decision for the owner of the domain, not for one app on it.
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "assessments.views.resend.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # It tells every glyph it keeps.
    "loggers": {"fontTools": {"level": "ERROR"}},
}
