"""What the first pages of a process need is read before it serves any."""

from typing import Any

import pytest
from django.template import engines
from django.test import Client
from jinja2 import Environment

from inbox.web import warming
from tests.support.markup import attribute, first
from tests.support.pages import HTMX, INBOX, text

PAGES = ("/brands/3/", "/brands/3/ambassadors/", INBOX)


@pytest.mark.usefixtures("api")
def test_the_pages_of_the_day_find_their_templates_compiled(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    vars(engines["jinja2"])["env"].cache.clear()
    warming.warm_up()
    compiled: list[object] = []
    really: Any = Environment.compile

    def note(self: Environment, source: str, name: str, *more: object, **named: object) -> object:
        compiled.append(name)
        return really(self, source, name, *more, **named)

    monkeypatch.setattr(Environment, "compile", note)
    talk = attribute(first(text(client.get(INBOX)), "a[data-key=o]"), "href")
    for path in (*PAGES, talk):
        assert client.get(path).status_code == 200
        assert client.get(path, headers=HTMX).status_code == 200
    assert compiled == []
