"""Where the summary ends, in a browser: one line, however the pages of messages come in"""

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX
from tests.support.upstream import Pages, Upstream

PAGE = f"{INBOX}chatrooms/8/"
LINE = "The summary ends here"


def talk(api: Upstream, count: int, *, known: int) -> Pages:
    """The conversation 8: messages 10, 11 and so on, two on a page, and a summary of the first."""
    facts = {"summary": "She asks for a cream", "anomaly": None, "topic": None}
    summary = facts | {"date_insert": date(9 + known)}
    api.conversation(chatroom(last_summary=summary))
    return api.said([said(10 + place) for place in range(count)][::-1], per_page=2)


def said(id_: int) -> dict[str, object]:
    return message(id_, date_insert=date(id_))


def date(id_: int) -> str:
    return f"2026-11-20T12:{id_}:00Z"


def load(page: Page, where: str) -> None:
    before = page.locator(".message[id]").count()
    page.get_by_role("link", name=where).click()
    expect(page.locator(".message[id]")).not_to_have_count(before)
    settle(page)


def shown(page: Page) -> list[str]:
    """The numbers of the messages, and the line, from top to bottom."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.message[id], .summary-ends')]"
        ".map(one => one.id.slice(8) || one.innerText)"
    )
    return found


def test_it_comes_in_with_older_messages(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    talk(api, 4, known=2)
    page = open_page(moderator)
    page.goto(PAGE)
    assert shown(page) == ["12", "13"]
    load(page, "Older messages")
    assert shown(page) == ["10", "11", f"{LINE}; 2 messages after", "12", "13"]


def test_it_stands_once_where_newer_messages_come_in(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    talk(api, 4, known=2)
    page = open_page(moderator)
    page.goto(f"{PAGE}?messages=2")
    assert shown(page) == ["10", "11", f"{LINE}; 2 messages after"]
    load(page, "Newer messages")
    assert shown(page) == ["10", "11", f"{LINE}; 2 messages after", "12", "13"]


@pytest.mark.parametrize("known", [2, 3, 4])
def test_it_stands_once_where_new_messages_move_the_pages(
    open_page: Open, moderator: Membership, api: Upstream, known: int
) -> None:
    pages = talk(api, 6, known=known)
    page = open_page(moderator)
    page.goto(PAGE)
    for id_ in (16, 17, 18):
        pages.rooms.insert(0, said(id_))
        load(page, "Older messages")
    lines = [one for one in shown(page) if one.startswith(LINE)]
    assert len(lines) == 1
    last = str(9 + known)
    assert shown(page)[shown(page).index(last) + 1] == lines[0]
    assert [one for one in shown(page) if one not in lines] == ["11", "12", "13", "14", "15"]


@pytest.mark.parametrize("known", [2, 3, 4])
def test_it_stands_once_where_newer_messages_begin_with_what_is_shown(
    open_page: Open, moderator: Membership, api: Upstream, known: int
) -> None:
    pages = talk(api, 6, known=known)
    page = open_page(moderator)
    page.goto(f"{PAGE}?messages=3")
    for id_ in (16, 17, 18):
        pages.rooms.insert(0, said(id_))
        load(page, "Newer messages")
    lines = [one for one in shown(page) if one.startswith(LINE)]
    assert len(lines) == 1
    assert shown(page)[shown(page).index(str(9 + known)) + 1] == lines[0]
