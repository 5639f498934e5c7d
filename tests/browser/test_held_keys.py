"""A key acts once a press, and on what is shown: held keys, keys on the way to another page"""

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Act, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, focused, region, row, settle, status
from tests.browser.keys import enter, help_, list_three, open_first, press, search
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"


@pytest.fixture
def three(api: Upstream) -> Upstream:
    return list_three(api)


def reviews() -> list[int]:
    """The conversations that were reviewed, in order."""
    done = acts().filter(act=Act.REVIEW).order_by("pk")
    return [one.chatroom or 0 for one in done]


def hold(page: Page, key: str) -> None:
    """A key that is pressed and held: after the first time it repeats."""
    for _ in range(6):
        page.keyboard.down(key)


def test_a_held_e_reviews_one_conversation(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_first(open_page, moderator)
    hold(page, "e")
    expect(region(page).locator("h2")).to_have_text("Person 2")
    settle(page)
    hold(page, "e")
    page.keyboard.up("e")
    page.wait_for_load_state("networkidle")
    assert reviews() == [1]
    expect(region(page).locator("h2")).to_have_text("Person 2")
    press(page, "e")
    expect(region(page).locator("h2")).to_have_text("Person 3")
    assert reviews() == [1, 2]


def test_j_and_k_alone_go_on_while_they_are_held(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    hold(page, "j")
    assert focused(page) == "open-3"
    hold(page, "k")
    assert focused(page) == "open-1"
    hold(page, "x")
    expect(row(page, 0).box).to_be_checked()
    hold(page, "?")
    expect(help_(page)).to_be_visible()
    page.keyboard.up("?")
    page.keyboard.press("Escape")
    hold(page, "m")
    row(page, 0).expect_read()
    settle(page)
    hold(page, "m")
    page.wait_for_load_state("networkidle")
    assert len(three.calls("POST")) == 1


def test_a_held_enter_presses_once(open_page: Open, moderator: Membership, api: Upstream) -> None:
    page = enter(open_page, moderator, f"{INBOX}chatrooms/30670/")
    page.get_by_role("button", name="Archive", exact=True).focus()
    hold(page, "Enter")
    expect(page.get_by_role("button", name="Unarchive")).to_be_focused()
    settle(page)
    hold(page, "Enter")
    page.wait_for_load_state("networkidle")
    assert len(api.calls("PATCH")) == 1


def test_a_slash_that_is_held_types_nothing(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    hold(page, "/")
    expect(search(page)).to_be_focused()
    hold(page, "/")
    expect(search(page)).to_have_value("")
    page.keyboard.up("/")
    page.keyboard.type("a/b")
    expect(search(page)).to_have_value("a/b")


def test_a_key_held_since_another_page_does_not_act(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_first(open_page, moderator)
    page.keyboard.down("e")
    expect(region(page).locator("h2")).to_have_text("Person 2")
    page.reload()
    hold(page, "e")
    page.wait_for_load_state("networkidle")
    assert reviews() == [1]
    page.keyboard.up("e")
    press(page, "e")
    expect(region(page).locator("h2")).to_have_text("Person 3")


def test_e_waits_for_the_next_conversation(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_first(open_page, moderator)
    held = Held(page, "**/chatrooms/2/**")
    press(page, "e")
    expect(row(page, 1).link).to_have_attribute("aria-current", "true")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    press(page, "e m e")
    for name in ("Reviewed, next", "Archive"):
        page.get_by_role("button", name=name).click(force=True)
        page.get_by_role("button", name=name).press("Enter")
    expect(region(page).locator("h2")).to_have_text("Person 1")
    row(page, 1).link.focus()
    held.release()
    expect(region(page).locator("h2")).to_have_text("Person 2")
    expect(region(page)).not_to_have_attribute("aria-busy", "true")
    settle(page)
    press(page, "e")
    expect(region(page).locator("h2")).to_have_text("Person 3")
    assert reviews() == [1, 2]
    assert not [*three.calls("POST"), *three.calls("PATCH")]


@pytest.mark.parametrize("how", ["by key", "by mouse"])
def test_where_the_next_does_not_open_e_does_nothing(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_first(open_page, moderator)
    page.route("**/chatrooms/2/**", lambda route: route.abort())
    if how == "by key":
        press(page, "e")
    else:
        page.get_by_role("button", name="Reviewed, next").click()
    expect(row(page, 1).alert).not_to_be_empty()
    settle(page)
    press(page, "e e e")
    page.wait_for_load_state("networkidle")
    assert reviews() == [1]
    page.unroute_all()
    press(page, "o")
    expect(region(page).locator("h2")).to_have_text("Person 2")


def test_an_answer_for_a_row_stays_out_of_another_conversation(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_first(open_page, moderator)
    held = Held(page, "**/chatrooms/1/read/")
    press(page, "m j j o")
    expect(region(page).locator("h2")).to_have_text("Person 3")
    held.release()
    row(page, 0).expect_read()
    actions = region(page).locator("form").evaluate_all("all => all.map((one) => one.action)")
    assert all("/chatrooms/3/" in one for one in actions)
    settle(page)
    press(page, "m")
    row(page, 2).expect_read()
    paths = [call.path for call in three.calls("POST")]
    assert len(paths) == 2
    assert "/chatrooms/3/" in paths[1]


def test_who_is_on_the_way_elsewhere_is_not_led_to_the_next(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_first(open_page, moderator)
    review = Held(page, "**/chatrooms/1/review/")
    third = Held(page, "**/chatrooms/3/**")
    press(page, "e j j o")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    review.release()
    expect(status(page)).to_contain_text("Reviewed")
    third.release()
    expect(region(page).locator("h2")).to_have_text("Person 3")
    page.wait_for_load_state("networkidle")
    expect_path(page, f"{INBOX}chatrooms/3/")
    assert focused(page) == "open-3"


def test_a_key_shows_first_where_the_pointer_left_the_focus(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    row(page, 2).box.click()
    press(page, "m")
    expect(row(page, 2).box).to_be_focused()
    page.wait_for_load_state("networkidle")
    assert not three.calls("POST")
    press(page, "m")
    row(page, 2).expect_read()


def test_with_the_focus_nowhere_keys_act_on_the_row_that_is_highlighted(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator, f"{INBOX}chatrooms/3/")
    press(page, "x")
    expect(row(page, 2).box).to_be_checked()
    press(page, "m")
    row(page, 2).expect_read()
    (call,) = three.calls("POST")
    assert "/chatrooms/3/" in call.path


def test_what_is_not_visible_is_not_pressed(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    """On a narrow screen an open conversation hides its list."""
    page = open_page(moderator, viewport={"width": 800, "height": 800})
    page.goto(f"{INBOX}chatrooms/3/")
    expect(row(page, 2).here).to_be_hidden()
    press(page, "x o j m")
    expect(page.locator("#read-conversation")).to_have_text("Read")
    expect(page.locator(".row-check :checked")).to_have_count(0)
    expect_path(page, f"{INBOX}chatrooms/3/")
    press(page, "g a")
    expect_path(page, PEOPLE)
