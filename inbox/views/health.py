"""The platform's probes: no sign-in, any host, plain http."""

from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from inbox import workers
from inbox.popsell import calls
from inbox.process import outages


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive. Uses no database and no Popsell."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether a page could be served: 200, else 503. Reports on Popsell without asking it.

    Pages are served without a worker too, so its silence is told and changes nothing else.
    """
    database = _database()
    migrations = _migrations() if database == "ok" else "not asked"
    checks = {"database": database, "cache": _cache(), "migrations": migrations}
    ready = all(state == "ok" for state in checks.values())
    worker = _worker() if database == migrations == "ok" else "not asked"
    heard = calls.last_heard()
    body = {"ready": ready, **checks, "worker": worker, "popsell_last_answer_seconds_ago": heard}
    return JsonResponse(body, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:  # noqa: BLE001 - whatever fails, the answer is "not ready"
        return type(error).__name__
    return "ok"


def _cache() -> str:
    try:
        key = f"readyz:{uuid4().hex}"  # a new one needs room on the disk, as others will
        cache.set(key, "ok", 10)
        kept = cache.get(key) == "ok"
        cache.delete(key)
    except Exception as error:  # noqa: BLE001 - whatever fails, the answer is "not ready"
        return outages.kind(error)
    return "ok" if kept else "does not keep"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as error:  # noqa: BLE001 - whatever fails, the answer is "not ready"
        return type(error).__name__
    return "unapplied" if plan else "ok"


def _worker() -> str:
    try:
        if (last := workers.last_beat()) is None:
            return "never"
        return "silent" if workers.is_silent(last) else "ok"
    except Exception as error:  # noqa: BLE001 - whatever fails, the other states are told
        return type(error).__name__
