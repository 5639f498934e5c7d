"""Each page in a browser: nothing on its console, nothing beyond its edges, in both colour schemes"""

from typing import Any, Literal

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import toast
from tests.support.cast import PASSWORD
from tests.support.chatrooms import person
from tests.support.hostile import HOSTILE, hostile_room
from tests.support.pages import INBOX
from tests.support.signing_in import CONFIRM
from tests.support.upstream import Upstream

WIDTHS = [320, 390, 768, 1024, 1440]
PAGES = {
    "sign-in": "/accounts/login/",
    "sign-out": "/accounts/logout/",
    "password": "/accounts/password/change/",
    "account": "/accounts/",
    "second factor": "/accounts/2fa/",
    "sessions": "/accounts/sessions/",
    "ambassadors": "/brands/3/ambassadors/",
    "nobody found": "/brands/3/ambassadors/?name=Nobody%20At%20All",
    "inbox": INBOX,
    "conversation": f"{INBOX}chatrooms/30615/?page=2",
    "empty inbox": "/brands/3/ambassadors/106/",
    "failure": INBOX,
    "404": "/none",
}


def visit(open_page: Open, moderator: Membership, api: Upstream, name: str, **options: Any) -> Page:
    page = open_page(None if name == "sign-in" else moderator, **options)
    if name == "failure":
        api.answer("GET", 500, {"message": "Server Error"})
    return page


def listen(page: Page) -> list[str]:
    """What the browser complains of from now on."""
    heard: list[str] = []

    def on_console(said: ConsoleMessage) -> None:
        # A page that is itself an error is announced as such; everything else counts.
        is_the_page = said.location.get("url") == page.url and "Failed to load" in said.text
        if said.type in {"error", "warning"} and not is_the_page:
            heard.append(said.text)

    def on_failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before its icon had come
            heard.append(f"failed: {request.url} {request.failure}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("requestfailed", on_failed)
    return heard


def beyond_the_edges(page: Page) -> list[str]:
    """What makes the page scroll sideways, or lies outside of it where nobody can press it."""
    page.wait_for_load_state()  # without its styles every icon is 300 px wide
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const seen = [...document.querySelectorAll("a, button, input, summary, h1, h2, h3")].filter(
            (element) => element.checkVisibility() && !element.closest(".skip, .hidden, .tabs"));
          const out = seen.filter((element) => {
            const { left, right } = element.getBoundingClientRect();
            return left < -1 || right > width + 1;
          }).map((element) => element.outerHTML.slice(0, 120));
          const scrolls = document.documentElement.scrollWidth > window.innerWidth;
          return scrolls ? [`scrolls to ${document.documentElement.scrollWidth}`, ...out] : out;
        }"""
    )
    return found


def assert_fits(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert beyond_the_edges(page) == [], f"at {width} px"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_and_fits(
    open_page: Open, moderator: Membership, api: Upstream, name: str
) -> None:
    page = visit(open_page, moderator, api, name)
    heard = listen(page)
    page.goto(PAGES[name])
    assert page.evaluate("typeof htmx") == "object"
    assert_fits(page)
    assert heard == []


def test_an_act_is_quiet_too(open_page: Open, moderator: Membership, api: Upstream) -> None:
    page = open_page(moderator)
    heard = listen(page)
    page.goto(INBOX)
    page.locator("[data-unread=true] button").first.click()
    toast(page).get_by_text("Marked read for Léa: ").wait_for()
    assert heard == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/inbox/membership/add/"])
def test_the_operators_desk_is_quiet(open_page: Open, moderator: Membership, path: str) -> None:
    moderator.user.is_staff = moderator.user.is_superuser = True
    moderator.user.save()
    page = open_page(moderator)
    page.goto(f"{CONFIRM}?next={path}")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(path) and CONFIRM not in url)
    heard = listen(page)
    page.goto(path)
    assert page.title().endswith("Django site admin")
    assert heard == []


# Hostile data


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_stay_within_the_inbox(
    open_page: Open, moderator: Membership, api: Upstream, words: str
) -> None:
    api.listing(hostile_room(8, words), total=2**62, last_page=2**40)
    page = open_page(moderator)
    page.goto(INBOX)
    assert page.locator(".row").count() == 1
    assert_fits(page)
    with page.expect_navigation(wait_until="load"):  # with its stylesheets
        page.locator(".row-name a").click()
    page.locator(".details summary").click()
    page.get_by_role("heading", name="People").wait_for()
    assert_fits(page)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_stay_within_the_ambassadors(
    open_page: Open, moderator: Membership, api: Upstream, words: str
) -> None:
    names = {"firstname": words, "lastname": words, "username": words, "active": -4}
    api.listing(person(100, **names), person(101, **names))
    page = open_page(moderator)
    page.goto("/brands/3/ambassadors/")
    assert page.locator(".person").count() == 2
    assert_fits(page)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_refusal_stays_within_its_row_and_its_page(
    open_page: Open, moderator: Membership, api: Upstream, words: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    refusal = {"message": words, "errors": {words: [words, words]}}
    api.answer("POST", 422, refusal)
    page.locator("[data-unread=true] button").first.click()
    page.get_by_text("Popsell did not accept this").wait_for()
    assert_fits(page)
    api.answer("GET", 422, refusal)
    page.goto(INBOX)
    page.get_by_role("heading", name="Popsell did not accept this").wait_for()
    assert_fits(page)


def test_long_names_of_our_own_fit(open_page: Open, moderator: Membership, api: Upstream) -> None:
    moderator.brand.name = moderator.user.name = "W" * 150
    moderator.brand.save()
    moderator.user.save()
    page = open_page(moderator)
    for path in (INBOX, "/brands/3/ambassadors/?name=" + "W" * 100):
        page.goto(path)
        assert page.get_by_text("W" * 150).count() >= 2
        assert_fits(page)


# Colours

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (top, below) => {
    const share = top[3] / 255;
    return [0, 1, 2].map((i) => top[i] * share + below[i] * (1 - share));
  };
  const ground = (element) => {
    if (!element) return rgba("Canvas").slice(0, 3);
    return over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement));
  };
  const poor = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let looked = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const hidden = element.closest(".skip, .hidden, template, [aria-hidden=true]");
    if (!walker.currentNode.data.trim() || hidden || !element.checkVisibility()) continue;
    looked += 1;
    const below = ground(element);
    const ink = light(over(rgba(getComputedStyle(element).color), below));
    const paper = light(below);
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) poor.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return { looked, poor: [...poor], paper: light(ground(document.body)) };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["sign-in", "ambassadors", "inbox", "conversation", "empty inbox", "failure"]
)
def test_words_stand_out_in_both_schemes(
    open_page: Open,
    moderator: Membership,
    api: Upstream,
    name: str,
    scheme: Literal["light", "dark"],
) -> None:
    page = visit(open_page, moderator, api, name, color_scheme=scheme)
    page.goto(PAGES[name])
    seen = page.evaluate(CONTRAST)
    assert seen["looked"] >= 5
    assert seen["poor"] == []
    assert (seen["paper"] > 0.5) is (scheme == "light")
