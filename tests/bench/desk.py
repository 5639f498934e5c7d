"""Settings of contender (c): Django's admin behind the middleware that `startproject` gives a site.

Our own middleware would only slow it down and so flatter us. WhiteNoise is there to weigh its files.
"""

from inbox.settings import INSTALLED_APPS as OURS
from tests.stack.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.desk_urls"
INSTALLED_APPS = [app for app in OURS if app != "csp"]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "inbox.accounts.session_engine.SessionMiddleware",  # which alone finds the session of our cookie
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # without which its apps refuse to start
]
