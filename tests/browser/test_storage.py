"""What is left in the browser of a person who worked here: nothing that anybody wrote"""

import json
from typing import Any

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import markable, region, row
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

KEPT = """async () => ({
  local: { ...localStorage },
  session: { ...sessionStorage },
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: window.caches ? await caches.keys() : [],
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  history: history.state,
  cookies: document.cookie,
})"""


def test_after_a_day_of_work_the_browser_holds_one_setting(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    markable(page).button.press("Enter")
    row(page, 1).link.click()
    region(page).wait_for()
    page.wait_for_url("**/chatrooms/**")  # so that there is something to go back from
    page.get_by_role("button", name="Pause").click()
    page.go_back()
    page.goto(f"{INBOX}?page=2")
    kept: Any = page.evaluate(KEPT)
    assert kept["local"] == {}
    assert (
        kept["session"].pop("htmx-current-path-for-history").startswith(INBOX)
    )  # as the bar shows
    assert kept["session"] == {"paused": "yes"}
    assert kept["databases"] == kept["caches"] == []
    assert kept["workers"] == 0
    assert kept["cookies"] == ""
    assert "Moreau" not in json.dumps(kept["history"])
