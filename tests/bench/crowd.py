"""Members at work: each reads, waits for news and acts, as fast as the site answers."""

import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import requests

from tests.support.markup import Form, attribute, attributes, every, forms
from tests.support.pages import HTMX

INBOXES = {3: (100, 101, 102, 104), 8: (801, 803)}  # by brand: the ambassadors looked after
ACTS = ("mark", "archive", "block", "flag", "review", "undo")
DONE = re.compile(
    "Marked read for|Archived for|Taken out of the archive for|Blocked for|Unblocked for"
    "|Flagged as|Flag taken away for"
)
REVIEWED = "Reviewed for"
FEW = 6  # rooms at the top of each inbox where everybody acts, so that they meet
TWICE = 0.3  # of the acts are pressed twice at once


@dataclass
class Seen:
    """What all the clients saw: answers by status, and by kind of work the acts that were told done."""

    statuses: Counter[str] = field(default_factory=Counter)
    told_done: list[str] = field(default_factory=list)  # ids of our requests
    notes: list[str] = field(default_factory=list)  # of the reviews that were told done
    faults: list[str] = field(default_factory=list)
    work: Counter[str] = field(default_factory=Counter)
    acts: list[tuple[float, float]] = field(default_factory=list)  # when one began and was done
    lock: Lock = field(default_factory=Lock)


@dataclass
class Client:
    address: str
    cookie: str
    brand: int
    number: int
    seen: Seen

    def work(self, stop: Event) -> None:
        """Until told to stop; what is under way then is finished."""
        self.dice = random.Random(self.number)  # noqa: S311 - the same work each time
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.cookies.set(*self.cookie.split("=", 1))
        while not stop.is_set():
            ambassador = self.dice.choice(INBOXES[self.brand])
            self._visit(f"/brands/{self.brand}/ambassadors/{ambassador}/")

    def _visit(self, inbox: str) -> None:
        """One inbox: its list, then news of it, or a conversation and an act there."""
        html = self._ask("page", inbox)
        if self.dice.random() < 0.4:
            items = every(html, "[data-item][data-mark]")
            shown = ",".join(
                f"{attribute(one, 'data-item')}:{attribute(one, 'data-mark')}" for one in items
            )
            self._ask("poll", inbox, {**HTMX, "Inbox-Shown": shown})
        rooms = attributes(html, "[id^=open-]", "href")[:FEW]
        if rooms:
            self._act(self._ask("page", self.dice.choice(rooms)))

    def _act(self, html: str) -> None:
        found = {one.attributes.get("id", ""): one for one in forms(html)}
        offered = [act for act in ACTS if f"{act}-conversation" in found]
        if not offered:
            return
        act = self.dice.choice(offered)
        form = found[f"{act}-conversation"]
        if act == "flag":
            form.fields["state"] = self.dice.choice(["1", "2", "none"])
        if act == "review":
            form.fields["note"] = f"{self.number}-{self.dice.getrandbits(64):x}"
        if self.dice.random() > TWICE:
            self._press(act, form)
            return
        both = [Thread(target=self._press, args=[act, form]) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

    def _press(self, act: str, form: Form) -> None:
        began = time.monotonic()
        answer = self._send("POST", form.attributes["action"], HTMX, form.fields)
        if answer is None:
            return
        with self.seen.lock:
            self.seen.work[act] += 1
            if answer.status_code != requests.codes.ok:
                return
            self.seen.acts.append((began, time.monotonic()))
            if DONE.search(answer.text):
                self.seen.told_done.append(answer.headers["X-Request-ID"])
            if act == "review" and REVIEWED in answer.text:
                self.seen.notes.append(form.fields["note"])

    def _ask(self, kind: str, path: str, headers: dict[str, str] | None = None) -> str:
        answer = self._send("GET", path, headers or {})
        with self.seen.lock:
            self.seen.work[kind] += 1
        return answer.text if answer is not None and answer.ok else ""

    def _send(
        self, method: str, path: str, headers: dict[str, str], fields: dict[str, str] | None = None
    ) -> requests.Response | None:
        try:
            answer = self.session.request(
                method,
                self.address + path,
                headers=headers,
                data=fields,
                timeout=60,
                allow_redirects=False,
            )
        except requests.RequestException as failure:
            with self.seen.lock:
                self.seen.faults.append(f"{method} {path}: {type(failure).__name__}")
            return None
        with self.seen.lock:
            self.seen.statuses[str(answer.status_code)] += 1
            if answer.status_code == requests.codes.server_error:
                self.seen.faults.append(f"{method} {path}: 500")
        return answer
