"""As little of Django as serves a page; faster than any real site that also knows who is asking."""

from pathlib import Path

SECRET_KEY = "for-the-benchmark-alone"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.bench.naive.urls"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # Content-Length keeps connections alive
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent],
    }
]
