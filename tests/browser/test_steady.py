"""Rows keep their place and their buttons while they get the focus, lose it, and are opened"""

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from inbox.models import Brand, IndexedAmbassador, IndexedBrand, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, focused, row, settle
from tests.browser.keys import enter, list_three, press
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.indexed import HOUR, MINUTE, keep, listed
from tests.support.pages import INBOX
from tests.support.upstream import Upstream
from tests.support.waiting import has_index, knows

HOME, PEOPLE = "/brands/3/", "/brands/3/ambassadors/"
COUNT = 12
SIZES = pytest.mark.parametrize("size", [(1440, 900), (1024, 768)], ids=str)
Boxes = list[dict[str, float]]


def room(id_: int) -> Json:
    """With Person 1, 2 and so on, whose rows have two lines or three."""
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    now = timezone.now()
    sent = (now - 3 * HOUR - id_ * MINUTE).isoformat()
    last = message(16, lea(id_) if id_ % 3 else other, date_insert=sent, content="Anybody there?")
    rating = {"value": 1, "comment": "Nobody came", "date_insert": (now - HOUR).isoformat()}
    return chatroom(
        id_,
        ambassadors=[lea(id_), other],
        last_message=last,
        last_message_date=sent,
        last_rating=rating,
    )


@pytest.fixture
def _many(api: Upstream, brand: Brand) -> None:
    keep()
    now = timezone.now()
    IndexedBrand.objects.update(directory_read=now)
    IndexedAmbassador.objects.update(name="Léa Moreau", status="6", read_at=now, walked=now)
    rooms = [room(id_) for id_ in range(1, COUNT + 1)]
    listed(*rooms, at=now)
    api.listing(*rooms)
    for one in rooms:
        api.conversation(one, one["last_message"])


def home(open_page: Open, moderator: Membership, size: tuple[int, int] = (1440, 900)) -> Page:
    page = open_page(moderator, viewport={"width": size[0], "height": size[1]})
    page.goto(HOME)
    page.wait_for_load_state()
    return page


def boxes(page: Page, selector: str) -> Boxes:
    """Where they are on the page, wherever it is scrolled to."""
    found: Boxes = page.locator(selector).evaluate_all(
        """(all) => all.map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect();
          return { x, y: y + scrollY, width, height };
        })"""
    )
    return found


def press_slowly(page: Page, button: Locator) -> None:
    """As a hand does: what the focus changes when the button goes down is drawn before it comes up."""
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, box["y"] + box["height"] / 2)
    page.mouse.down()
    expect(button).to_be_focused()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert button.bounding_box() == box
    page.mouse.up()


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("act", ["Claim", "Reviewed"])
def test_the_row_with_the_focus_takes_the_pointers_press(
    open_page: Open, moderator: Membership, act: str
) -> None:
    page = home(open_page, moderator)
    which = page.locator(".queued:has(button[data-key=e])").nth(1).get_attribute("id")
    place = page.locator(f"#{which}")
    while not place.locator("a:focus").count():
        press(page, "j")
    button = place.get_by_role("button", name=act)
    expect(button.locator("kbd")).to_be_visible()
    press_slowly(page, button)
    if act == "Claim":
        expect(place).to_contain_text("you have it")
    else:
        expect(place).to_contain_text("Reviewed by you")
    expect_path(page, HOME)


def test_so_does_the_row_of_an_inbox(open_page: Open, moderator: Membership, api: Upstream) -> None:
    list_three(api)
    page = enter(open_page, moderator)
    press(page, "j")
    first = row(page)
    expect(first.button.locator("kbd")).to_be_visible()
    press_slowly(page, first.button)
    first.expect_read()
    expect_path(page, INBOX)


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("path", [HOME, INBOX])
def test_the_focus_moves_no_row_and_no_button(
    open_page: Open, moderator: Membership, path: str
) -> None:
    page = enter(open_page, moderator, path)
    page.wait_for_load_state()
    parts = ".row, .row .button"
    before = boxes(page, parts)
    for _ in range(3):
        press(page, "j")
        assert boxes(page, parts) == before, focused(page)


@SIZES
@pytest.mark.usefixtures("_many")
def test_the_row_one_moves_to_is_whole_and_above_the_pager(
    open_page: Open, moderator: Membership, size: tuple[int, int]
) -> None:
    page = home(open_page, moderator, size)
    for step in "j" * COUNT + "k" * COUNT:
        press(page, step)
        one = page.locator(".queued:has(a:focus)").bounding_box()
        pager = page.locator(".pager").bounding_box()
        assert one
        assert pager
        assert one["y"] >= 0
        assert one["y"] + one["height"] <= pager["y"], focused(page)


@SIZES
@pytest.mark.usefixtures("_many")
def test_no_row_moves_when_one_is_opened(
    open_page: Open, moderator: Membership, size: tuple[int, int]
) -> None:
    page = home(open_page, moderator, size)
    before = boxes(page, ".row")
    for place in (0, 4, 5):
        link = page.locator(".row-name a").nth(place)
        name = link.inner_text()
        link.click()
        expect(page.locator("#conversation h2")).to_have_text(name)
        settle(page)
        assert boxes(page, ".row") == before


def test_columns_to_sort_by_lie_over_the_rows_where_they_show_with_the_focus(
    open_page: Open, moderator: Membership, api: Upstream, brand: Brand
) -> None:
    has_index(brand)
    for number in (101, 102, 103):
        knows(number, f"Person {number}")
    page = open_page(moderator, viewport={"width": 800, "height": 900})
    page.goto(PEOPLE)
    before = boxes(page, ".person")
    page.locator(".people thead a").first.focus()
    assert page.locator(".people thead").evaluate("(one) => one.offsetHeight") > 24
    assert boxes(page, ".person") == before
