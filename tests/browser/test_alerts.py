"""A failure shows in view, without scrolling: at the foot, in the toast, in the head"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from inbox.models import Membership, Review
from tests.browser.conftest import Open
from tests.browser.inbox import settle, toast
from tests.browser.test_transcript import LONG, NARROW, WIDE, go
from tests.browser.test_undo import COVERED
from tests.support.runs import few
from tests.support.upstream import Upstream

SIZES = {"phone": NARROW, "wide": WIDE}
Misfortune = Callable[[Route], None]
FOOT = {"review": "#review-button", "note": "#note-button", "undo": "#undo-button"}


def abort(route: Route) -> None:
    route.abort()


def fail(route: Route) -> None:
    route.fulfill(status=500, body='<div class="alert">No: 500</div>', content_type="text/html")


def bad_gateway(route: Route) -> None:
    route.fulfill(status=502, body="<h1>Bad Gateway</h1>", content_type="text/html")


MISFORTUNES = {"abort": abort, "500": fail, "502": bad_gateway}


@pytest.fixture(params=list(SIZES.values()), ids=list(SIZES))
def page(
    request: pytest.FixtureRequest, open_page: Open, moderator: Membership, api: Upstream
) -> Page:
    who = {"brand": moderator.brand, "chatroom": 30670, "member": moderator}
    Review.objects.create(message=316460, member_name="Nadia Benali", **who)
    page = open_page(moderator, viewport=request.param)
    go(page, LONG)
    page.locator("#note").fill("Seen")
    return page


@pytest.mark.parametrize("misfortune", few(MISFORTUNES.values()), ids=MISFORTUNES)
@pytest.mark.parametrize("act", FOOT)
def test_what_fails_at_the_foot_is_said_there(page: Page, act: str, misfortune: Misfortune) -> None:
    page.route("**/note/" if act == "note" else "**/review/", misfortune)
    page.locator(FOOT[act]).press("Enter")
    said = page.locator("#alert-review .alert")
    expect(said).to_be_in_viewport(ratio=1)
    expect(page.locator("[role=alert] .alert")).to_have_count(1)
    expect(page.locator("#note")).to_have_value("Seen")
    expect(page.locator(FOOT[act])).to_be_focused()
    page.unroute("**/note/" if act == "note" else "**/review/")
    settle(page)
    page.locator(FOOT[act]).press("Enter")
    expect(said).to_have_count(0)


@pytest.mark.parametrize("act", FOOT)
def test_that_one_was_signed_out_is_said_at_the_foot(page: Page, act: str) -> None:
    page.context.clear_cookies()
    page.locator(FOOT[act]).press("Enter")
    expect(page.locator("#alert-review .alert")).to_contain_text("You were signed out.")
    expect(page.locator("#alert-review .alert")).to_be_in_viewport(ratio=1)


def test_what_failed_out_of_sight_comes_into_sight(page: Page) -> None:
    page.route("**/archive/", abort)
    page.locator("#archive-button").evaluate("one => one.click()")
    expect(page.locator("#alert-conversation .alert")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("misfortune", MISFORTUNES.values(), ids=MISFORTUNES)
def test_an_undo_that_fails_is_said_in_the_toast_which_tries_again(
    page: Page, misfortune: Misfortune
) -> None:
    page.locator("#archive-button").press("Enter")
    said = toast(page).get_by_text("Archived for Léa")
    expect(said).to_be_visible()
    page.route("**/undo/", misfortune)
    settle(page)
    toast(page).get_by_role("button", name="Undo").press("Enter")
    alert = toast(page).locator("[role=alert] .alert")
    expect(alert).to_be_in_viewport(ratio=1)
    expect(page.locator("[role=alert] .alert")).to_have_count(1)
    expect(said).to_be_hidden()
    again = toast(page).get_by_role("button", name="Retry")
    expect(again).to_have_count(1)
    expect(again).to_be_focused()
    assert page.evaluate(COVERED) == []
    page.unroute("**/undo/")
    settle(page)
    again.press("Enter")
    expect(toast(page)).to_contain_text("Taken out of the archive for Léa")
    expect(alert).to_have_count(0)


def test_in_the_toast_it_says_that_one_was_signed_out_and_where_to_sign_in(page: Page) -> None:
    page.locator("#archive-button").press("Enter")
    expect(toast(page)).to_contain_text("Archived for Léa")
    page.context.clear_cookies()
    settle(page)
    toast(page).get_by_role("button", name="Undo").press("Enter")
    alert = toast(page).locator("[role=alert] .alert")
    expect(alert).to_contain_text("You were signed out.")
    expect(alert.get_by_role("link", name="Sign in in another tab")).to_be_in_viewport(ratio=1)
