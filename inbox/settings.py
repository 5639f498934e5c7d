"""Every setting of the site, one block per subject, and the only reader of the environment.

`.env.example` describes each variable. A missing or wrong value stops the start with one sentence.
"""

import logging
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import sentry_sdk
from csp.constants import NONE, SELF

from inbox import environment as env
from inbox.web.masking import masked_report

BASE_DIR = Path(__file__).resolve().parent.parent

# The environment: real variables win over the file.
environ.Env.read_env(BASE_DIR / env.text("ENV_FILE", ".env"))

# Who we are
SECRET_KEY = env.required("SECRET_KEY", "set it to a long random text that nobody else knows.")
SECRET_KEY_FALLBACKS = env.names(
    "SECRET_KEY_FALLBACKS"
)  # earlier keys, while what they signed lasts
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
    env.text(
        "PUBLIC_URL",
        f"http://localhost:{PORT}" if DEBUG and HOST in env.LOOPBACK else f"https://{HOST}",
    ),
)
ON_LOOPBACK = env.is_loopback(PUBLIC_URL)
if urlsplit(PUBLIC_URL).scheme == "http" and not ON_LOOPBACK:
    env.stop("PUBLIC_URL", "must begin with https:// (http:// only for this machine itself).")
if not ON_LOOPBACK:
    env.check_key("SECRET_KEY", SECRET_KEY)
    for earlier_key in SECRET_KEY_FALLBACKS:
        env.check_key("SECRET_KEY_FALLBACKS", earlier_key)
    if DEBUG:
        env.stop("DEBUG", "shows tracebacks: it must be off where PUBLIC_URL is not this machine.")
CSRF_TRUSTED_ORIGINS = [
    env.secure("CSRF_TRUSTED_ORIGINS", origin) for origin in env.names("CSRF_TRUSTED_ORIGINS")
]
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, most=64)
THREADS = 128  # of each worker: they mostly wait for Popsell, at most half of them at once
REQUEST_DEADLINE = 15.0  # seconds from when a request is here as a whole

# Popsell: `wsgi.py` insists on the address, since `migrate` and `collectstatic` do without.
POPSELL_API_URL = env.text("POPSELL_API_URL")
if POPSELL_API_URL:
    POPSELL_API_URL = env.secure("POPSELL_API_URL", POPSELL_API_URL)
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
MEMBER_CALLS_PER_MINUTE = env.number("MEMBER_CALLS_PER_MINUTE", 300, least=30)
POPSELL_CONNECT_TIMEOUT = env.seconds("POPSELL_CONNECT_TIMEOUT", 3.0)
POPSELL_READ_TIMEOUT = env.seconds("POPSELL_READ_TIMEOUT", 8.0)
INBOX_CACHE_SECONDS = env.number("INBOX_CACHE_SECONDS", 10, least=0, most=3600)
INBOX_KEEP_HOURS = env.number("INBOX_KEEP_HOURS", 24, most=24 * 31)
POPSELL_SYNC_RATE = env.number("POPSELL_SYNC_RATE", 60, most=10_000)
INDEX_TEXTS = env.flag("INDEX_TEXTS", "on")
IMAGE_HOSTS = env.names("IMAGE_HOSTS")
for image_host in IMAGE_HOSTS:
    if "/" in image_host or "*" in image_host or " " in image_host:
        env.stop("IMAGE_HOSTS", f"must be host names without scheme or path, not {image_host!r}.")

# The site's parts
ROOT_URLCONF = "inbox.urls"
WSGI_APPLICATION = "inbox.wsgi.application"
INSTALLED_APPS = [
    "inbox",
    "inbox.apps.DeskConfig",
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
    "inbox.web.middleware.database_lent",
    "inbox.web.middleware.request_id",
    "inbox.web.middleware.browser_rules",
    "inbox.web.middleware.health",
    "django.middleware.gzip.GZipMiddleware",
    "inbox.web.middleware.server_timing",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",  # before what may fail: its answer fits who asked
    "inbox.accounts.session_engine.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "inbox.accounts.middleware.AuthenticationMiddleware",
    "inbox.accounts.middleware.chosen_language",
    "inbox.accounts.middleware.session_in_use",
    "django.contrib.messages.middleware.MessageMiddleware",
    "inbox.web.middleware.private_pages",
    "inbox.web.middleware.readable_request",
    "inbox.accounts.middleware.single_sign_on_only",
    "inbox.accounts.middleware.SecondFactorMiddleware",
    # Sign-in is asked before it, so that an ended session never shows as a failed CSRF check.
    "inbox.accounts.middleware.SignInRequiredMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "inbox.web.middleware.PopsellFailureMiddleware",
    "inbox.components.taken.TakenMiddleware",
    "inbox.web.middleware.refused_method",
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
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # a new connection costs more than a page's queries
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    # Fewer connections than threads: a thread that waits for Popsell lends its own. While the database
    # is away, nobody waits long, and the first request after a second tries again.
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 1},
        "connect_timeout": 2,  # seconds
        "tcp_user_timeout": 5000,  # milliseconds until a dead peer is noticed
        # What a connection asks again and again PostgreSQL plans no more, where that serves as well: a
        # quarter of a page's own time.
        "server_side_binding": True,
        "prepare_threshold": 5,
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # of each connection that the pool lends
ACTIVITY_RETENTION_DAYS = env.number("ACTIVITY_RETENTION_DAYS", 365, least=0, most=36_500)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Without Redis the workers of one machine share a folder that only they can write.
REDIS = env.first("CACHE_URL", "REDIS_URL")  # the second is how platforms name their add-on
REDIS_VERIFY = env.flag("REDIS_VERIFY", "on")
CACHES = {
    "default": env.cache(REDIS, verify=REDIS_VERIFY)
    or {
        "BACKEND": "inbox.caches.file_cache.FileCache",
        "LOCATION": str(BASE_DIR / ".cache"),
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# The background worker: without Redis it gets its tasks through a folder, on the same machine.
BROKER_URL = env.broker("BROKER_URL", REDIS)
# Left to itself, Celery's transport would take any certificate.
BROKER_TLS = {"ssl_cert_reqs": ssl.CERT_REQUIRED if REDIS_VERIFY else ssl.CERT_NONE}
# It lies beside the database, so that two sites on one machine don't take each other's tasks.
DATA_DIR = Path(DATABASES["default"]["NAME"]).resolve().parent if ON_SQLITE else BASE_DIR
BROKER_FOLDER = "" if BROKER_URL else str(DATA_DIR / ".queue")
# Where no Redis could bring it tasks, the web server starts the worker itself.
WORKER_BESIDE_WEB = env.flag("WORKER_BESIDE_WEB", "off" if BROKER_URL else "on")
# What has a setting in Celery stands in `inbox.background`.
WORKER_COMMAND = [
    *(sys.executable, "-m", "celery", "--quiet", "--app", "inbox.background", "worker"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]

# Signing in
AUTH_USER_MODEL = "inbox.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "inbox.accounts.hashing.Argon2Hasher",
    "inbox.accounts.hashing.OldHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"inbox.text.passwords.{validator}", "OPTIONS": options}
    for validator, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ["email", "name"]},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "inbox.accounts.session_engine"
SESSION_DAYS = env.number("SESSION_DAYS", 14, most=365)
SESSION_IDLE_DAYS = env.number("SESSION_IDLE_DAYS", 3, most=365)
if SESSION_IDLE_DAYS > SESSION_DAYS:
    env.stop("SESSION_IDLE_DAYS", f"must be at most SESSION_DAYS, which is {SESSION_DAYS}.")
ACCOUNT_ADAPTER = "inbox.accounts.signing_in.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "change_password": "inbox.accounts.password_forms.ChangeForm",
    "reset_password": "inbox.accounts.password_links.ForgottenForm",
    "reset_password_from_key": "inbox.accounts.password_forms.LinkForm",
    "set_password": "inbox.accounts.password_forms.FirstForm",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # members are made by the operator, with verified addresses
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = (
    900  # seconds for which somebody who confirmed themselves is sure
)
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(PUBLIC_URL).scheme
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if ON_LOOPBACK else 1  # the platform's router
# Tries, by their source address and by the account they are meant for. By the browser instead, where
# its owner signed in before. A wrong password and a wrong code both count as `login_failed`.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_known": "5/5m/key",  # where the person signed in before: others can't use it up
    "sso_callback": "30/m/ip",
    "reset_password": "10/m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/5m/user",
}

# The second factor: a code of an app, a passkey, or one of the codes for the day both are lost
REQUIRE_MFA = env.choice("REQUIRE_MFA", "none", "managers", "everyone")
MFA_ADAPTER = "inbox.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "inbox.accounts.factor_forms.CodeForm",
    "reauthenticate": "inbox.accounts.factor_forms.ConfirmCodeForm",
    "authenticate_webauthn": "inbox.accounts.factor_forms.PasskeyCodeForm",
    "login_webauthn": "inbox.accounts.factor_forms.PasskeySignInForm",
    "reauthenticate_webauthn": "inbox.accounts.factor_forms.PasskeyConfirmForm",
    "activate_totp": "inbox.accounts.factor_forms.ActivateAppForm",
    "add_webauthn": "inbox.accounts.factor_forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey alone signs in, so it asks who holds it
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Ambassador Inbox"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the operator has vouched for every address
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}

# Single sign-on with OpenID Connect, where it is configured
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_NAME = env.text("OIDC_NAME")
SINGLE_SIGN_ON = env.together("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
REQUIRE_SSO = env.flag("REQUIRE_SSO")  # all but operators with a second factor: see `inbox.access`
if REQUIRE_SSO and not SINGLE_SIGN_ON:
    env.stop("REQUIRE_SSO", "needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET to be set.")
SOCIALACCOUNT_ADAPTER = "inbox.accounts.single_sign_on.InvitedOnlyAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_LOGIN_ON_GET = (
    True  # a form may lead to our own addresses only: see form-action below
)
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if SINGLE_SIGN_ON:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {
                    "server_url": env.secure("OIDC_ISSUER", env.text("OIDC_ISSUER")),
                    "oauth_pkce_enabled": True,
                },
            }
        ]
    }

# Mail: links to set a password, and what changed about an account
MAIL = env.mail("EMAIL_URL", "consolemail://")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST = MAIL["EMAIL_HOST"] or ""
EMAIL_PORT = MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
MAIL_HOST = "localhost" if ON_LOOPBACK else urlsplit(PUBLIC_URL).hostname
DEFAULT_FROM_EMAIL = env.sender("EMAIL_FROM", f"Ambassador Inbox <no-reply@{MAIL_HOST}>")

# One form names the codes of a brand, with up to six fields for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes of a body: the server takes no longer one

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
    *("avatar", "presence", "button", "chip", "row", "queued", "digest", "person"),
    *("conversation", "private", "transcript", "message", "review"),
    *("pager", "alert", "empty", "card", "sheet", "form", "fresh"),
    *("account", "codes", "members", "activity", "index", "keys", "toast", "busy", "guide"),
    *("case", "print"),
]
SCRIPTS = [
    *("page", "place", "connection", "pictures", "clock", "refresh", "live"),
    *("conversation", "ahead", "transcript", "several", "scan", "note", "guard", "toast", "codes"),
    *("keys", "presses", "busy", "passkeys", "copy", "rows"),
]
PIPELINE: dict[str, Any] = {
    "CSS_COMPRESSOR": "inbox.storage.Shortener",
    "JS_COMPRESSOR": "inbox.storage.Shortener",
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
LANGUAGE_COOKIE_NAME = env.cookie("language", on_loopback=ON_LOOPBACK)
LANGUAGE_COOKIE_SAMESITE = "Lax"
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
UNUSED_FEATURES = [
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
]
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
SESSION_COOKIE_NAME = env.cookie("session", on_loopback=ON_LOOPBACK)
CSRF_COOKIE_NAME = env.cookie("csrf", on_loopback=ON_LOOPBACK)
# Only a sign-in gives it to a browser, so nobody's wrong tries lock its owner out.
DEVICE_COOKIE_NAME = env.cookie("device", on_loopback=ON_LOOPBACK)
DEVICE_COOKIE_AGE = 180 * 24 * 3600
DEVICE_COOKIE_SECURE = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not ON_LOOPBACK
CSRF_COOKIE_HTTPONLY = True  # each form carries its own token
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # in no cookie
BROWSER_RULES = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [
            "publickey-credentials-create=(self), publickey-credentials-get=(self)",
            *(f"{feature}=()" for feature in UNUSED_FEATURES),
        ]
    ),
    "X-Robots-Tag": "noindex, nofollow",
}

# Faults of ours, reported without variables, bodies or people
DEFAULT_EXCEPTION_REPORTER = "inbox.web.reports.Reporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "inbox.web.reports.Scrubbed"
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    env.secure("SENTRY_DSN", SENTRY_DSN)
    sentry_sdk.init(
        SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        default_integrations=True,
        max_breadcrumbs=0,
        before_send=masked_report,
    )

# Logs: lines to stdout, JSON in production
SILENT = logging.CRITICAL + 1
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "inbox.web.logs.RequestContext"},
        "failures": {"()": "inbox.web.logs.UnexpectedOnly"},
        "server": {"()": "inbox.web.logs.MaskedPaths"},
    },
    "formatters": {
        "json": {
            "()": "inbox.web.logs.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
        "line": {"()": "inbox.web.logs.LineFormatter"},
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
        # How busy the threads are is no fault; what a connection came to has its access line.
        "waitress": {"level": "WARNING", "filters": ["server"]},
        "waitress.queue": {"level": "ERROR"},
        # It names the passkey that signed in.
        "fido2": {"level": "WARNING"},
        # Each request says itself that it could have no connection, or that its trip failed.
        "psycopg": {"level": "ERROR"},
        # A task says itself what failed, and the schedule that the broker is away. Celery would print
        # the arguments, and a traceback at each try.
        "celery": {"level": "WARNING"},
        **{
            name: {"level": SILENT}
            for name in (
                *("celery.app.trace", "celery.beat", "celery.worker.consumer"),
                *("celery.worker.request", "kombu"),
            )
        },
        "django.server": {"handlers": [], "propagate": False},
        "django": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
