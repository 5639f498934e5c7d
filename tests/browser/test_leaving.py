"""While a page is being left, no single key acts on it; on a page that stays, they act again"""

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from inbox.models import Act, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, focused, row
from tests.browser.keys import enter, help_, list_three, open_first, press
from tests.support.trail import acts
from tests.support.upstream import Upstream

HOME, PEOPLE = "/brands/3/", "/brands/3/ambassadors/"
LEAVING = "head[aria-busy=true]"


@pytest.fixture
def three(api: Upstream) -> Upstream:
    return list_three(api)


@pytest.mark.parametrize("how", ["by key", "by mouse"])
def test_on_the_way_to_another_page_no_key_acts(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_first(open_page, moderator)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    held = Held(page, f"**{HOME}")
    with page.expect_request(f"**{HOME}"):
        if how == "by key":
            press(page, "g h")
        else:
            link = page.get_by_role("link", name="Needs attention")
            link.click(no_wait_after=True)
    press(page, "e m c o j o x r ? g a 1")
    held.release()
    expect_path(page, HOME)
    assert [url for url in asked if "/chatrooms/" in url or "/ambassadors/" in url] == []
    assert not acts().filter(act=Act.REVIEW).exists()
    assert not three.calls("POST")


def stay(page: Page) -> None:
    """What the rail's links lead to is no page: the browser stays."""
    for path in (HOME, PEOPLE):
        page.route(f"**{path}", lambda route: route.fulfill(status=204))


@pytest.mark.parametrize("end", ["stopped", "after a while"])
def test_on_a_page_that_stays_keys_act_again(
    open_page: Open, moderator: Membership, three: Upstream, end: str
) -> None:
    page = enter(open_page, moderator)
    page.clock.install()
    stay(page)
    press(page, "j g h")
    expect(page.locator(LEAVING)).to_have_count(1)
    press(page, "j x")
    assert focused(page) == "open-1"
    if end == "stopped":
        press(page, "Escape")
    else:
        page.clock.run_for(9000)
        press(page, "x")
        page.clock.run_for(1000)
    expect(row(page, 0).box).not_to_be_checked()
    press(page, "x")
    expect(row(page, 0).box).to_be_checked()


def test_who_leaves_again_is_waited_for_anew(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    page.clock.install()
    stay(page)
    for name in ("Needs attention", "Ambassadors"):
        page.locator(".rail-nav").get_by_role("link", name=name).click()
        expect(page.locator(LEAVING)).to_have_count(1)
        page.clock.run_for(9000)
    press(page, "j")
    assert focused(page) != "open-1"
    page.clock.run_for(1000)
    press(page, "j")
    assert focused(page) == "open-1"


def test_after_a_file_keys_act_again_soon(open_page: Open, manager: Membership) -> None:
    page = enter(open_page, manager, f"{HOME}activity/")
    page.clock.install()
    a_file = {"Content-Disposition": "attachment; filename=activity.csv"}
    page.route("**/activity.csv*", lambda route: route.fulfill(headers=a_file, body="a,b"))
    with page.expect_download():
        page.locator("#download").press("Enter")
    expect(page.locator(LEAVING)).to_have_count(1)
    page.clock.run_for(3000)
    press(page, "?")
    expect(help_(page)).to_be_visible()


def test_who_is_asked_and_stays_or_leaves_finds_keys_quiet_for_a_moment(
    open_page: Open, manager: Membership
) -> None:
    page = enter(open_page, manager, f"{HOME}members/")
    page.clock.install()
    page.get_by_label("E-mail").fill("ines@example.com")
    page.once("dialog", Dialog.dismiss)
    page.get_by_role("link", name="Codes").click()
    expect(page.locator("a[aria-busy=true]")).to_have_count(0)
    press(page, "?")
    expect(help_(page)).to_be_hidden()
    page.clock.run_for(3000)
    press(page, "?")
    expect(help_(page)).to_be_visible()


def test_a_page_that_one_comes_back_to_has_its_keys(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    page.clock.install()
    stay(page)
    press(page, "/")
    page.keyboard.type("emma")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(page.get_by_role("dialog", name="Search")).to_be_hidden()
    press(page, "g h")
    expect(page.locator(LEAVING)).to_have_count(1)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    press(page, "j")
    assert focused(page) == "open-1"
