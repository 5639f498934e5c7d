"""Who walks to a state of a page: a person in a browser, or Django's test client.

Both follow the same steps, so that one table of states serves every check.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.test import Client
from playwright.sync_api import Page, Response, expect

from tests.support.markup import forms
from tests.support.pages import HTMX, text
from tests.support.upstream import Upstream

# What is under way, and what takes no press for a moment.
UNSETTLED = (
    ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, [data-fresh], [data-swapped], "
    "[aria-busy=true]"
)


class Visitor(Protocol):
    """`popsell`: the server our site talks to. `link`: where a new member sets a password, once.

    `status` and `path` are those of the last answer.
    """

    popsell: Upstream
    link: str
    status: int

    @property
    def path(self) -> str: ...

    def open(self, path: str) -> None: ...

    def submit(self, holding: str, nth: int = 0, **filled: str) -> None:
        """Fill in and send the first form that holds a field of this name, or one after it."""


@dataclass
class InBrowser:
    page: Page
    popsell: Upstream
    link: str
    status: int = 0
    scripts: bool = True

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def open(self, path: str) -> None:
        self._keep(self.page.goto(path))

    def submit(self, holding: str, nth: int = 0, **filled: str) -> None:
        form = self.page.locator(f'form:has([name="{holding}"])').nth(nth)
        form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
        for name, value in filled.items():
            field = form.locator(f'[name="{name}"]')
            if field.evaluate("field => field.matches('select')"):
                field.select_option(value)
            else:
                field.fill(value)
        button = form.locator("[type=submit]").first
        if not self.scripts or form.get_attribute("hx-post") is None:
            with self.page.expect_navigation(wait_until="load") as page:
                button.click()
            self._keep(page.value)
            return
        target = form.get_attribute("hx-post") or ""  # a draft may be saved meanwhile
        with self.page.expect_response(
            lambda one: one.request.method == "POST" and urlsplit(one.url).path == target
        ) as row:
            button.click()
        self._keep(row.value)
        expect(self.page.locator(UNSETTLED)).to_have_count(0)

    def _keep(self, response: Response | None) -> None:
        assert response, "nothing was asked of the site"
        self.status = response.status


@dataclass
class AtClient:
    """`html` is what came last: a page, or with `scripts` what htmx would put into it.

    `been`: all paths that answered.
    """

    client: Client
    popsell: Upstream
    link: str
    scripts: bool = True
    status: int = 0
    path: str = ""
    html: str = ""
    been: set[str] = dataclass_field(default_factory=set)

    @property
    def has_fragment(self) -> bool:
        return "<html" not in self.html

    def open(self, path: str) -> None:
        self._keep(self.client.get(path, follow=True))

    def submit(self, holding: str, nth: int = 0, **filled: str) -> None:
        form = [form for form in forms(self.html) if holding in form.names][nth]
        htmx = self.scripts and form.attributes.get("hx-post")
        target = htmx or form.attributes.get("action") or self.path
        fields, headers = {**form.fields, **filled}, HTMX if htmx else {}
        self._keep(self.client.post(target, fields, follow=True, headers=headers))

    def _keep(self, response: Any) -> None:
        self.status, self.path = response.status_code, response.request["PATH_INFO"]
        self.html = text(response)
        self.been.add(self.path)
