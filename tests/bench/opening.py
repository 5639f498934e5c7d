"""`bin/bench --browser`: what a person waits for, in a real browser, in front of an API of 300 ms.

A conversation is opened by `o`, and the next one by `e`, with and without reading it ahead, in turns.
The painting is that of its name, as the browser's own PerformanceObserver tells it. Then keys are
pressed, some of them acts, and the browser tells how soon each showed something.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.rounds import ratio
from tests.stack.chromium import ARGUMENTS, find_browser
from tests.stack.play import Play, playing
from tests.support.upstream import Sent

API = 0.3  # seconds
LOOKS = 1.0  # second for which a person looks at a row before it is opened
READS = 1.5  # seconds for which they read a conversation before the next
PATIENCE = 20_000  # milliseconds
INBOX = "/brands/3/ambassadors/101/"  # of 16 pages
OPENED = 20  # conversations of a page
PRESSES = 200
FRAMES = 2 * 1000 / 60 + 8  # milliseconds; the browser rounds what it tells to 8
SESSION = (*"jjoa", "Escape", *"jko?", "Escape", *"ffe/", "Escape", *"ccjon?", "Escape", "k")

WATCH = """
  window.bench = { pressed: 0, painted: [], events: [], keys: {} };
  addEventListener("keydown", (event) => {
    bench.keys[event.timeStamp] = event.key;
    if ("oe".includes(event.key)) bench.pressed = event.timeStamp;
  }, true);
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) bench.painted.push([one.identifier, one.renderTime]);
  }).observe({ type: "element", buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, interactionId, startTime, processingEnd, duration } of list.getEntries()) {
      if (interactionId) bench.events.push({ name, interactionId, startTime, processingEnd, duration,
        key: bench.keys[startTime] });
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  document.addEventListener("DOMContentLoaded", () => {
    const talk = document.getElementById("conversation");
    new MutationObserver(() => {
      const name = talk.querySelector("h2:not([elementtiming])");
      const path = talk.querySelector("[data-path]")?.dataset.path;
      name?.setAttribute("elementtiming", path);
    }).observe(talk, { childList: true, subtree: true });
  });
"""
WITHOUT = """
  const all = window.fetch;
  window.fetch = (address, ...more) =>
    `${address}`.endsWith("/ahead/") ? Promise.resolve(new Response()) : all(address, ...more);
"""


@dataclass
class Found:
    """Milliseconds from press to paint, by key and by whether it was read ahead; and of each press.

    `feedback`: the key too.
    """

    waits: dict[tuple[str, bool], list[float]] = field(default_factory=dict)
    presses: list[float] = field(default_factory=list)
    feedback: list[tuple[float, str]] = field(default_factory=list)


def main(quick: bool) -> bool:
    """Whether all that is promised was kept."""
    found = measure(quick)
    for line in _report(found):
        sys.stdout.write(f"{line}\n")
    told = list(_verdicts(found))
    for is_met, line in told:
        sys.stdout.write(f"{'PASS' if is_met else 'FAIL'}  {line}\n")
    return all(is_met for is_met, _line in told)


def measure(quick: bool) -> Found:
    found = Found()
    opened = 3 if quick else OPENED
    with playing("10") as play, _browser() as browser:
        play.popsell.hook = _wait
        for number, is_ahead in islice(zip(range(1, 5), cycle((True, False))), 2 if quick else 4):
            sys.stderr.write(f"… page {number}, {'' if is_ahead else 'not '}read ahead\n")
            _open_all(browser, play, number, opened, is_ahead, found)
        sys.stderr.write("… presses\n")
        _press_all(browser, play, 20 if quick else PRESSES, found)
    return found


def _wait(_sent: Sent) -> None:
    time.sleep(API)


@contextmanager
def _browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        raise SystemExit("There is no Chromium, which presses the keys.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _page(browser: Browser, play: Play, path: str, is_ahead: bool) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=play.address, viewport={"width": 1440, "height": 900}
    )
    name, _, value = play.sessions["moderator"].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": play.address}])
    context.add_init_script(WATCH + ("" if is_ahead else WITHOUT))
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def _open_all(
    browser: Browser, play: Play, number: int, opened: int, is_ahead: bool, found: Found
) -> None:
    """Each row of a page by `o`, then the next ones by `e`, as somebody works through them."""
    for key in "oe":
        # Others than those that were opened by `o`: what was read then is fresh no longer.
        path = f"{INBOX}?page={number + (0 if key == 'o' else 4)}"
        with _page(browser, play, path, is_ahead) as page:
            waits = found.waits.setdefault((key, is_ahead), [])
            for place in range(opened):
                if key == "o" or not place:
                    page.keyboard.press("j")
                    page.wait_for_timeout(1000 * LOOKS)
                    wait = _open(page, "o")
                else:
                    wait = _open(page, "e")
                if key == "o" or place:
                    waits.append(wait)
                page.wait_for_timeout(1000 * READS)


def _open(page: Page, key: str) -> float:
    """Press it; the milliseconds until another conversation is painted."""
    before = page.evaluate("bench.painted.length")
    page.keyboard.press(key)
    page.wait_for_function("(before) => bench.painted.length > before", arg=before)
    return float(page.evaluate("bench.painted.at(-1)[1] - bench.pressed"))


def _press_all(browser: Browser, play: Play, presses: int, found: Found) -> None:
    with _page(browser, play, INBOX, is_ahead=True) as page:
        for key in islice(cycle(SESSION), presses):
            page.keyboard.press(key)
            page.wait_for_timeout(120)
        page.wait_for_timeout(1000)
        events = page.evaluate("bench.events")
    by_press: dict[int, list[dict[str, Any]]] = {}
    for event in events:
        by_press.setdefault(event["interactionId"], []).append(event)
    for parts in by_press.values():
        found.presses.append(max(one["duration"] for one in parts))
        found.feedback += [
            (one["startTime"] + one["duration"] - one["processingEnd"], one.get("key") or "?")
            for one in parts
            if one["name"] == "keydown"
        ]
    # The browser tells nothing of those that took less than a frame.
    found.presses += [16.0] * (presses - len(found.presses))


def inp(presses: Sequence[float]) -> float:
    """The slowest press, leaving out one of each fifty, as browsers count it."""
    return sorted(presses, reverse=True)[len(presses) // 50]


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _report(found: Found) -> Iterator[str]:
    yield f"From press to paint, ms (API {API * 1000:.0f} ms)"
    yield ""
    for (key, is_ahead), waits in sorted(found.waits.items()):
        said = "read ahead" if is_ahead else "not read ahead"
        yield f"  {key}  {said:15} p50 {median(waits):6.0f}  p95 {_p95(waits):6.0f}  ({len(waits)})"
    yield ""


def _verdicts(found: Found) -> Iterator[tuple[bool, str]]:
    for key in "oe":
        ahead, without = (found.waits[key, is_ahead] for is_ahead in (True, False))
        for name, of, most in (("p50", median, 0.25), ("p95", _p95, 0.5)):
            share = ratio(of(ahead), of(without))
            yield share <= most, f"{name} of `{key}` read ahead / not ≤ {most}: {share:.2f}"
    late = [f"{key} {time:.0f} ms" for time, key in found.feedback if time > FRAMES]
    told = f"{len(late)} later {', '.join(late)}".strip()
    yield not late, f"shown within two frames of a press being handled: {told}"
    yield True, f"INP of {len(found.presses)} presses: {inp(found.presses):.0f} ms"
