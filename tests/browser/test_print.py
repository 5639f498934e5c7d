"""A case file in a browser: loaded whole with progress, stopped, printed; and other pages on paper"""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import focused, settle
from tests.browser.test_pages import assert_fits, listen
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.pages import INBOX
from tests.support.upstream import Pages, Upstream

TALK = f"{INBOX}chatrooms/8/"
CASE = f"{TALK}case-file/"
CONTROLS = (
    "button, form, progress, [popover], .rail, .tools, .filters, .pager nav, .toast, .skip,"
    ".conversation-back"
)
WHITE = "rgb(255, 255, 255)"


def talk(api: Upstream, count: int = 30, per_page: int = 5) -> Pages:
    """A conversation that takes several parts: the first failure is mended by then."""
    api.conversation(chatroom())
    return api.said([message(number) for number in range(count, 0, -1)], per_page)


def status(page: Page) -> Locator:
    return page.locator("#case > p").first


def shown(page: Page) -> list[int]:
    ids: list[str] = page.locator(".message").evaluate_all("all => all.map((one) => one.id)")
    return [int(id_.removeprefix("message-")) for id_ in ids]


def hold_back(page: Page) -> list[Route]:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/*at=*", hold)
    return waiting


def halted(page: Page, api: Upstream) -> Pages:
    """The newest 2 of 6 pages, where Popsell stopped."""
    pages = talk(api)
    pages.broken.add(3)
    page.goto(CASE)
    page.wait_for_load_state()
    expect(status(page)).to_contain_text("Incomplete: the newest 2 of 6 pages, 10 messages")
    pages.broken.clear()
    return pages


@pytest.fixture
def page(open_page: Open, moderator: Membership) -> Page:
    return open_page(moderator)


def prints(page: Page) -> int:
    count: int = page.evaluate("window.printed ?? 0")
    return count


def test_it_is_loaded_whole_and_then_printed(page: Page, api: Upstream) -> None:
    heard = listen(page)
    page.add_init_script("window.print = () => { window.printed = (window.printed ?? 0) + 1; }")
    halted(page, api)
    expect(page.locator("[data-prints]")).to_have_count(0)
    settle(page)
    page.get_by_role("button", name="Continue (2 of 6 pages)").press("Enter")
    expect(status(page)).to_contain_text("Complete: 30 messages")
    assert shown(page) == list(range(1, 31))
    expect(page.locator(".day")).to_have_count(1)
    expect(page.locator("#status")).to_contain_text("The whole conversation is here.")
    button = page.get_by_role("button", name="Print or save")
    expect(button).to_be_focused()
    settle(page)
    button.press("Enter")
    assert prints(page) == 1
    assert heard == []


def test_it_leads_there_from_the_conversation_and_back(page: Page, api: Upstream) -> None:
    talk(api, 3)
    page.goto(TALK)
    page.wait_for_load_state()
    settle(page)
    page.locator(".details summary").click()
    page.get_by_role("link", name="Print or save").click()
    expect(status(page)).to_contain_text("Complete: 3 messages")
    page.get_by_role("link", name="Back to the conversation").click()
    expect(page.locator("#conversation h2")).to_have_text("Sofia Duarte")


def test_it_can_be_stopped_and_gone_on_with(page: Page, api: Upstream) -> None:
    halted(page, api)
    waiting = hold_back(page)
    settle(page)
    with page.expect_request("**/*at=*"):
        page.locator("#case [type=submit]").press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    expect(page.locator("[data-fresh]")).to_have_count(0)
    stop.press("Enter")
    expect(page.locator("#case [type=submit]")).to_be_focused()
    for route in waiting:
        route.continue_()
    page.unroute("**/*at=*")
    settle(page)
    assert shown(page) == list(range(21, 31))  # what came after the stop is left
    page.locator("#case [type=submit]").press("Enter")
    expect(status(page)).to_contain_text("Complete: 30 messages")
    assert shown(page) == list(range(1, 31))


def test_names_go_where_a_later_part_hides_them(page: Page, api: Upstream) -> None:
    people = [lea(8), participant(555, 8, username="sofia.d")]
    api.conversation(chatroom(ambassadors=people))
    said = [message(n, person(555, anonymized=n < 10)) for n in range(20, 0, -1)]
    api.said(said, per_page=5).broken.add(2)
    page.goto(CASE)
    page.wait_for_load_state()
    expect(page.locator(".case")).to_contain_text("Sofia Duarte")
    expect(page.locator(".case")).to_contain_text("@sofia.d")
    assert api.talk
    api.talk.broken.clear()
    settle(page)
    page.locator("#case [type=submit]").press("Enter")
    expect(status(page)).to_contain_text("Complete: 20 messages")
    for word in ("Sofia", "@sofia.d", "p…@"):
        expect(page.locator(".case")).not_to_contain_text(word)
    expect(page.locator(".message-by").first).to_contain_text("Anonymized account")


def on_paper(page: Page) -> Page:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 680, "height": 960})
    return page


def test_on_paper_it_says_how_much_is_missing(page: Page, api: Upstream) -> None:
    halted(page, api)
    on_paper(page)
    expect(status(page)).to_be_visible()
    expect(status(page)).to_contain_text("Incomplete: the newest 2 of 6 pages")
    for control in page.locator(CONTROLS).all():
        expect(control).to_be_hidden()


def colours(page: Page, selector: str) -> tuple[str, str]:
    """Of the words, and behind them."""
    found = page.locator(selector).first.evaluate(
        "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    )
    return found[0], found[1]


@pytest.mark.parametrize("address", [INBOX, f"{INBOX}chatrooms/30670/", CASE])
def test_on_paper_words_are_dark_and_nothing_can_be_pressed(
    page: Page, api: Upstream, address: str
) -> None:
    if address == CASE:
        api.conversation(chatroom(), message(2, lea(8)), message(1))
    page.goto(address)
    page.wait_for_load_state()
    assert colours(on_paper(page), "body")[1] == WHITE
    words = (
        [".row-name a"] if address == INBOX else [".message-words", ".message.own .message-words"]
    )
    for selector in words:
        ink, behind = colours(page, selector)
        assert ink.startswith(("rgb(0, 0, 0", "oklch(0.2", "oklch(0 ", "color(srgb 0 0 0"))
        assert behind in (WHITE, "rgba(0, 0, 0, 0)")
    for control in page.locator(CONTROLS).all():
        assert not control.is_visible() or control.evaluate("one => Boolean(one.closest('.older'))")
    assert_fits(page)


def test_on_paper_a_conversation_says_that_there_is_more(page: Page, api: Upstream) -> None:
    page.goto(f"{INBOX}chatrooms/30670/")
    page.wait_for_load_state()
    expect(on_paper(page).locator("#older")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "part"), [(INBOX, ".rows"), (TALK, ".rows"), (TALK, ".transcript")]
)
def test_on_wide_paper_a_page_fills_it_too(
    open_page: Open, moderator: Membership, api: Upstream, path: str, part: str
) -> None:
    talk(api)
    page = open_page(moderator, viewport={"width": 1123, "height": 794})
    page.goto(path)
    page.emulate_media(media="print")
    box = page.locator(part).bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 1123)


def test_without_scripts_it_goes_on_in_pieces(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False)
    pages = talk(api)
    pages.broken.add(3)
    page.goto(CASE)
    pages.broken.clear()
    page.get_by_role("button", name="Continue (2 of 6 pages)").click()
    expect(status(page)).to_contain_text("Incomplete: pages 3 to 6 of 6")
    assert shown(page) == list(range(1, 21))
    talk(api, 3)
    page.goto(CASE)
    expect(page.locator("[data-prints]")).to_be_hidden()
    expect(page.locator("#case")).to_contain_text("use your browser's Print")
    assert focused(page) == "body"


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_it_fits(open_page: Open, moderator: Membership, api: Upstream, width: int) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 800})
    halted(page, api)
    assert_fits(page)
