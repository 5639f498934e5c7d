"""Who may ask, and how the sandbox refuses."""

import pytest

from inbox.sandbox.app import PREFIX, Call, Sandbox, create_app
from inbox.sandbox.server import running
from tests.sandbox.conftest import Client

LIST = "/chat/ambassadors"
ROOMS = "/chat/ambassadors/100/chatrooms"


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer wrong", "sandbox-token", "bearer x"])
def test_without_the_token_nobody_enters(client: Client, value: str) -> None:
    answer = client.call(LIST, headers={"Authorization": value})
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized."}


@pytest.mark.parametrize("brand", ["", "abc", "3.5", "3 8", "٣"])
def test_a_brand_that_is_no_integer_is_invalid(client: Client, brand: str) -> None:
    answer = client.call(LIST, headers={"X-Popsell-Brand": brand.encode()})
    assert answer.status_code == 422
    body = answer.json()
    assert body["errors"] == {"X-Popsell-Brand": [body["message"]]}


def test_a_brand_the_token_does_not_open_is_forbidden(client: Client) -> None:
    answer = client.call(LIST, brand=9)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden."})


def test_a_token_may_open_one_brand_only() -> None:
    with running(create_app(brands=[8], token="other")) as url:
        client, headers = Client(url), {"Authorization": "Bearer other"}
        with client.session:
            assert client.call(LIST, brand=8, headers=headers).status_code == 200
            assert client.call(LIST, brand=3, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/chat/ambassadors/999/chatrooms",
        "/chat/ambassadors/abc/chatrooms",
        "/chat/ambassadors/-1/chatrooms",
        "/chat/ambassadors/100",
        "/chat",
        "",
    ],
)
def test_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    answer = client.call(path)
    assert answer.status_code == 404
    assert answer.json()["message"]


def test_outside_the_prefix_nothing_is_found(client: Client) -> None:
    client.url = client.url.removesuffix(PREFIX)
    assert client.call(LIST).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", LIST, "GET, HEAD"),
        ("DELETE", ROOMS, "GET, HEAD"),
        ("GET", "/chat/chatrooms/1/ambassadors/100/read", "POST"),
    ],
)
def test_the_wrong_method_is_told_the_right_one(
    client: Client, method: str, path: str, allow: str
) -> None:
    answer = client.call(path, method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert method in answer.json()["message"]


@pytest.mark.parametrize("params", [{"sort": "firstname"}, {"filter[source]": "1"}])
def test_what_it_cannot_do_is_refused_rather_than_ignored(
    client: Client, params: dict[str, str]
) -> None:
    assert client.call(ROOMS, params=params).status_code == 400


def test_a_brand_shows_nothing_of_the_other(client: Client) -> None:
    names = {
        brand: {one["id_ambassador"] for one in client.json(LIST, brand=brand)["data"]}
        for brand in (3, 8)
    }
    assert names == {3: set(range(100, 112)), 8: {801, 802, 803}}
    assert client.call("/chat/ambassadors/801/chatrooms", brand=3).status_code == 404
    room = client.json("/chat/ambassadors/801/chatrooms", brand=8)["data"][0]["id_chatroom"]
    path = f"/chat/chatrooms/{room}/ambassadors/801/read"
    assert client.call(path, "POST", brand=3).status_code == 404
    assert client.call(ROOMS, brand=8).status_code == 404


def test_calls_are_counted_and_logged_without_the_token(
    client: Client, app: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "inbox.sandbox")
    client.call(ROOMS, params={"page": "2"}, headers={"X-Request-ID": "r-1"})
    client.call(LIST, brand="x", headers={"Authorization": "Bearer wrong-secret"})
    assert app.log == [
        Call("GET", PREFIX + ROOMS, "page=2", 200, "3", "r-1"),
        Call("GET", PREFIX + LIST, "", 401, "x", None),
    ]
    lines = [record.getMessage() for record in caplog.records if record.name == "inbox.sandbox"]
    assert lines == [f"GET {PREFIX}{ROOMS} 200", f"GET {PREFIX}{LIST} 401"]
    assert "sandbox-token" not in caplog.text
    assert "wrong-secret" not in repr(app.log) + caplog.text
    app.clear_log()
    assert app.log == []


def test_json_is_escaped_as_php_does(client: Client) -> None:
    answer = client.call(LIST, params={"filter[name]": "léa"})
    assert answer.headers["Content-Type"] == "application/json"
    assert rb'"firstname":"L\u00e9a"' in answer.content
    assert rb"http:\/\/127.0.0.1:" in answer.content
    assert answer.content.isascii()


# Switches that tests play


SEAT = "/chat/chatrooms/30670/ambassadors/100"
OPERATIONS = {
    "ambassadors": ("GET", LIST, None),
    "chatrooms": ("GET", ROOMS, None),
    "chatroom": ("GET", "/chat/chatrooms/30670", None),
    "messages": ("GET", "/chat/chatrooms/30670/messages", None),
    "manager chatrooms": ("GET", "/manager/chatrooms", None),
    "topics": ("GET", "/manager/chat-topics", None),
    "read": ("POST", f"{SEAT}/read", None),
    "archive": ("PATCH", f"{SEAT}/archive", {"archive": True}),
    "block": ("PATCH", f"{SEAT}/block", {"is_blocked": True}),
    "flag": ("PATCH", f"{SEAT}/flag", {"flag": 1}),
}


def statuses(client: Client) -> dict[str, int]:
    return {
        name: client.call(path, method, json=body).status_code
        for name, (method, path, body) in OPERATIONS.items()
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_token_may_lack_the_right_to_one_operation(
    client: Client, app: Sandbox, name: str
) -> None:
    all_well = dict.fromkeys(OPERATIONS, 200)
    app.forbid(name)
    assert statuses(client) == {**all_well, name: 403}
    app.hide(name)
    assert statuses(client) == {**all_well, name: 404}
    app.allow(name)
    assert statuses(client) == all_well


def test_a_sort_may_be_ignored(client: Client, app: Sandbox) -> None:
    path = "/chat/chatrooms/30670/messages"
    newest = client.json(path, params={"sort": "-date_insert"})["data"]
    app.ignore_sort("messages")
    oldest = client.json(path, params={"sort": "-date_insert"})["data"]
    assert oldest == client.json(path)["data"] != newest
    app.allow("messages")
    assert client.json(path, params={"sort": "-date_insert"})["data"] == newest


def test_a_switch_for_nothing_is_a_mistake(app: Sandbox) -> None:
    for switch in (app.forbid, app.hide, app.ignore_sort, app.allow):
        with pytest.raises(KeyError):
            switch("mesages")
