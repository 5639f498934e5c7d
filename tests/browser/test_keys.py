"""Single keys: what each does, when none does anything, and where they are shown"""

import re

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, focused, region, row, settle, status
from tests.browser.keys import enter, help_, list_three, press, room
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

HOME = "/brands/3/"
PEOPLE, SEARCH = "/brands/3/ambassadors/", "/brands/3/search/"


@pytest.fixture
def three(api: Upstream) -> Upstream:
    return list_three(api)


# Rows


def test_j_and_k_move_between_rows(open_page: Open, moderator: Membership, three: Upstream) -> None:
    page = enter(open_page, moderator)
    press(page, "j")
    assert focused(page) == "open-1"
    press(page, "j j")
    assert focused(page) == "open-3"
    press(page, "j")
    assert focused(page) == "open-3"
    press(page, "k k k")
    assert focused(page) == "open-1"
    row(page, 1).box.or_(row(page, 1).here.locator(".read")).first.focus()
    press(page, "j")
    assert focused(page) == "open-3"


def test_the_row_one_moves_to_is_never_covered(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator)
    for step in "j" * 14 + "k" * 14:
        press(page, step)
        hit = page.evaluate(
            """() => {
              const row = document.activeElement.closest(".row").getBoundingClientRect();
              const at = (y) => document.elementFromPoint(row.left + row.width / 2, y)?.closest(".row");
              const own = document.activeElement.closest(".row");
              return at(row.top + 4) === own && at(row.bottom - 4) === own;
            }"""
        )
        assert hit, focused(page)


@pytest.mark.parametrize("key", ["o", "Enter"])
def test_a_row_is_opened_and_then_entered(
    open_page: Open, moderator: Membership, three: Upstream, key: str
) -> None:
    page = enter(open_page, moderator)
    press(page, f"j j {key}")
    expect(region(page).locator("h2")).to_have_text("Person 2")
    expect_path(page, f"{INBOX}chatrooms/2/")
    assert focused(page) == "open-2"
    settle(page)
    press(page, key)
    assert focused(page) == "conversation"
    press(page, "j")
    assert focused(page) == "open-3"


def test_m_marks_the_row_read_and_x_selects_it(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "j x")
    expect(row(page, 0).box).to_be_checked()
    press(page, "x")
    expect(row(page, 0).box).not_to_be_checked()
    press(page, "m")
    row(page, 0).expect_read()
    expect(status(page)).to_have_text("Marked read for Léa: Person 1.")
    assert focused(page) == "open-1"
    assert len(three.calls("POST")) == 1


def test_m_never_marks_another_conversation_than_the_rows(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "j o")
    expect(page.locator("#read-conversation")).to_be_visible()
    press(page, "j m x")
    assert focused(page) == "open-2"
    page.wait_for_load_state("networkidle")
    assert not three.calls("POST")


def test_m_in_a_conversation_marks_that_one(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "j j j o")
    expect(region(page).locator("h2")).to_have_text("Person 3")
    settle(page)
    press(page, "o m")
    row(page, 2).expect_read()
    expect(page.locator("#read-conversation")).to_have_text("Read")
    (call,) = three.calls("POST")
    assert "/chatrooms/3/" in call.path


def test_what_comes_in_can_be_pressed_at_once(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
             const button = document.getElementById("read-conversation");
             if (!button) return;
             observer.disconnect();
             button.click();
           }).observe(document.getElementById("conversation"), {childList: true, subtree: true})"""
    )
    press(page, "j j j o")
    row(page, 2).expect_read()
    assert focused(page) == "open-3"  # the page was not loaded again


# The page


def test_r_refreshes(open_page: Open, moderator: Membership, three: Upstream) -> None:
    page = enter(open_page, moderator)
    press(page, "j r")
    expect(status(page)).to_have_text("Nothing new.")
    three.listing(room(4), room(1), room(2))
    press(page, "r")
    expect(page.locator("#chatroom-4")).to_be_visible()
    assert focused(page) == "open-1"


def test_g_a_leads_to_the_ambassadors_where_rows_are_people(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "g x a a")
    expect_path(page, INBOX)
    press(page, "g a")
    expect_path(page, PEOPLE)
    page.wait_for_load_state()
    press(page, "j")
    expect(page.locator(".person-name a").first).to_be_focused()
    press(page, "j k o")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/ambassadors/\d+/$"))


def test_g_is_forgotten_after_a_moment(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.clock.install()
    page.goto(INBOX)
    press(page, "g")
    page.clock.run_for(2000)
    press(page, "a")
    expect_path(page, INBOX)


# Searching


def people(page: Page) -> Locator:
    return page.get_by_label("Search ambassadors by name")


def test_ambassadors_are_searched_as_one_types(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator, PEOPLE)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "name=" in request.url:
            asked.append(request.url.split("name=")[1])

    page.on("request", note)
    people(page).press_sequentially("moreau", delay=20)
    expect(page.locator(".person")).to_have_count(1)
    expect(page.locator(".person")).to_contain_text("Léa Moreau")
    expect(people(page)).to_be_focused()
    expect_path(page, f"{PEOPLE}?name=moreau")
    assert asked == ["moreau"]
    people(page).fill("")
    expect(page.locator(".person")).to_have_count(12)


def test_a_search_that_was_overtaken_is_cancelled(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator, PEOPLE)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    held = Held(page, "**/ambassadors/?name=nobody")
    with page.expect_request("**/ambassadors/?name=nobody"):
        people(page).fill("nobody")
    people(page).fill("moreau")
    expect(page.locator(".person")).to_have_count(1)
    held.release()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".person")).to_contain_text("Léa Moreau")
    expect_path(page, f"{PEOPLE}?name=moreau")
    expect(page.locator("#alerts")).to_be_empty()
    assert thrown == []


# Help


def test_a_question_mark_shows_help_that_escape_closes(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "j ?")
    expect(help_(page)).to_be_visible()
    assert page.evaluate("document.activeElement.closest('#keys') !== null")
    press(page, "j m")
    press(page, "Escape")
    expect(help_(page)).to_be_hidden()
    assert focused(page) == "open-1"
    press(page, "? ?")
    expect(help_(page)).to_be_hidden()
    assert focused(page) == "open-1"


def test_help_tells_the_keys_of_its_page_and_no_others(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator, HOME)
    everywhere = ["z", "g h", "g a", "g t", "/", "?"]
    of_lists = ["j", "k", "o"]
    beside = ["m", "e", "n", "c", "h", "→", "←", "r", "1 2 …"]
    for path, keys in {
        HOME: [*of_lists, *beside, "w"],
        f"{HOME}ambassadors/100/chatrooms/1/?reason=all": [*of_lists, *beside, "w"],
        INBOX: [*of_lists, *beside, "x"],
        PEOPLE: [*of_lists, "r", "1 2 …"],
        SEARCH: of_lists,
        f"{HOME}activity/": ["1 2 …"],
        f"{HOME}codes/": [],
    }.items():
        page.goto(path)
        assert set(page.locator(".keys dt").all_inner_texts()) == {*everywhere, *keys}, path


def test_help_lists_every_key_there_is(
    open_page: Open, moderator: Membership, manager: Membership, three: Upstream
) -> None:
    three.answer("PATCH", body={"message": None})
    page = enter(open_page, moderator, f"{INBOX}chatrooms/1/")
    page.locator("#archive-button").click()
    expect(page.locator("#toast")).to_contain_text("Archived")
    find = "[...document.querySelectorAll('[data-key]')].map((one) => one.dataset.key)"
    pages = {
        f"{INBOX}chatrooms/1/": {"j", "k", "→", "←", "n"},
        PEOPLE: {"j", "k", "o", "z", "1 2 …"},
    }
    for path, unseen in pages.items():
        if path == PEOPLE:
            page.goto(path)
        there = set(page.evaluate(find))
        listed = page.locator(".keys dt").all_inner_texts()
        assert path == PEOPLE or {"1", "2"} < there
        named = {"1 2 …" if one.isdigit() else one for one in there}
        assert unseen | named == set(listed)


def test_keys_are_shown_where_they_act(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    kbd = page.locator("kbd:visible")
    assert kbd.all_inner_texts() == ["g h", "g a", "/", "g t", "?", "r", "j", "k", "o", "?"]
    press(page, "j")
    expect(row(page, 0).button.locator("kbd")).to_be_visible()
    press(page, "o")
    expect(page.locator("#read-conversation kbd")).to_have_text("m")
    expect(region(page).locator("kbd:visible")).to_have_text(["m", "c", "n", "e"])


# When they do nothing


@pytest.mark.parametrize("held", ["ctrlKey", "altKey", "metaKey"])
def test_with_a_modifier_no_key_acts(
    open_page: Open, moderator: Membership, three: Upstream, held: str
) -> None:
    page = enter(open_page, moderator)
    row(page, 0).link.focus()
    # Not pressed for real: with a modifier some of them are the browser's own.
    page.evaluate(
        """(held) => {
          for (const key of ["j", "m", "x", "o", "?"]) {
            const how = { key, bubbles: true, cancelable: true, [held]: true };
            const event = new KeyboardEvent("keydown", how);
            document.activeElement.dispatchEvent(event);
            if (event.defaultPrevented) throw Error(key);
          }
        }""",
        held,
    )
    assert focused(page) == "open-1"
    expect(row(page, 0).box).not_to_be_checked()
    expect(help_(page)).to_be_hidden()
    expect_path(page, INBOX)
    assert not three.calls("POST")


def test_while_one_types_or_is_asked_no_key_acts(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator, f"{INBOX}chatrooms/1/")
    note = page.get_by_label("Note for the team")
    note.focus()
    page.keyboard.type("jkomxr?/ga")
    expect(note).to_have_value("jkomxr?/ga")
    expect(help_(page)).to_be_hidden()
    row(page, 0).link.focus()
    press(page, "x")
    page.get_by_role("button", name=re.compile("Mark selected read")).press("Enter")
    press(page, "m r ? k")
    expect(page.locator("#several-ask")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#several-ask")).to_be_hidden()
    expect(help_(page)).to_be_hidden()
    assert not three.calls("POST")


def test_a_member_can_switch_them_off_and_on(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    press(page, "?")
    with page.expect_navigation():
        help_(page).get_by_role("button", name="Switch single keys off").press("Enter")
    assert page.locator("kbd:visible").count() == 0
    row(page, 0).link.focus()
    press(page, "j m x ? o")
    assert focused(page) == "open-1"
    expect(row(page, 0).box).not_to_be_checked()
    expect(help_(page)).to_be_hidden()
    expect_path(page, INBOX)
    page.get_by_role("button", name="Keyboard").press("Enter")
    expect(help_(page)).to_contain_text("Single keys are switched off.")
    with page.expect_navigation():
        help_(page).get_by_role("button", name="Switch single keys on").press("Enter")
    press(page, "j j")
    assert focused(page) == "open-2"
    assert not three.calls("POST")


def test_who_only_reads_moves_opens_and_marks_nothing(
    open_page: Open, viewer: Membership, three: Upstream
) -> None:
    page = enter(open_page, viewer)
    press(page, "j m x o")
    expect(region(page).locator("h2")).to_have_text("Person 1")
    press(page, "o m e")
    expect(page.locator(".row form")).to_have_count(0)
    assert not three.calls("POST")
