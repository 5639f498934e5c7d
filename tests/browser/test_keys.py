"""Single keys: what each does, when none does anything, and where they are shown"""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from inbox.models import Act, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, focused, region, row, settle, status
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"


def room(id_: int, last_read: int | None = None) -> Json:
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    return chatroom(id_, ambassadors=[lea(id_, last_read), other])


@pytest.fixture
def three(api: Upstream) -> Upstream:
    """An inbox of three conversations; the second is read."""
    api.listing(room(1), room(2, 16), room(3))
    for id_ in (1, 2, 3):
        api.conversation(room(id_), message(16))
    api.answer("POST", body=message(16))
    return api


def enter(open_page: Open, moderator: Membership, path: str = INBOX) -> Page:
    page = open_page(moderator)
    page.goto(path)
    return page


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def help_(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Keyboard")


def search(page: Page) -> Locator:
    return page.get_by_label("Search ambassadors by name")


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


# Once a press, on what is shown


def open_first(open_page: Open, moderator: Membership) -> Page:
    """The first of the three conversations, open and at rest."""
    page = enter(open_page, moderator)
    press(page, "j o")
    expect(region(page).locator("h2")).to_have_text("Person 1")
    settle(page)
    return page


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


# Keyboards

SHIFT, CAPITALS, PLAIN = {"shiftKey": True}, {"modifierCapsLock": True}, dict[str, Any]()
SELECT = [
    ("caps lock", "X", "KeyX", CAPITALS, True),
    ("a capital", "X", "KeyX", SHIFT, False),
    ("caps lock and shift", "x", "KeyX", {**SHIFT, **CAPITALS}, False),
    ("Dvorak", "x", "KeyB", PLAIN, True),
    ("Dvorak, in the place of x", "q", "KeyX", PLAIN, False),
    ("Russian", "ч", "KeyX", PLAIN, True),
    ("Russian, caps lock", "Ч", "KeyX", CAPITALS, True),
    ("Russian, a capital", "Ч", "KeyX", SHIFT, False),
    ("Greek", "χ", "KeyX", PLAIN, True),
    ("Arabic", "ء", "KeyX", PLAIN, True),
    ("Hebrew", "\u05e1", "KeyX", PLAIN, True),
    ("Devanagari, a sign", "ं", "KeyX", PLAIN, True),
    ("German, a third level", "»", "KeyX", {"modifierAltGraph": True}, False),
    ("a letter of the third level", "µ", "KeyX", {"modifierAltGraph": True}, False),
    ("an accent", "é", "KeyX", PLAIN, False),
    ("a dead key", "Dead", "KeyX", PLAIN, False),
    ("while words are composed", "x", "KeyX", {"isComposing": True}, False),
    ("an input method", "Process", "KeyX", {"keyCode": 229}, False),
]
DISPATCH = """([key, code, how]) => {
  const options = { key, code, bubbles: true, cancelable: true, ...how };
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
}"""


def strike(page: Page, key: str, code: str, how: dict[str, Any]) -> None:
    """A key of a keyboard that Playwright has not."""
    page.evaluate(DISPATCH, [key, code, how])


@pytest.mark.parametrize(
    ("key", "code", "how", "acts_"), [case[1:] for case in SELECT], ids=[case[0] for case in SELECT]
)
def test_a_letter_is_known_on_every_keyboard(
    open_page: Open,
    moderator: Membership,
    three: Upstream,
    key: str,
    code: str,
    how: dict[str, Any],
    acts_: bool,
) -> None:
    page = enter(open_page, moderator)
    row(page, 0).link.focus()
    strike(page, key, code, how)
    assert row(page, 0).box.is_checked() is acts_


@pytest.mark.parametrize(
    ("key", "code"), [("?", "Digit7"), ("؟", "Slash"), (",", "Slash"), ("?", "Comma")]
)
def test_a_question_mark_is_known_on_every_keyboard(
    open_page: Open, moderator: Membership, three: Upstream, key: str, code: str
) -> None:
    page = enter(open_page, moderator)
    strike(page, key, code, SHIFT)
    expect(help_(page)).to_be_visible()
    strike(page, key, code, {**SHIFT, "repeat": True})
    expect(help_(page)).to_be_visible()
    strike(page, key, code, SHIFT)
    expect(help_(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("key", "code", "how"), [("/", "Digit7", SHIFT), (".", "Slash", PLAIN), ("ظ", "Slash", PLAIN)]
)
def test_a_slash_is_known_on_every_keyboard(
    open_page: Open,
    moderator: Membership,
    three: Upstream,
    key: str,
    code: str,
    how: dict[str, Any],
) -> None:
    page = enter(open_page, moderator)
    strike(page, key, code, how)
    expect(search(page)).to_be_focused()


@pytest.mark.parametrize("keys", ["GA", "пф", "لش"])
def test_two_keys_after_each_other_are_known_too(
    open_page: Open, moderator: Membership, three: Upstream, keys: str
) -> None:
    page = enter(open_page, moderator)
    for key, code in zip(keys, ("KeyG", "KeyA"), strict=True):
        strike(page, key, code, PLAIN)
    expect_path(page, PEOPLE)


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


# Searching ambassadors


def test_a_slash_leads_to_the_search(open_page: Open, moderator: Membership, api: Upstream) -> None:
    page = enter(open_page, moderator)
    press(page, "/")
    expect_path(page, f"{PEOPLE}#name")
    expect(search(page)).to_be_focused()
    page.get_by_role("link", name="Refresh").focus()
    press(page, "/")
    expect(search(page)).to_be_focused()
    expect(search(page)).to_have_value("")


def test_ambassadors_are_searched_as_one_types(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator, PEOPLE)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "name=" in request.url:
            asked.append(request.url.split("name=")[1])

    page.on("request", note)
    search(page).press_sequentially("moreau", delay=20)
    expect(page.locator(".person")).to_have_count(1)
    expect(page.locator(".person")).to_contain_text("Léa Moreau")
    expect(search(page)).to_be_focused()
    expect_path(page, f"{PEOPLE}?name=moreau")
    assert asked == ["moreau"]
    search(page).fill("")
    expect(page.locator(".person")).to_have_count(12)


def test_a_search_that_was_overtaken_is_cancelled(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator, PEOPLE)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    held = Held(page, "**/ambassadors/?name=nobody")
    with page.expect_request("**/ambassadors/?name=nobody"):
        search(page).fill("nobody")
    search(page).fill("moreau")
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


def test_help_lists_every_key_there_is(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    three.answer("PATCH", body={"message": None})
    page = enter(open_page, moderator, f"{INBOX}chatrooms/1/")
    page.locator("#archive-button").click()
    expect(page.locator("#toast")).to_contain_text("Archived")
    find = "[...document.querySelectorAll('[data-key]')].map((one) => one.dataset.key)"
    there = set(page.evaluate(find))
    page.goto(PEOPLE)
    there |= set(page.evaluate(find))
    listed = page.locator(".keys dt").all_inner_texts()
    assert {"j", "k", "→", "←"} | there == set(listed)


def test_keys_are_shown_where_they_act(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = enter(open_page, moderator)
    kbd = page.locator("kbd:visible")
    assert kbd.all_inner_texts() == ["g a", "/", "?", "r", "j", "k", "o", "?"]
    press(page, "j")
    expect(row(page, 0).button.locator("kbd")).to_be_visible()
    press(page, "o")
    expect(page.locator("#read-conversation kbd")).to_have_text("m")
    expect(region(page).locator("kbd:visible")).to_have_text(["m", "e"])


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
