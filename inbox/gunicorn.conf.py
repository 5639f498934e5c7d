"""How gunicorn serves the site; used by the Procfile and the demo."""

from inbox import wsgi  # noqa: F401 - a wrong environment stops here, once, with its sentence
from inbox.settings import PORT, THREADS, WEB_CONCURRENCY, WORKER_BESIDE_WEB, WORKER_COMMAND
from inbox.web import keeper, warming
from inbox.web.server import Worker

wsgi_app = "inbox.wsgi:application"
bind = f"0.0.0.0:{PORT}"
workers = WEB_CONCURRENCY
worker_class = Worker
threads = THREADS
keepalive = 75  # seconds, longer than a platform's router keeps its side open
timeout = 60  # seconds without a sign of life, then the worker is replaced
graceful_timeout = 30  # seconds for requests in flight when asked to stop
accesslog = None  # inbox.web.middleware writes the access line, without the query
errorlog = "-"
loglevel = "warning"
control_socket_disable = True


def when_ready(_server: object) -> None:
    """Start the background worker beside the web server, where it has no process of its own.

    What serves pages is forked after this.
    """
    warming.share_memory()
    if WORKER_BESIDE_WEB:
        keeper.start(WORKER_COMMAND)


def on_exit(_server: object) -> None:
    keeper.end()
