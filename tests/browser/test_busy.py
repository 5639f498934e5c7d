"""Every press is answered at once, however slow the network: what was pressed says that it works"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, markable, region, settle
from tests.browser.test_fragments import AMBASSADORS, PARTS, fill
from tests.browser.test_transcript import LONG, UNREAD
from tests.support.pages import INBOX
from tests.support.runs import few
from tests.support.upstream import Upstream

PHONE = {"width": 390, "height": 844}
# Says on the console how soon something is busy, and whether anything moved by that.
TELLS = """
  const place = (one) => one.getBoundingClientRect();
  const isInSight = (one) => place(one).bottom > 0 && place(one).top < innerHeight;
  const measure = (one) => [place(one).x, place(one).y, place(one).width].join();
  const places = () => seen.map(measure).join(" ");
  let seen = [];
  let before = "";
  let isAtOnce = false;
  addEventListener("click", () => {
    seen = [...document.querySelectorAll("a, button, input, h1, h2, p")].filter(isInSight);
    before = places();
    isAtOnce = true;
    const { port1, port2 } = new MessageChannel(); // the next task, whatever the clock says
    port1.onmessage = () => { isAtOnce = false; };
    port2.postMessage("");
  }, true);
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target.ariaBusy !== "true") continue;
      const line = getComputedStyle(target).animationName;
      const look = target.matches("a, button, input") ? line : "busy";
      const stays = before === places() ? "still" : "moved";
      console.log(`busy ${isAtOnce ? "at once" : "late"}, ${stays}, ${look}`);
    }
  }).observe(document, { subtree: true, attributeFilter: ["aria-busy"] });
"""
SAID = "busy at once, still, busy"
LINKS = {
    "rail": (INBOX, ".rail-nav a >> nth=0"),
    "filter": (INBOX, ".tabs a >> nth=1"),
    "next page": (INBOX, "[rel=next]"),
    "sign out": (INBOX, ".rail form[action$='/logout/'] button"),
    "newest messages": (f"{LONG}?messages=2", ".transcript a:has-text('Newest')"),
    "ambassador": (AMBASSADORS, ".person-name a >> nth=0"),
    "invite": ("/brands/3/members/", "button:has-text('Invite')"),
    "names of codes": ("/brands/3/codes/", "button:has-text('Save')"),
    "file": ("/brands/3/activity/", "#download"),
}


def tell(page: Page) -> Page:
    page.add_init_script(TELLS)
    return page


def press(control: Locator, key: str = "") -> None:
    """Without a wait for what it leads to."""
    if key:
        control.press(key, no_wait_after=True)
    else:
        control.click(no_wait_after=True)


def expect_busy(page: Page, act: Callable[[], None]) -> None:
    with page.expect_console_message(lambda said: said.text.startswith("busy")) as told:
        act()
    assert told.value.text == SAID


@pytest.mark.parametrize("key", few(["", "Enter"]), ids=["click", "key"])
@pytest.mark.parametrize(
    # What goes on by itself, "further …", shows its progress and its Stop instead.
    "part",
    [name for name, part in PARTS.items() if not (part.opens or name.startswith("further"))],
)
def test_a_part_of_the_page(
    open_page: Open, manager: Membership, api: Upstream, part: str, key: str
) -> None:
    one = PARTS[part]
    fill(api, one)
    page = tell(open_page(manager, viewport={"width": 1440, "height": 1200}))
    page.goto(one.page)
    settle(page)
    control = page.locator(one.control).first
    held = Held(page, one.asks)
    expect_busy(page, lambda: press(control, key))
    held.release()
    settle(page)


@pytest.mark.parametrize("link", LINKS)
def test_the_next_page(open_page: Open, manager: Membership, api: Upstream, link: str) -> None:
    address, control = LINKS[link]
    page = tell(open_page(manager))
    page.goto(INBOX)  # where the codes are seen first
    page.goto(address)
    if link == "invite":
        page.get_by_label("E-mail").fill("ines@example.com")
    held = Held(page, "**/*")
    expect_busy(page, lambda: press(page.locator(control)))
    held.release()


@pytest.mark.parametrize("control", [".row-name a >> nth=1", ".conversation-back"])
def test_a_phone_says_so_too(
    open_page: Open, moderator: Membership, api: Upstream, control: str
) -> None:
    page = tell(open_page(moderator, viewport=PHONE))
    page.goto(UNREAD if "back" in control else INBOX)
    held = Held(page, "**/*")
    expect_busy(page, lambda: press(page.locator(control)))
    held.release()


def test_signing_in_says_so_too(open_page: Open, moderator: Membership) -> None:
    page = tell(open_page())
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(moderator.user.email)
    page.get_by_label("Password").fill("anything-at-all")
    held = Held(page, "**/*")
    expect_busy(page, lambda: press(page.get_by_role("button", name="Sign in", exact=True)))
    held.release()


def test_what_opens_beside_the_list_is_busy_itself(open_page: Open, moderator: Membership) -> None:
    page = tell(open_page(moderator))
    page.goto(INBOX)
    held = Held(page, "**/chatrooms/*/*")
    one = markable(page)
    expect_busy(page, lambda: press(one.link))
    expect(region(page)).to_have_attribute("aria-busy", "true")
    expect(one.link).to_have_attribute("aria-current", "true")
    held.release()
    settle(page)


def test_one_is_busy_no_longer_than_it_works(open_page: Open, moderator: Membership) -> None:
    """Answered, refused, cut off, or stopped by who waits: the control takes a press again."""
    page = open_page(moderator)
    page.goto(INBOX)
    refresh = page.locator("#refresh")
    for end in (Held.release, Held.drop):
        held = Held(page, f"**{INBOX}")
        press(refresh)
        expect(refresh).to_have_attribute("aria-busy", "true")
        end(held)
        expect(page.locator("#refresh")).not_to_have_attribute("aria-busy", "true")
        settle(page)
        page.unroute(f"**{INBOX}")


def test_a_stopped_page_leaves_its_link_as_it_was(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    page.clock.install()
    link = page.locator(".rail-nav a").first
    page.evaluate(
        # What a link leads to where the answer is no page: the browser stays.
        "(link) => { link.href = '/nothing/'; }",
        link.element_handle(),
    )
    page.route("**/nothing/", lambda route: route.fulfill(status=204))
    press(link)
    expect(link).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    expect(link).not_to_have_attribute("aria-busy", "true")
    settle(page)
    press(link)
    expect(link).to_have_attribute("aria-busy", "true")
    page.clock.run_for(10_000)
    expect(link).not_to_have_attribute("aria-busy", "true")


def test_who_stays_with_a_half_filled_form_finds_its_link_as_it_was(
    open_page: Open, manager: Membership
) -> None:
    page = open_page(manager)
    page.goto("/brands/3/members/")
    page.get_by_label("E-mail").fill("ines@example.com")
    page.once("dialog", lambda dialog: dialog.dismiss())
    link = page.get_by_role("link", name="Codes")
    link.click()
    expect(link).not_to_have_attribute("aria-busy", "true")
    expect_path(page, "/brands/3/members/")


def test_a_link_within_the_page_and_a_new_tab_are_not_waited_for(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(f"{INBOX}?unread=1")
    link = page.locator(".rail-nav a").first
    with page.context.expect_page():
        link.click(modifiers=["ControlOrMeta"])
    expect(link).not_to_have_attribute("aria-busy", "true")
    page.locator(".skip").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".skip").first).not_to_have_attribute("aria-busy", "true")


def test_typing_in_a_search_field_that_is_busy_goes_on(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(AMBASSADORS)
    field = page.get_by_role("searchbox")
    held = Held(page, "**/ambassadors/?name=*")
    field.press_sequentially("le")
    expect(field).to_have_attribute("aria-busy", "true")
    field.press_sequentially("a")
    field.press("Enter")
    held.release()
    settle(page)
    expect_path(page, "name=lea")
    expect(field).not_to_have_attribute("aria-busy", "true")


def test_the_line_does_not_grow_for_who_wants_less_motion(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, reduced_motion="reduce")
    page.goto(INBOX)
    refresh = page.locator("#refresh")
    held = Held(page, f"**{INBOX}")
    press(refresh)
    expect(refresh).to_have_css("animation-duration", "0.001s")
    expect(refresh).to_have_css("background-size", "94% 2px")
    held.release()
    settle(page)
