"""Numbers and lists in addresses and forms that nobody needs: none of them makes us call for long"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from inbox.web.logs import UnexpectedOnly
from tests.support.chatrooms import chatroom, message
from tests.support.markup import attributes
from tests.support.pages import HTMX, INBOX, button, press, row, text
from tests.support.upstream import Pages, Upstream

READ = f"{INBOX}read/"
HUGE = ("0", "-1", "99", "1000000000", "9" * 40, "\u0663", "1e9", "1,2", "NaN", "")


@pytest.fixture
def long(api: Upstream) -> Pages:
    """An inbox of 60 pages with two conversations each, one of them unread."""
    rooms = [chatroom(number, last_read=16 if number % 2 else None) for number in range(1, 121)]
    api.conversation(rooms[7], message(16))
    return api.inbox(rooms, per_page=2)


def calls(api: Upstream, ask: Callable[[], Any]) -> int:
    """How many the request causes, redirects that a browser follows included."""
    before = len(api.sent)
    ask()
    return len(api.sent) - before


# Every number or list that an address, a form or a header carries

MANY = "&".join(f"chatroom={number}" for number in range(3000))
ROLES = "&".join(f"role={number % 9}" for number in range(3000))
BESIDE = f"{INBOX}chatrooms/8/"
DIRECTORY = "/brands/3/ambassadors/"
ANEW = {"Cache-Control": "no-cache"}
POLL = HTMX | {"Inbox-Shown": ",".join(f"{n}:0" for n in range(5000)), "Inbox-Mark": "x" * 9999}
ASKED: dict[str, tuple[str, dict[str, str], int]] = {
    "page": (f"{INBOX}?page=#", {}, 2),
    "page, anew": (f"{INBOX}?page=#", HTMX | ANEW, 2),
    "page, polled": (f"{INBOX}?page=#", POLL, 1),
    "by the index": (f"{INBOX}?unread=1&page=#", {}, 1),
    "by the index, after": (f"{INBOX}?unread=1&after=0.#.#", {}, 1),
    "stays": (f"{INBOX}?unread=1&stays=#", {}, 1),
    "moderation": (f"{INBOX}?moderation=#", {}, 1),
    "messages": (f"{BESIDE}?messages=#", {}, 4),
    "older messages": (f"{BESIDE}?messages=#&page=#", HTMX | ANEW, 4),
    "the list beside": (f"{BESIDE}?page=#", ANEW, 4),
    "the conversation, polled": (f"{BESIDE}?page=#", POLL, 4),
    "chosen": (f"{READ}?page=#&{MANY}", {}, 1),
    "too many chosen": (f"{READ}?{MANY}&{MANY}", {}, 0),
    "directory": (f"{DIRECTORY}?page=#", {}, 2),
    "roles": (f"{DIRECTORY}?page=#&{ROLES}", ANEW, 2),
    "pin": (f"{INBOX}pin/?here=#", HTMX | ANEW, 1),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_address_makes_more_calls_than_its_page_needs(
    client: Client, api: Upstream, long: Pages, name: str
) -> None:
    address, headers, most = ASKED[name]
    for number in HUGE:
        path = address.replace("#", number)
        caused = calls(api, lambda: client.get(path, headers=headers, follow=True))  # noqa: B023
        assert caused <= most, f"{path[:200]}: {caused}"


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("who", ["a member", "nobody"])
def test_an_address_of_thousands_of_fields_is_refused_in_words(
    client: Client, api: Upstream, headers: dict[str, str], who: str
) -> None:
    """Some 4,000 fit into the longest line that the web server reads."""
    client = client if who == "a member" else Client()
    response = client.get(f"{INBOX}?{'&' * 4000}", headers=headers)
    assert response.status_code == 400
    assert "This request is not valid" in text(response)
    assert "The request can&#39;t be read." in text(response)
    assert not api.sent


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data",
        "multipart/form-data; boundary=;;",
    ],
)
@pytest.mark.parametrize("path", ["/accounts/login/", READ, "/nowhere/"])
@pytest.mark.parametrize("who", ["a member", "nobody"])
def test_a_form_that_cannot_be_read_is_refused_in_words(
    client: Client, caplog: pytest.LogCaptureFixture, kind: str, path: str, who: str
) -> None:
    client = client if who == "a member" else Client()
    response = client.generic("POST", path, b"--x\r\na=b", content_type=kind)
    assert response.status_code == 400
    assert "This request is not valid" in text(response)
    shown = [one for one in caplog.records if UnexpectedOnly().filter(one) and one.exc_info]
    assert not shown


@pytest.mark.parametrize(("times", "status", "most"), [(3000, 302, 1), (10_000, 400, 0)])
def test_an_act_that_is_sent_a_thousand_times_is_one(
    client: Client, api: Upstream, long: Pages, times: int, status: int, most: int
) -> None:
    api.answer("POST", body=message(16))
    page = text(client.get(READ, {"chatroom": ["2"], "page": "1"}))
    (act,) = attributes(page, "[name=act]", "value")
    before = len(api.calls("POST"))
    response = client.post(READ, {"act": [act] * times, "page": "1000000000"})
    assert response.status_code == status
    assert len(api.calls("POST")) - before == most


@pytest.mark.parametrize("number", HUGE)
def test_what_an_act_carries_makes_no_further_calls(
    client: Client, api: Upstream, long: Pages, number: str
) -> None:
    api.answer("POST", body=message(16))
    pressed = button(row(text(client.get(INBOX)), 2))
    assert pressed
    pressed.fields.update(page=number, query=f"unread=1&page={number}&moderation={number}")
    assert calls(api, lambda: press(client, pressed)) <= 2


@pytest.mark.parametrize("charset", ["unicode-escape", "raw_unicode_escape", "utf-7"])
@pytest.mark.parametrize("field", ["note", "\\ud800+2AA-"])
@pytest.mark.parametrize(
    "path",
    [f"{INBOX}chatrooms/8/{name}/" for name in ("draft", "note", "review")]
    + ["/accounts/login/", READ],
)
def test_half_a_letter_is_refused_in_words_wherever_it_is_sent(
    client: Client, path: str, field: str, charset: str
) -> None:
    """Another charset can name what is no letter by itself, which no database keeps."""
    body = (
        f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n\\ud800 +2AA-\r\n--x--\r\n'
    )
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    client.raise_request_exception = False
    response = client.generic("POST", path, body.encode(), content_type=kind)
    assert response.status_code == 400
    assert "The request can&#39;t be read." in text(response)


def test_nor_is_it_read_in_an_address(client: Client) -> None:
    kind = "text/plain; charset=unicode-escape"
    response = client.generic("GET", f"{INBOX}?name=\\ud800", b"x", content_type=kind)
    assert response.status_code == 400
