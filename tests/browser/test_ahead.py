"""What is likely to be opened next is read ahead: the row that one rests on, and the one below"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from inbox.models import Membership
from tests.browser.conftest import Open, carry_session
from tests.browser.inbox import region, row, settle
from tests.browser.keys import enter, list_three, open_first, press
from tests.conftest import SignIn
from tests.support.pages import INBOX
from tests.support.trail import viewings
from tests.support.upstream import Upstream

RESTED = 120  # milliseconds: a little more than a pointer rests on a row until it is read


@pytest.fixture(autouse=True)
def _three(api: Upstream) -> None:
    list_three(api)


@pytest.fixture
def open_plain(
    chromium: Browser, live_server: LiveServer, api: Upstream, sign_in: SignIn
) -> Iterator[Open]:
    """A page as `open_page` has it, without a route: that lets the browser ask for all anew."""
    with ExitStack() as stack:

        def opened(who: Membership) -> Page:
            context = chromium.new_context(base_url=live_server.url)
            stack.callback(context.close)
            carry_session(context, live_server, sign_in, who.user)
            return context.new_page()

        yield opened


def is_ahead(number: int) -> str:
    return f"**{INBOX}chatrooms/{number}/ahead/"


def asked(page: Page) -> list[str]:
    """The addresses that are read ahead from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/ahead/"):
            found.append(request.url.split("/")[-3])

    page.on("request", note)
    return found


def read_ahead(open_page: Open, moderator: Membership) -> Page:
    """The first one's page, once the second was read ahead. Its clock stands."""
    page = open_page(moderator)
    page.clock.install()
    page.goto(f"{INBOX}chatrooms/1/")
    page.locator(".conversation-head h2").hover()
    with page.expect_response(is_ahead(2)):
        page.clock.run_for(2 * RESTED)
    settle(page)
    return page


def test_a_row_that_the_pointer_rests_on(
    open_plain: Open, moderator: Membership, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 60  # so that the page asks for no news meanwhile
    page = enter(open_plain, moderator)
    with page.expect_response(is_ahead(2)) as answered:
        row(page, 1).here.hover()
    assert answered.value.status == 204
    assert not viewings().exists()
    with page.expect_response(f"**{INBOX}chatrooms/2/"):
        before = len(api.sent)
        row(page, 1).here.click()
    assert len(api.sent) == before
    expect(region(page).locator("h2")).to_have_text("Person 2")
    assert viewings().get().chatroom == 2


def test_a_row_that_has_the_focus(open_page: Open, moderator: Membership) -> None:
    page = enter(open_page, moderator)
    with page.expect_response(is_ahead(1)):
        press(page, "j")


def test_nothing_while_rows_are_passed(open_page: Open, moderator: Membership) -> None:
    page = enter(open_page, moderator)
    found = asked(page)
    with page.expect_response(is_ahead(3)):
        # In one step of the page, so that no slow machine rests on a row in between.
        page.evaluate(
            "() => [...document.querySelectorAll('.row-name a')].forEach((link) => link.focus())"
        )
    assert found == ["3"]


def test_the_one_below_the_open_one(open_page: Open, moderator: Membership) -> None:
    page = enter(open_page, moderator)
    with page.expect_response(is_ahead(2)):
        press(page, "j o")
        expect(region(page).locator("h2")).to_have_text("Person 1")


def test_the_one_below_may_stand_in_another_band(open_page: Open, moderator: Membership) -> None:
    """As `e` goes on there."""
    page = enter(open_page, moderator)
    page.evaluate(
        """() => {
          const list = document.querySelector("#chatroom-1").parentElement;
          list.after(list.cloneNode());
          list.nextElementSibling.append(...[...list.children].slice(1));
        }"""
    )
    with page.expect_response(is_ahead(2)):
        press(page, "j o")
        expect(region(page).locator("h2")).to_have_text("Person 1")


def test_one_at_a_time(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.clock.install()
    page.goto(INBOX)
    found = asked(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(is_ahead(1), hold)
    row(page, 0).here.hover()
    with page.expect_request(is_ahead(1)):
        page.clock.run_for(RESTED)
    row(page, 1).here.hover()
    page.clock.run_for(10 * RESTED)
    assert found == ["1"]
    with page.expect_response(is_ahead(1)):
        held[0].continue_()
    with page.expect_response(is_ahead(2)):
        page.clock.run_for(2 * RESTED)
    assert found == ["1", "2"]


def test_what_fails_is_said_by_nobody(open_page: Open, moderator: Membership) -> None:
    page = enter(open_page, moderator)
    page.route(is_ahead(1), lambda route: route.abort())
    with page.expect_event("requestfailed"):
        row(page, 0).here.hover()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_text([""] * 0)
    row(page, 0).here.click()
    expect(region(page).locator("h2")).to_have_text("Person 1")


def test_where_it_may_be_old_its_news_come_at_once(open_plain: Open, moderator: Membership) -> None:
    """Tests keep no reading for longer than no time: this one counts as old."""
    page = enter(open_plain, moderator)
    with page.expect_response(is_ahead(1)):
        row(page, 0).here.hover()
    with page.expect_response(
        lambda found: "inbox-shown" in found.request.headers and "/chatrooms/1/" in found.url,
        timeout=8000,  # before the ten seconds after which it asks by itself
    ):
        row(page, 0).here.click()


def test_nothing_in_a_page_that_is_paused(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.clock.install()
    page.goto(INBOX)
    page.get_by_role("button", name="Pause").click()
    found = asked(page)
    row(page, 0).here.hover()
    page.clock.run_for(10 * RESTED)
    assert found == []


def test_the_one_below_is_read_anew_once_somebody_moves(
    open_page: Open, moderator: Membership
) -> None:
    """Not by itself, in a page that nobody looks at."""
    page = read_ahead(open_page, moderator)
    found = asked(page)
    page.clock.run_for(55_000)
    assert found == []
    with page.expect_response(is_ahead(2)):
        page.locator(".transcript").hover()
        page.clock.run_for(2 * RESTED)


def test_an_open_one_is_not_read_again(open_page: Open, moderator: Membership) -> None:
    page = open_first(open_page, moderator)
    found = asked(page)
    row(page, 0).here.hover()
    with page.expect_response(is_ahead(3)):
        row(page, 2).here.hover()
    assert "1" not in found


def test_a_row_that_changes_is_not_rested_on(open_page: Open, moderator: Membership) -> None:
    """As news come to it: what is opened next is still the one below."""
    page = read_ahead(open_page, moderator)
    found = asked(page)
    page.evaluate("htmx.trigger('#chatroom-3', 'htmx:afterSettle', {})")
    page.clock.run_for(10 * RESTED)
    assert found == []
    with page.expect_response(is_ahead(3)):
        row(page, 2).here.hover()
        page.clock.run_for(2 * RESTED)
