"""`bin/screenshots`: the README's pictures of the inbox, or every page in every state, to be judged."""

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import cast

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.stack.chromium import ARGUMENTS, CHROMIUM
from tests.stack.play import Play, playing
from tests.stack.processes import stoppable
from tests.support.looks import HEIGHTS, Look
from tests.support.pages import INBOX
from tests.support.states import PARTLY, QUIET, RANKING, STATES, WHOLE, WORKER
from tests.support.visitors import InBrowser

README = Path(__file__).parents[2] / ".github/screenshots"
PICTURES = {
    "inbox-light": Look(1440, "light"),
    "inbox-dark": Look(1440, "dark"),
    "inbox-phone": Look(390, "light"),
}
THREE_REGIONS = 1200  # px
OPENED = 3  # the row of the conversation beside the list
LARGEST = 150_000  # bytes of a picture in the README
LOOKS = [Look(width, theme) for width in HEIGHTS for theme in ("light", "dark")]
SITES = {False: {}, True: {"REQUIRE_SSO": "on"}}  # of each state one
ANEW = "0"  # seconds that a page counts as fresh: each state is read from Popsell
KEEP_SESSIONS = "CREATE TABLE IF NOT EXISTS first_session AS SELECT * FROM django_session"
RESTORE_SESSIONS = """UPDATE django_session SET session_data = first.session_data
FROM first_session AS first WHERE first.session_key = django_session.session_key"""
BEAT = "INSERT INTO inbox_workerbeat (name, folder, began, beat_at) VALUES (?, '', ?, ?)"
READ = WHOLE, QUIET, PARTLY, RANKING  # brands that a worker keeps up with
READ_NOW = f"UPDATE inbox_indexedambassador SET read_at = ? WHERE brand_id IN {READ}"  # noqa: S608
# What was acted on stays in sight at every width.
TO_FOCUS = """() => {
  const focused = document.activeElement;
  if (focused !== document.body) focused.scrollIntoView({ block: "center" });
}"""


def main() -> None:
    parser = argparse.ArgumentParser("bin/screenshots", description=__doc__)
    parser.add_argument(
        "--all", type=Path, metavar="DIR", help="every state, width and theme, into this folder"
    )
    folder: Path | None = parser.parse_args().all
    with stoppable(), _browser() as browser:
        if folder:
            for sso_only, more in SITES.items():
                with playing(ANEW, more) as play:
                    shoot_all(play, browser, folder, sso_only=sso_only)
            return
        with playing(ANEW) as play:
            shoot_for_readme(play, browser)


def shoot_for_readme(play: Play, browser: Browser) -> None:
    with _page(play, browser, "moderator") as page:
        for name, look in PICTURES.items():
            look.put_on(page)
            page.goto(INBOX)
            if look.width >= THREE_REGIONS:
                page.locator(".row-name a").nth(OPENED).click()
                page.locator(".transcript").wait_for()
                page.wait_for_load_state("networkidle")
            size = _save(page.screenshot(animations="disabled"), README / f"{name}.png")
            if size > LARGEST:
                sys.exit(f"{name}.png has {size} bytes, more than {LARGEST}.")


def shoot_all(play: Play, browser: Browser, folder: Path, *, sso_only: bool) -> None:
    for state in STATES:
        if state.sso_only != sso_only:
            continue
        as_at_first(play, is_worked=state.is_worked)
        with _page(play, browser, state.who) as page:
            state.reach(InBrowser(page, play.popsell, play.link))
            for look in LOOKS:
                look.put_on(page)
                page.evaluate(TO_FOCUS)
                picture = page.screenshot(animations="disabled")
                _save(picture, folder / f"{state.name.replace(' ', '-')}-{look}.png")


def as_at_first(play: Play, *, is_worked: bool) -> None:
    """What was done at Popsell, and what is kept of it here, toasts too, is undone.

    `is_worked`: whether a worker gave a sign of life just now, and reads what is not behind.
    """
    play.popsell.start_over()
    database = sqlite3.connect(play.processes.scratch / "site.sqlite3", timeout=20)
    with closing(database), database:
        for table in ("review", "noanswerneeded", "judgement", "chatroomflag", "note", "activity"):
            # What was done elsewhere belongs to the cast.
            database.execute(f"DELETE FROM inbox_{table} WHERE brand_id = 3")  # noqa: S608 - our own names
        database.execute(KEEP_SESSIONS)
        database.execute(RESTORE_SESSIONS)
        database.execute("DELETE FROM inbox_workerbeat")
        if is_worked:
            now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
            database.execute(BEAT, (WORKER, now, now))
            database.execute(READ_NOW, (now,))


def smaller(picture: bytes) -> bytes:
    """Reduces to 256 colours: those of large surfaces exactly, then others that span the rare ones.

    So the paper and the dots on it keep their colour.
    """
    image = Image.open(BytesIO(picture)).convert("RGB")
    counted = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    common = bytes(value for _, colour in counted[:96] for value in cast(tuple[int, ...], colour))
    spread = image.quantize(160, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette((list(common) + spread)[: 256 * 3])
    few = image.quantize(palette=palette, dither=Image.Dither.NONE)
    written = BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _save(picture: bytes, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{path}\n")
    return path.write_bytes(smaller(picture))


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _page(play: Play, browser: Browser, who: str | None) -> Iterator[Page]:
    context = browser.new_context(base_url=play.address, locale="en")
    if who:
        name, _, value = play.sessions[who].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": play.address}])
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main()
