"""The site as a WSGI application, and what it insists on before it serves a page."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inbox.settings")
application = get_wsgi_application()


def check_start() -> None:
    """Stop without Popsell's address or a mail server, and where others can write into the cache.

    Commands that serve nobody do without, `migrate` and `collectstatic` among them. What the cache
    kept for earlier processes and is over leaves the disk here.
    """
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    from inbox.caches import sweeping  # noqa: PLC0415
    from inbox.environment import stop  # noqa: PLC0415
    from inbox.process import private_files  # noqa: PLC0415
    from inbox.web import warming  # noqa: PLC0415

    if not settings.POPSELL_API_URL:
        stop("POPSELL_API_URL", "is missing: set Popsell's address, up to and including /api/v2.")
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend") and not settings.ON_LOOPBACK:
        stop(
            "EMAIL_URL",
            "must name a mail server, such as smtp+tls://user:password@host:587: printed to the log, "
            "links would let in anybody who reads it.",
        )
    folder = sweeping.folder()
    if folder and (why := private_files.why_open(folder)):
        stop("CACHE_URL", f"is missing, and the folder {folder} that is used instead {why}.")
    log = logging.getLogger("inbox")
    if not (settings.POPSELL_ACCESS_TOKEN or settings.POPSELL_ACCESS_TOKENS):
        log.warning("POPSELL_ACCESS_TOKEN is missing: every brand will be refused.")
    if settings.ON_SQLITE and not (settings.DEBUG or settings.ON_LOOPBACK):
        log.warning(
            "DATABASE_URL is missing or names an SQLite file: production needs PostgreSQL, since a "
            "platform's release and web processes do not share files."
        )
    sweeping.sweep_at_start()
    if not settings.DEBUG:  # else each change of a file would take a second longer to be seen
        warming.warm_up()


check_start()
