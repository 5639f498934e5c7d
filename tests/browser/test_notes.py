"""A note in progress in a browser: nothing that happens on the page, and no other page, wipes it"""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, Locator, Page, expect

from inbox.chatrooms import notes
from inbox.models import Membership, Note, NoteDraft, Review
from tests.browser.conftest import Open
from tests.browser.inbox import Held, settle
from tests.browser.test_transcript import LONG, LOOK, NARROW, UNREAD, WIDE, go
from tests.support.conversations import say
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

WORDS = "Half a note;\nin two lines"
ROOM = 30670
SMALL = {"width": 320, "height": 568}
IS_RED = """one => {
  const said = one.closest(".draft").querySelector(".draft-said");
  return getComputedStyle(one).color === getComputedStyle(said).color;
}"""
Step = Callable[[Page], object]


@pytest.fixture
def page(open_page: Open, moderator: Membership, api: Upstream) -> Page:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    return page


def field(page: Page) -> Locator:
    return page.locator("#note")


def saved(page: Page) -> None:
    expect(page.get_by_text("Draft saved")).to_be_visible()


def kept(member: Membership, room: int = ROOM) -> str:
    return notes.draft_of(member, room).text


def press(name: str) -> Step:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def again(page: Page) -> None:
    page.evaluate(LOOK)
    page.get_by_role("button", name="Something new here").click()
    expect(page.get_by_role("button", name="Something new here")).to_have_count(0)


def another_row_and_back(page: Page) -> None:
    page.locator("#open-30494").click()
    expect(page.locator("#message-316470")).to_be_visible()
    expect(field(page)).to_have_value("")
    page.locator("#open-30670").click()


def row_and_history(page: Page) -> None:
    page.locator("#open-30494").click()
    expect(page.locator("#message-316470")).to_be_visible()
    page.go_back()
    expect(page.locator("#message-316460")).to_be_visible()


def theme(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[name=theme][value=dark]").first.evaluate("one => one.click()")


def rail(page: Page) -> None:
    page.get_by_role("link", name="Ambassadors").first.click()
    expect(page).to_have_url(re.compile("/ambassadors/$"))
    page.go_back()


def reveal(page: Page) -> None:
    page.locator(".details summary").click()
    page.locator("[id^=reveal-]").first.click()


# The draft survives everything

IN_PLACE = {
    "flag": press("To do"),
    "archive": press("Archive"),
    "block": press("Block"),
    "reveal": reveal,
    "new messages": again,
}
AWAY = {
    "another row": another_row_and_back,
    "back": row_and_history,
    "reload": lambda page: page.reload(),
    "theme": theme,
    "a link of the rail": rail,
}


@pytest.mark.parametrize("step", IN_PLACE.values(), ids=IN_PLACE)
def test_what_changes_the_page_leaves_the_very_field_with_its_caret(
    page: Page, api: Upstream, step: Step
) -> None:
    field(page).fill(WORDS)
    field(page).evaluate("field => { field.mine = true; field.setSelectionRange(2, 6); }")
    say(api, ROOM, "Are you there?")
    step(page)
    settle(page)
    expect(field(page)).to_have_value(WORDS)
    assert field(page).evaluate(
        "field => [field.mine, field.selectionStart, field.selectionEnd]"
    ) == [True, 2, 6]
    saved(page)


@pytest.mark.parametrize("step", AWAY.values(), ids=AWAY)
def test_what_leads_away_brings_it_back_however_soon(
    page: Page, moderator: Membership, step: Step
) -> None:
    field(page).press_sequentially(WORDS)
    step(page)
    expect(field(page)).to_have_value(WORDS)
    assert kept(moderator) == WORDS
    stored = page.evaluate(
        "JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })"
    )
    assert "Half" not in stored
    assert "draft/" not in stored


def test_typing_goes_on_through_a_swap_without_losing_the_focus(page: Page, api: Upstream) -> None:
    field(page).focus()
    page.keyboard.type("Before")
    say(api, ROOM, "Are you there?")
    page.evaluate(LOOK)
    expect(page.get_by_role("button", name="Something new here")).to_be_visible()
    answers = Held(page, "**/chatrooms/30670/")
    page.get_by_role("button", name="Something new here").evaluate("one => one.click()")
    field(page).focus()
    page.keyboard.type(" and after")
    answers.release()
    expect(page.get_by_text("Are you there?").last).to_be_visible()
    settle(page)
    expect(field(page)).to_be_focused()
    page.keyboard.type("wards")
    expect(field(page)).to_have_value("Before and afterwards")
    page.keyboard.press("Control+z")
    expect(field(page)).not_to_have_value("Before and afterwards")


def test_one_that_signed_out_elsewhere_keeps_the_text_and_is_warned(
    page: Page, moderator: Membership
) -> None:
    asked: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    Session.objects.all().delete()
    page.on("dialog", on_dialog)
    field(page).press_sequentially("Half")
    expect(page.get_by_text("Not saved: you are signed out.")).to_be_visible()
    expect(field(page)).to_have_value("Half")
    page.get_by_role("link", name="Ambassadors").first.click()
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(field(page)).to_have_value("Half")


@pytest.mark.parametrize(
    ("status", "told"),
    [(0, "the dashboard can't be reached"), (503, "something failed"), (429, "something failed")],
)
def test_what_is_not_saved_is_said_stays_and_is_tried_again(
    page: Page, moderator: Membership, status: int, told: str
) -> None:
    fails = "**/draft/"
    page.route(fails, lambda route: route.fulfill(status=status) if status else route.abort())
    field(page).press_sequentially("Half")
    expect(page.get_by_text(f"Not saved: {told}")).to_be_visible()
    assert kept(moderator) == ""
    page.unroute(fails)
    page.get_by_role("button", name="Retry").click()
    saved(page)
    expect(field(page)).to_have_value("Half")
    expect(field(page)).to_be_focused()
    assert kept(moderator) == "Half"


def test_it_is_saved_with_the_token_of_a_sign_in_that_came_after(
    page: Page, moderator: Membership
) -> None:
    """In another tab of this browser."""
    page.evaluate(
        "for (const one of document.querySelectorAll('[name=csrfmiddlewaretoken]'))"
        " one.value = 'x'.repeat(64);"
    )
    field(page).press_sequentially("Half")
    saved(page)
    assert kept(moderator) == "Half"


# Two windows


def test_a_second_window_overwrites_nothing_unasked(page: Page, moderator: Membership) -> None:
    other = page.context.new_page()
    go(other, LONG)
    field(page).press_sequentially("Of the first")
    saved(page)
    field(other).press_sequentially("Of the second")
    expect(
        other.get_by_text("Not saved: in another window you wrote something else.")
    ).to_be_visible()
    expect(other.locator("blockquote")).to_have_text("Of the first")
    expect(field(other)).to_have_value("Of the second")
    acts = other.locator(".draft-acts button:visible")
    expect(acts).to_have_text(["Keep mine", "Take the other text"])
    assert kept(moderator) == "Of the first"
    other.get_by_role("button", name="Keep mine").click()
    saved(other)
    assert kept(moderator) == "Of the second"
    field(page).press_sequentially(", again")
    expect(page.locator("blockquote")).to_have_text("Of the second")
    page.get_by_role("button", name="Take the other text").click()
    expect(field(page)).to_have_value("Of the second")
    expect(page.locator("blockquote")).to_be_hidden()


# Sent


def test_a_note_is_added_and_one_goes_on_writing(page: Page, moderator: Membership) -> None:
    field(page).press_sequentially(WORDS)
    page.get_by_role("button", name="Add note").click()
    thread = page.locator(".notes")
    expect(thread).to_contain_text("in two lines")
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()
    expect(page.locator("#status")).to_contain_text("The note is added for")
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    page.keyboard.type("Second")
    saved(page)
    page.get_by_role("button", name="Add note").click()
    expect(thread.locator(".notes-text")).to_have_text(["Second", WORDS])
    page.reload()
    expect(field(page)).to_have_value("")
    assert kept(moderator) == ""
    assert [one.text for one in Note.objects.order_by("id")] == [WORDS, "Second"]


def test_a_save_that_comes_after_the_note_brings_nothing_back(
    page: Page, moderator: Membership
) -> None:
    late = Held(page, "**/draft/")
    field(page).press_sequentially("Seen")
    page.wait_for_timeout(700)  # by then the save is on its way
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".notes")).to_contain_text("Seen")
    with page.expect_response("**/draft/") as answer:
        late.release()
    assert answer.value.status == 409
    page.wait_for_timeout(300)
    expect(field(page)).to_have_value("")
    expect(page.locator(".draft-said")).to_have_text(re.compile(r"^\s*$"), use_inner_text=True)
    assert kept(moderator) == ""
    page.reload()
    expect(field(page)).to_have_value("")


def test_a_review_takes_the_note_along_and_undo_brings_it_back(
    page: Page, moderator: Membership
) -> None:
    go(page, f"{LONG}?page=2")  # a conversation outside this list: it has no next one
    field(page).press_sequentially("Seen")
    page.get_by_role("button", name="Reviewed, next").click()
    expect(page.locator(".notes")).to_contain_text("Seen")
    expect(field(page)).to_have_value("")
    settle(page)
    page.get_by_role("button", name="Undo the review").click()
    expect(field(page)).to_have_value("Seen")
    expect(page.locator(".notes")).to_have_count(0)


def test_reviewed_next_opens_the_next_row_and_its_own_draft(
    page: Page, moderator: Membership
) -> None:
    NoteDraft.objects.create(member=moderator, chatroom=ROOM, text="Of the next", version=3)
    go(page, UNREAD)
    field(page).press_sequentially("Of this one")
    page.get_by_role("button", name="Reviewed, next").click()
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    expect(field(page)).to_have_value("Of the next")
    assert kept(moderator, 30494) == ""
    assert Note.objects.get().text == "Of this one"


def test_one_that_failed_to_be_sent_stays_in_its_field(page: Page, moderator: Membership) -> None:
    page.route(
        "**/note/", lambda route: route.fulfill(status=503, body='<p class="alert">Away</p>')
    )
    field(page).press_sequentially("Seen")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Away")).to_be_visible()
    expect(field(page)).to_have_value("Seen")
    saved(page)
    assert kept(moderator) == "Seen"


def test_without_scripts_it_is_a_plain_form(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE, java_script_enabled=False)
    go(page, LONG)
    field(page).fill(WORDS)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#toast-words")).to_be_visible()
    expect(page.locator(".notes-text")).to_have_text(WORDS)
    field(page).fill("x" * 2001)
    page.get_by_role("button", name="Reviewed, next").click()
    expect(page.get_by_text("at most 2,000 characters. 1 is too many.")).to_be_visible()
    expect(field(page)).to_have_value("x" * 2001)


# How long


def test_nothing_is_cut_and_a_counter_says_how_much_is_left(
    page: Page, moderator: Membership
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    field(page).evaluate("field => navigator.clipboard.writeText('😀'.repeat(800))")
    field(page).focus()
    left = page.locator("#note-left")
    for pasted, said in ((800, ""), (1600, ""), (2400, "400 are too many.")):
        page.keyboard.press("Control+v")
        expect(field(page)).to_have_value("😀" * pasted)
        expect(left).to_have_text(said)
        assert left.evaluate(IS_RED) is (said != "")
    page.get_by_role("button", name="Add note").click()
    expect(field(page)).to_have_value("😀" * 2400)
    message = field(page).evaluate("field => field.validationMessage")
    assert message == "A note has at most 2,000 characters. 400 are too many."
    saved(page)
    assert kept(moderator) == "😀" * 2400
    assert not Note.objects.exists()
    for length, said in ((1799, ""), (1800, "200 characters left"), (1999, "1 character left")):
        field(page).fill("x" * length)
        expect(left).to_have_text(said)
    # Pasted: a browser takes seconds to type a thousand lines.
    field(page).evaluate("field => navigator.clipboard.writeText('x\\n'.repeat(999) + 'xy')")
    field(page).fill("")
    field(page).press("Control+v")
    expect(left).to_have_text("0 characters left")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".notes")).to_be_visible()
    assert len(Note.objects.get().text) == 2000


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_foot_leaves_room_to_read(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    whose = {"brand": moderator.brand, "chatroom": ROOM, "member": moderator}
    for number in range(30):
        Note.objects.create(text=f"{number}\n" * 5, member_name="Nadia Benali", **whose)
    Review.objects.create(message=316460, member_name="Nadia Benali", **whose)
    page = open_page(moderator, viewport=size)
    go(page, LONG)
    expect(page.get_by_role("button", name="Undo the review")).to_be_visible()
    box = page.locator("#conversation-review").bounding_box()
    assert box
    assert box["height"] <= size["height"] / 3 + 1
    field(page).fill("line\n" * 40)
    box = field(page).bounding_box()
    assert box
    assert 100 < box["height"] <= size["height"] / 3


def test_the_activity_leads_to_the_note(page: Page, manager: Membership) -> None:
    for number in range(12):
        field(page).fill(f"Note {number}\n" * 4)
        page.get_by_role("button", name="Add note").click()
        expect(page.locator(".notes-text")).to_have_count(number + 1)
        settle(page)
    page.goto(f"/brands/3/activity/?act=note&chatroom={ROOM}")
    page.locator(".activity-line a").last.click()
    expect(page).to_have_url(re.compile(r"#note-\d+$"))
    expect(page.locator(".notes-one:target")).to_be_in_viewport()


# Other forms that are half filled


@pytest.mark.parametrize("step", ["email", "role"])
def test_members_half_filled_are_not_left_unasked(
    open_page: Open, manager: Membership, moderator: Membership, step: str
) -> None:
    page = open_page(manager)
    asked: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", on_dialog)
    go(page, "/brands/3/members/")
    if step == "email":
        page.get_by_label("E-mail").press_sequentially("ines@")
        page.get_by_label("E-mail").fill("")
    else:
        page.get_by_label("Role of Nadia Benali").select_option("viewer")
        page.get_by_label("Role of Nadia Benali").select_option("moderator")
    page.goto(INBOX)
    assert asked == []
    go(page, "/brands/3/members/")
    if step == "email":
        page.get_by_label("E-mail").press_sequentially("ines@example.com")
    else:
        page.get_by_label("Role of Nadia Benali").select_option("viewer")
    page.get_by_role("link", name="Ambassadors").first.click()
    expect(page).to_have_url(re.compile("/ambassadors/$"))
    assert asked == ["beforeunload"]


def test_one_form_that_is_sent_does_not_leave_the_other_unasked(
    open_page: Open, manager: Membership, moderator: Membership
) -> None:
    page = open_page(manager)
    asked: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", on_dialog)
    go(page, "/brands/3/members/")
    page.get_by_label("Role of Nadia Benali").select_option("viewer")
    page.get_by_role("button", name="Change the role of Nadia Benali").click()
    expect(page.get_by_text("Before you change a role, confirm that it is you.")).to_be_visible()
    assert asked == []
    go(page, "/brands/3/members/")
    page.get_by_label("E-mail").press_sequentially("ines@example.com")
    page.get_by_label("Role of Nadia Benali").select_option("viewer")
    page.get_by_role("button", name="Change the role of Nadia Benali").click()
    expect(page.get_by_text("Before you change a role, confirm that it is you.")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("size", [NARROW, WIDE, SMALL], ids=["narrow", "wide", "small"])
@pytest.mark.parametrize("count", [1, 30])
def test_the_notes_open_to_be_read_and_the_foots_buttons_stay_in_sight(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int], count: int
) -> None:
    whose = {"brand": moderator.brand, "chatroom": ROOM, "member": moderator}
    for _ in range(count):
        Note.objects.create(text="word " * 400, member_name="Nadia Benali", **whose)
    page = open_page(moderator, viewport=size)
    go(page, LONG)
    thread = page.get_by_role("region", name="Notes of the team")
    closed = thread.bounding_box()
    page.locator(".notes-open summary").press("Enter")
    expect(page.get_by_text("Close the notes")).to_be_visible()
    box = thread.bounding_box()
    assert closed
    assert box
    assert closed["height"] <= size["height"] / 5
    assert size["height"] * 0.3 <= box["height"] <= size["height"] * 0.4 + 1
    for name in ("Reviewed, next", "Add note"):
        button = page.get_by_role("button", name=name)
        expect(button).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    assert thread.bounding_box() == closed


def test_a_note_that_fits_offers_nothing_to_open(
    page: Page, moderator: Membership, api: Upstream
) -> None:
    field(page).fill("Seen")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".notes-text")).to_have_text("Seen")
    expect(page.get_by_text("Open the notes")).to_have_count(0)


def test_an_empty_note_is_asked_for_in_its_field(page: Page, moderator: Membership) -> None:
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    for typed in ("", "  \n "):
        field(page).fill(typed)
        field(page).evaluate("""field => field.addEventListener("invalid", () => {
          document.title = field.validationMessage;
        }, { once: true })""")
        settle(page)
        page.get_by_role("button", name="Add note").click()
        expect(page).to_have_title("Write the note first: the field is empty.")
        expect(field(page)).to_be_focused()
        page.evaluate("document.title = ''")
        expect(page.locator("[role=alert] .alert")).to_have_count(0)
    assert not [url for url in sent if url.endswith("/note/")]
    settle(page)
    page.get_by_role("button", name="Reviewed, next").click()
    expect(page.locator("#toast-words")).to_contain_text("Reviewed for")
    assert not Note.objects.exists()


def test_that_a_draft_is_saved_stands_on_the_line_of_its_label(page: Page) -> None:
    field(page).fill(WORDS)
    saved(page)
    assert page.evaluate("""() => {
      const bottom = (one) => {
        const range = new Range();
        range.selectNodeContents(one.lastChild);
        return range.getBoundingClientRect().bottom;
      };
      const parts = [".draft label", ".draft-saved"];
      const [label, said] = parts.map((one) => document.querySelector(one));
      return Math.abs(bottom(label) - bottom(said)) < 1;
    }""")
