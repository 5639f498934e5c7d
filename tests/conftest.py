"""The cast, and the sandbox API over real HTTP.

The cast: manager, moderator, viewer, another brand's member, a stranger, the operator.
"""

import logging
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management.color import no_style
from django.core.signals import request_finished
from django.db import connections
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation
from pytest_django import Settings

from inbox.caches import memories, tolerant
from inbox.chatrooms import index
from inbox.models import Brand, Membership, Role, User
from inbox.popsell import budget
from inbox.popsell.breaker import breaker
from inbox.process import jobs as process_jobs
from inbox.sandbox.app import create_app
from inbox.sandbox.server import running
from inbox.web.logs import JsonFormatter, RequestContext
from tests.support import jobs
from tests.support.cast import gather, member
from tests.support.clients import list_session, note_issuer, teach_clients
from tests.support.upstream import Misfortune, Upstream

teach_clients()

KEPT_TABLES = {"auth_permission", "django_content_type"}

SignIn = Callable[[User], Client]
ClientOf = Callable[[Membership], Client]
Later = Callable[[float], None]

# What no log line of the whole run may hold: secrets, names, addresses, texts, searches.
NEVER_LOGGED = (
    *("sandbox-token", "sandbox-key", "another-token", "lumiere-et-parfum", "a-key-for-the-tests"),
    *("Sofia", "Duarte", "Léa", "Moreau", "Camille", "Nadia", "@example.com", "C-100"),
    *("Hello!", "As answered", "filter[name]", "name="),
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """The mails that a test asked for are sent before its settings and data go."""
    if not jobs.are_done():
        jobs.settle()


@pytest.fixture(scope="session", autouse=True)
def _whole_log() -> Iterator[None]:
    """Every line that the run logs, as production would write it, searched at the end."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter(json_ensure_ascii=False))
    handler.addFilter(RequestContext())
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    lines = written.getvalue().splitlines()
    told = [line for line in lines if any(word in line for word in NEVER_LOGGED)]
    assert not told, f"{len(told)} lines of the log tell too much, the first: {told[0]}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A database of this run's own; an SQLite in a file, which threads can share."""
    from django.conf import settings  # noqa: PLC0415

    name = f"test-{os.getpid()}"
    if settings.ON_SQLITE:
        name = str(Path(settings.BASE_DIR) / f"tests/output/{name}.sqlite3")
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Empties the tables after a test that commits, but for what stays the same.

    Django would make the permissions and the types of content anew each time, a tenth of a second.
    """

    def flush(case: TransactionTestCase) -> None:
        for connection in connections.all(initialized_only=True):
            tables = connection.introspection.django_table_names(True, include_views=False)
            emptied = [table for table in tables if table not in KEPT_TABLES]
            flush = connection.ops.sql_flush(no_style(), emptied)
            connection.ops.execute_sql_flush(flush)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush)
        yield


def is_redis() -> bool:
    return bool(os.environ.get("CACHE_URL"))


@pytest.fixture(autouse=True)
def _seals_when_asked() -> None:
    """Seals nothing beside a test's requests: sealing would wait for their database."""
    request_finished.disconnect(dispatch_uid="seals")


@pytest.fixture(autouse=True)
def _plain(settings: Settings, tmp_path: Path) -> None:
    """Static files under their own names, quick passwords, a cache of the test's own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PIPELINE = {**settings.PIPELINE, "PIPELINE_ENABLED": False}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    own = {"KEY_PREFIX": tmp_path.name} if is_redis() else {"LOCATION": str(tmp_path / "cache")}
    settings.CACHES = {"default": {**settings.CACHES["default"], **own}}
    settings.BROKER_FOLDER = "" if settings.BROKER_URL else str(tmp_path / "queue")
    cache.clear()
    budget.forget()
    memories.forget()
    memories._forgets_again = math.inf  # in no test by chance
    # As a minute after the first page: the process knows that these brands have no index.
    index._unindexed.update(dict.fromkeys((3, 8), math.inf))


@pytest.fixture(autouse=True)
def _nobody_was_here() -> None:
    """A page leaves the language and the zone of its reader behind, until the next one."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _turns_begin_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute and no hour for which something is kept ends in the midst of a test by chance."""
    began: datetime | None = None

    def turn(seconds: int) -> int:
        nonlocal began
        now = timezone.now()
        began = began or now
        return int((now - began).total_seconds() // seconds)

    monkeypatch.setattr(tolerant, "turn", turn)


@pytest.fixture(autouse=True)
def _jobs_are_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second hides work from who times an answer. Here it would only take time."""
    monkeypatch.setattr(process_jobs, "PAUSE", 0.02)


@pytest.fixture(autouse=True)
def _time_enough(settings: Settings) -> None:
    """However busy the machine is. A test that is about time says how much there is."""
    settings.POPSELL_CONNECT_TIMEOUT = settings.POPSELL_READ_TIMEOUT = 30
    settings.POPSELL_DEADLINE = 60
    settings.REQUEST_DEADLINE = 120


@pytest.fixture(scope="session")
def _upstream() -> Iterator[Upstream]:
    upstream = Upstream(create_app())
    with running(upstream, handler=Misfortune) as url:
        upstream.url = url
        yield upstream


@pytest.fixture
def api(_upstream: Upstream, settings: Settings) -> Upstream:
    make_well(_upstream)
    settings.POPSELL_API_URL = _upstream.url
    return _upstream


def make_well(popsell: Upstream) -> None:
    """As at first, and nothing held against it."""
    popsell.start_over()
    breaker.reset()


@pytest.fixture
def brand(db: None) -> Brand:
    return Brand.objects.create(id=3, name="Maison Lumière")


@pytest.fixture
def other_brand(db: None) -> Brand:
    return Brand.objects.create(id=8, name="Nordsport")


@pytest.fixture
def manager(brand: Brand) -> Membership:
    return member("camille@example.com", brand, Role.MANAGER, "Camille Roy")


@pytest.fixture
def moderator(brand: Brand) -> Membership:
    return member("nadia@example.com", brand, Role.MODERATOR, "Nadia Benali")


@pytest.fixture
def viewer(brand: Brand) -> Membership:
    return member("hugo@example.com", brand, Role.VIEWER, "Hugo Lefèvre")


@pytest.fixture
def neighbour(other_brand: Brand) -> Membership:
    """A manager of another brand."""
    return member("nils@example.com", other_brand, Role.MANAGER, "Nils Berg")


@pytest.fixture
def stranger(db: None) -> User:
    """Signed in, of no brand."""
    return User.objects.create_user("stranger@example.com", "lumiere-et-parfum")


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@example.com", "lumiere-et-parfum")


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """All of the cast at once, instead of the fixtures above."""
    return gather()


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        note_issuer(session, user)
        session.save()
        list_session(session, user)
        return client

    return signed_in


@pytest.fixture
def client_of(sign_in: SignIn) -> ClientOf:
    return lambda membership: sign_in(membership.user)


@pytest.fixture
def client(client_of: ClientOf, moderator: Membership) -> Client:
    """The moderator's browser: moderators do most of the work."""
    return client_of(moderator)


@pytest.fixture
def anonymous() -> Client:
    """A browser without a sign-in."""
    return Client()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Put our clock, and the cache's, so many seconds ahead of the machine's."""
    real_time, real_now, gone = time.time, timezone.now, [0.0]

    def ahead(seconds: float) -> None:
        if is_redis():  # it has a clock of its own
            age_redis(seconds - gone[0])
            gone[0] = seconds
        monkeypatch.setattr(time, "time", lambda: real_time() + seconds)
        monkeypatch.setattr(timezone, "now", lambda: real_now() + timedelta(seconds=seconds))

    return ahead


def age_redis(seconds: float) -> None:
    """Let all that Redis keeps be nearer to its end."""
    backend: Any = cache
    redis = backend._cache.get_client(write=True)
    for key in redis.scan_iter():
        if (left := redis.pttl(key)) > 0:
            redis.pexpire(key, round(left - seconds * 1000))


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """A run in the background ignores Ctrl-C, and what it starts would too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
