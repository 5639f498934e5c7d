"""Every setting of the site, one block per subject, and the only reader of the environment.

`.env.example` describes each variable. A missing or wrong value stops the start with one sentence.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import sentry_sdk
from csp.constants import NONE, SELF

from inbox import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# The environment: real variables win over the file.
environ.Env.read_env(BASE_DIR / env.text("ENV_FILE", ".env"))

# Who we are
SECRET_KEY = env.required("SECRET_KEY", "set it to a long random text that nobody else knows.")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
if not ALLOWED_HOSTS:
    env.stop("ALLOWED_HOSTS", "is missing: name the hosts that serve this site.")
PORT = env.number("PORT", 8000, most=65535)
HOST = ALLOWED_HOSTS[0].lstrip(".")
if HOST == "*" and not env.text("PUBLIC_URL"):
    env.stop("PUBLIC_URL", "is missing: ALLOWED_HOSTS names no host that links could lead to.")
PUBLIC_URL = env.address(
    "PUBLIC_URL",
    env.text("PUBLIC_URL", f"http://localhost:{PORT}" if DEBUG else f"https://{HOST}"),
)
ON_LOOPBACK = env.is_loopback(PUBLIC_URL)
if urlsplit(PUBLIC_URL).scheme == "http" and not ON_LOOPBACK:
    env.stop("PUBLIC_URL", "must begin with https:// (http:// only for this machine itself).")
CSRF_TRUSTED_ORIGINS = [
    env.address("CSRF_TRUSTED_ORIGINS", origin) for origin in env.names("CSRF_TRUSTED_ORIGINS")
]
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, most=64)
THREADS = 128  # of each worker: they mostly wait for Popsell, at most half of them at once

# Popsell: `wsgi.py` insists on the address, since `migrate` and `collectstatic` do without.
POPSELL_API_URL = env.text("POPSELL_API_URL")
if POPSELL_API_URL:
    POPSELL_API_URL = env.address("POPSELL_API_URL", POPSELL_API_URL)
POPSELL_ACCESS_TOKEN = env.text("POPSELL_ACCESS_TOKEN")
POPSELL_ACCESS_TOKENS = env.numbered("POPSELL_ACCESS_TOKEN_")  # by Popsell's brand id
POPSELL_API_KEY = env.text("POPSELL_API_KEY")  # instead of a token: one is asked for with it
POPSELL_DOMAIN = env.text("POPSELL_DOMAIN")
if POPSELL_API_KEY and not POPSELL_DOMAIN:
    env.stop("POPSELL_DOMAIN", "is missing: POPSELL_API_KEY opens the API for one domain.")
POPSELL_DEADLINE = env.seconds("POPSELL_DEADLINE", 8.0)
POPSELL_MAX_BYTES = env.number("POPSELL_MAX_BYTES", 5_000_000, most=100_000_000)
POPSELL_BREAKER_FAILURES = env.number("POPSELL_BREAKER_FAILURES", 5)
POPSELL_BREAKER_SECONDS = env.seconds("POPSELL_BREAKER_SECONDS", 10.0)
POPSELL_CONNECT_TIMEOUT = env.seconds("POPSELL_CONNECT_TIMEOUT", 3.0)
POPSELL_READ_TIMEOUT = env.seconds("POPSELL_READ_TIMEOUT", 8.0)
INBOX_CACHE_SECONDS = env.number("INBOX_CACHE_SECONDS", 10, least=0, most=3600)
INBOX_KEEP_HOURS = env.number("INBOX_KEEP_HOURS", 24, most=24 * 31)
IMAGE_HOSTS = env.names("IMAGE_HOSTS")
for image_host in IMAGE_HOSTS:
    if "/" in image_host or "*" in image_host or " " in image_host:
        env.stop("IMAGE_HOSTS", f"must be host names without scheme or path, not {image_host!r}.")

# The site's parts
ROOT_URLCONF = "inbox.urls"
WSGI_APPLICATION = "inbox.wsgi.application"
INSTALLED_APPS = [
    "inbox",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "pipeline",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
]
MIDDLEWARE = [
    "inbox.middleware.request_id",
    "inbox.middleware.health",
    "django.middleware.gzip.GZipMiddleware",
    "inbox.middleware.server_timing",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "inbox.middleware.chosen_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "inbox.middleware.private_pages",
    # Sign-in is asked first, so that an ended session never shows as a failed CSRF check.
    "inbox.middleware.SignInRequiredMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "inbox.middleware.PopsellFailureMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "inbox.templating.environment"},
    },
    {  # what the admin and allauth bring with them
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening it anew costs more than a page's queries
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    # Fewer connections than threads: who waits for Popsell gives its own back meanwhile.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
ACTIVITY_RETENTION_DAYS = env.number("ACTIVITY_RETENTION_DAYS", 365, least=0, most=36_500)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Without Redis the workers of one machine share a folder that only they can write.
CACHES = {
    "default": env.cache("CACHE_URL")
    or {
        "BACKEND": "inbox.storage.FileCache",
        "LOCATION": str(BASE_DIR / ".cache"),
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Signing in
AUTH_USER_MODEL = "inbox.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}", "OPTIONS": options}
    for validator, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ["email", "name"]},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "inbox.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # members are made by the operator, with verified addresses
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if ON_LOOPBACK else 1  # the platform's router

# The codes of a brand are named in one form, with up to six fields for each that is kept.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# Pages and files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "inbox.storage.BundledStorage"
    },
}
# One stylesheet and one script, bundled at collectstatic from a file per component.
STYLES = [
    *("layers", "reset", "tokens", "base", "layout"),
    *("rail", "choice", "head", "filters", "tools"),
    *("avatar", "presence", "button", "chip", "row", "person"),
    *("conversation", "private", "transcript", "message", "review"),
    *("pager", "alert", "empty", "card", "sheet", "form", "codes", "activity", "keys", "guide"),
]
SCRIPTS = [
    *("connection", "pictures", "clock", "refresh", "live"),
    *("conversation", "transcript", "several", "scan", "codes", "keys"),
]
PIPELINE: dict[str, Any] = {
    "CSS_COMPRESSOR": None,
    "JS_COMPRESSOR": None,
    "DISABLE_WRAPPER": True,
    "PIPELINE_ENABLED": not DEBUG,
    "PIPELINE_COLLECTOR_ENABLED": False,
    "STYLESHEETS": {
        "inbox": {
            "source_filenames": [f"css/{name}.css" for name in STYLES],
            "output_filename": "inbox.css",
        }
    },
    "JAVASCRIPT": {
        "inbox": {
            "source_filenames": [
                "django_htmx/htmx-2.min.js",
                *(f"js/{name}.js" for name in SCRIPTS),
            ],
            "output_filename": "inbox.js",
        }
    },
}
# The browser's language, or the one a person chose.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LANGUAGE_COOKIE_SECURE = not ON_LOOPBACK
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_TZ = True
TIME_ZONE = "UTC"

# What a browser may do with our pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, *(f"https://{host}" for host in IMAGE_HOSTS)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "inbox.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # TLS ends at the platform's router
SECURE_SSL_REDIRECT = not ON_LOOPBACK
SECURE_HSTS_SECONDS = 0 if ON_LOOPBACK else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS")
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD")
# HSTS for all hosts below ours, and the browsers' built-in list, would bind the brand's other hosts:
# the operator may choose that with HSTS_SUBDOMAINS and HSTS_PRELOAD, we do not.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not ON_LOOPBACK

# Faults of ours, reported without variables, bodies or people
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    env.address("SENTRY_DSN", SENTRY_DSN)
    sentry_sdk.init(
        SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        default_integrations=True,
        max_breadcrumbs=0,
    )

# Logs: lines to stdout, JSON in production
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "inbox.logs.RequestContext"},
        "failures": {"()": "inbox.logs.UnexpectedOnly"},
    },
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
        "line": {"()": "inbox.logs.LineFormatter"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line" if DEBUG or ON_LOOPBACK else "json",
            "filters": ["context"],
        }
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        # Each request has its access line already; Django's own adds only tracebacks of our faults.
        "django.request": {"filters": ["failures"]},
        "django.security": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "propagate": False},
        "django": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
