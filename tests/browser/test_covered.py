"""What has the focus is in the window and behind no bar, on every way through a page"""

import pytest
from playwright.sync_api import Page

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.support.pages import INBOX
from tests.support.runs import few
from tests.support.upstream import Upstream

# Empty where a person sees what has the focus; else what it is.
COVERED = """() => {
  const one = document.activeElement;
  if (one === document.body || one.matches(".skip, :is(#list, #conversation, main)")) return "";
  const shape = one.closest("label") ?? one;
  const isSeen = ({ left, right, top, bottom }) => [0.2, 0.5, 0.8].every((part) => {
    const found = document.elementFromPoint((left + right) / 2, top + (bottom - top) * part);
    return shape.contains(found) || found?.closest("li.row, li.person")?.contains(one);
  });
  const { top, bottom } = shape.getBoundingClientRect();
  const isHigh = bottom - top > innerHeight / 2; // of which a part is seen
  const isFine = isHigh || [...shape.getClientRects()].every(isSeen);
  return isFine ? "" : `${top} to ${bottom}: ${one.outerHTML.slice(0, 110)}`;
}"""
NAME = """() => {
  const all = [...document.querySelectorAll("*")];
  return all.indexOf(document.activeElement);
}"""
MOST = 400
PAGES = {
    "inbox": INBOX,
    "conversation": f"{INBOX}chatrooms/30494/?page=6",
    "ambassadors": "/brands/3/ambassadors/",
    "case file": f"{INBOX}chatrooms/30494/case-file/",
}


def walk(page: Page, key: str) -> tuple[int, list[str]]:
    """Through all that takes the focus, until it comes round: how many, and those one can't see."""
    seen: set[int] = set()
    covered: list[str] = []
    for _ in range(MOST):
        page.keyboard.press(key)
        place = page.evaluate(NAME)
        if place in seen:
            break
        seen.add(place)
        found = page.evaluate(COVERED)
        if found:
            covered.append(found)
    return len(seen), covered


@pytest.mark.parametrize("size", few([(1440, 900), (1024, 768), (390, 844)], 2), ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_gets_the_focus_behind_a_bar(
    open_page: Open, moderator: Membership, api: Upstream, name: str, size: tuple[int, int]
) -> None:
    page = open_page(moderator, viewport={"width": size[0], "height": size[1]})
    page.add_init_script("sessionStorage.setItem('paused', 'yes')")
    page.goto(PAGES[name])
    page.wait_for_load_state("networkidle")
    settle(page)
    if name == "conversation":
        page.locator(".details summary").click()
        page.evaluate("() => document.activeElement.blur()")
    found = {key: walk(page, key) for key in ("Tab", "Shift+Tab")}
    assert {key: covered for key, (_, covered) in found.items()} == {"Tab": [], "Shift+Tab": []}
    assert min(count for count, _ in found.values()) >= 10
