"""Names within sentences are isolated, so a right-to-left name turns no word around"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.activity import recording, spreadsheet
from inbox.chatrooms import annotations
from inbox.models import (
    Act,
    Activity,
    Brand,
    CodeName,
    IndexedAmbassador,
    IndexedChatroom,
    Membership,
    User,
)
from inbox.popsell import decode
from inbox.text import isolates
from tests.conftest import SignIn
from tests.house.test_html import html_of
from tests.support.cast import invitation
from tests.support.states import STATES
from tests.support.upstream import Upstream
from tests.support.visitors import AtClient

NAME = "שהרזאד"
TOLD = re.compile("title|alt|placeholder|aria-label|data-(title|names|asks|done|failed|all).*")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
INLINE = {
    *("a", "b", "button", "code", "em", "i", "kbd", "label", "mark", "q", "small", "span"),
    *("strong", "sup", "time"),
}
PLAIN = {"title", "option"}
WRITTEN = {"textarea", "script", "style"}
ISOLATED = re.compile(f"{isolates.FIRST}[^{isolates.FIRST}{isolates.LAST}]*{isolates.LAST}")


@dataclass
class Element:
    """`text`: of all in it, but what stands by itself."""

    tag: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)

    @property
    def is_apart(self) -> bool:
        return self.tag not in INLINE or "dir" in self.attributes


class Page(HTMLParser):
    """Collects where a name stands beside other words without being set apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open = [Element("root", {})]
        self.wrong: list[str] = []
        self.seen = 0
        self.feed(html)
        while self.open:
            self._close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        for name, value in attributes.items():
            if TOLD.fullmatch(name):
                self._look_at_plain(f"{tag} {name}", value)
        if tag not in VOID:
            self.open.append(Element(tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._close()

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open[-1].tag != tag:
            self._close()
        self._close()

    def handle_data(self, data: str) -> None:
        if isolates.FIRST in data and self.open[-1].tag not in PLAIN:
            self.wrong.append(f"copied with what is not seen: {data!r}")
        self.open[-1].text.append(data)

    def _close(self) -> None:
        one = self.open.pop()
        words = "".join(one.text)
        if one.tag in PLAIN:
            self._look_at_plain(one.tag, words)
        elif one.tag in WRITTEN:
            pass
        elif not one.is_apart:
            self.open[-1].text.append(words)
        elif NAME in words:
            self.seen += 1
            if any(letter.isalnum() for letter in words.replace(NAME, "")):
                self.wrong.append(f"<{one.tag}> {' '.join(words.split())}")

    def _look_at_plain(self, place: str, words: str) -> None:
        self.seen += NAME in words
        rest = ISOLATED.sub("", words)
        if NAME in rest and rest.strip() != NAME:
            self.wrong.append(f"{place}: {words.strip()!r}")


def called(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Everybody and everything that has a name has this one."""
    known = annotations.names

    def names(brand_id: int) -> dict[tuple[str, str], CodeName]:
        found = known(brand_id)
        for one in found.values():
            one.name = NAME
        return found

    monkeypatch.setattr(annotations, "names", names)
    monkeypatch.setattr(decode, "short", lambda value, _most: NAME if value else None)
    monkeypatch.setattr(decode, "person_name", lambda value: NAME if value else None)
    settings.OIDC_NAME = NAME
    User.objects.update(name=NAME)
    Brand.objects.update(name=NAME)
    IndexedAmbassador.objects.update(name=NAME)
    IndexedChatroom.objects.update(name=NAME, proof_word=NAME)


def test_every_name_on_every_page(
    people: dict[str, User],
    api: Upstream,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    called(monkeypatch, settings)
    wrong, seen = [], 0
    for state in STATES:
        for scripts in (True, False):
            client = sign_in(people[state.who]) if state.who else Client()
            page = Page(html_of(state, AtClient(client, api, invitation(people), scripts=scripts)))
            seen += page.seen
            wrong += [f"{state.name}: {one}" for one in page.wrong]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert seen > 1000


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        (f"<p>Reviewed by {NAME} 1 min ago</p>", 1),
        (f"<p>Reviewed by <b>{NAME}</b> 1 min ago</p>", 1),
        (f"<p>Reviewed by <bdi>{NAME}</bdi> 1 min ago</p>", 0),
        (f"<p dir=auto><b>by:</b> {NAME}</p>", 1),
        (f"<p><img alt='{NAME} 1'>{NAME}</p><title>by {NAME}</title>", 2),
        (f"<p><img alt='{isolates.alone(NAME)} 1'>{NAME}</p><option>{NAME}</option>", 0),
        (f"<p>{isolates.alone(NAME)}</p>", 1),
    ],
)
def test_the_check_itself(html: str, wrong: int) -> None:
    assert len(Page(html).wrong) == wrong


def test_a_file_for_spreadsheets_holds_names_as_they_are(moderator: Membership) -> None:
    moderator.user.name = NAME
    recording.record(moderator, Act.INVITE, about=NAME)
    lines = "".join(spreadsheet.as_csv(Activity.objects.all(), moderator))
    assert lines.count(NAME) == 2
    assert isolates.FIRST not in lines


# The helpers


@given(st.text(), st.text())
def test_what_a_name_holds_does_not_end_its_isolation(name: str, other: str) -> None:
    told = f"{isolates.alone(name)} by {isolates.alone(other)}"
    assert told.count(isolates.FIRST) == told.count(isolates.LAST)
    html = isolates.marked(told)
    assert html.count("<bdi>") == html.count("</bdi>") == told.count(isolates.FIRST)
    assert not {chr(one) for one in isolates.TURNS} & set(html + isolates.bdi(name))


@pytest.mark.parametrize(
    ("name", "plain", "html"),
    [
        ("Léa", "Léa", "<bdi>Léa</bdi>"),
        (NAME, f"\u2068{NAME}\u2069", f"<bdi>{NAME}</bdi>"),
        ("123 ٣", "\u2068123 ٣\u2069", "<bdi>123 ٣</bdi>"),
        ("Jean\tPaul", "Jean Paul", "<bdi>Jean Paul</bdi>"),
        ("a\u202eb\u2069<", "ab<", "<bdi>ab&lt;</bdi>"),
        ("", "", ""),
    ],
)
def test_a_name_as_text_and_as_html(name: Any, plain: str, html: str) -> None:
    assert (isolates.alone(name), isolates.bdi(name)) == (plain, html)
