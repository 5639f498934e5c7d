"""Chromium in front of the site, which a thread serves with the test's database."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Semaphore
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from inbox.models import Membership, User
from tests.conftest import SignIn
from tests.stack.chromium import ARGUMENTS, CHROMIUM, find_browser
from tests.support.upstream import Upstream

PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

LAST = 10  # seconds at most for what is still under way when a test is over
# The longest wait for a page, in milliseconds, also on a busy machine. After ten seconds the page asks
# again by itself and takes a press again. That must not pass for an immediate answer.
PATIENCE = 9000

expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]


class Site(LiveServer):
    """Serves stylesheets, scripts and pictures itself, as production does."""

    def __init__(self, address: str) -> None:
        super().__init__(address, start=False)
        self.thread.static_handler = lambda handler: handler  # type: ignore[assignment]
        self.start()


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings with which files are served as in production: one stylesheet, one script.

    With a file per component, a page would ask for sixty.
    """
    storages = {"staticfiles": {"BACKEND": "inbox.storage.BundledStorage"}}
    changed = {
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STORAGES": {**settings.STORAGES, **storages},
        "PIPELINE": {**settings.PIPELINE, "PIPELINE_ENABLED": True},
        "WHITENOISE_AUTOREFRESH": False,
    }
    with override_settings(**changed):
        call_command("collectstatic", interactive=False, verbosity=0)
    return changed


@pytest.fixture(scope="session")
def live_server(bundled: dict[str, Any]) -> Iterator[LiveServer]:
    with override_settings(**bundled):
        server = Site("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _bundled(_plain: None, bundled: dict[str, Any], settings: Settings) -> None:
    for name, value in bundled.items():
        setattr(settings, name, value)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = find_browser()
    if not path:
        pytest.skip(f"there is no {CHROMIUM}: nothing was tried in a browser")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, where Django refuses to ask its database.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _answered() -> Iterator[None]:
    """What a page asked last is answered before the test's settings and data go."""
    under_way = Semaphore(0)
    count = [0]

    def began(**_signal: object) -> None:
        count[0] += 1

    def ended(**_signal: object) -> None:
        under_way.release()

    request_started.connect(began)
    request_finished.connect(ended)
    yield
    ends = time.monotonic() + LAST
    while count[0] and time.monotonic() < ends:
        count[0] -= under_way.acquire(timeout=max(ends - time.monotonic(), 0))
    request_started.disconnect(began)
    request_finished.disconnect(ended)


@pytest.fixture
def open_page(
    chromium: Browser, live_server: LiveServer, api: Upstream, sign_in: SignIn
) -> Iterator[Open]:
    """A page in a browser of its own: anonymous, or signed in as somebody."""
    with ExitStack() as stack:

        def opened(who: Membership | User | None = None, **options: Any) -> Page:
            context = chromium.new_context(**{"base_url": live_server.url, **options})
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.route("https://images.popsell.example/**", _picture)
            if who:
                user = who.user if isinstance(who, Membership) else who
                carry_session(context, live_server, sign_in, user)
            return context.new_page()

        yield opened


def _picture(route: Route) -> None:
    route.fulfill(body=PIXEL, content_type="image/svg+xml")


def carry_session(
    context: BrowserContext, live_server: LiveServer, sign_in: SignIn, user: User
) -> None:
    name = settings.SESSION_COOKIE_NAME
    value = sign_in(user).cookies[name].value
    context.add_cookies(
        [
            {
                "name": name,
                "value": value,
                "url": live_server.url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
