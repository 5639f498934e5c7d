"""The description is valid, and describes all that the product calls and reads."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from inspect import getmembers, isfunction
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import pytest
import schemathesis
from pytest_django import Settings

from inbox.popsell import client, codes, credentials, decode, envelope, resources
from inbox.popsell.codes import Commented, Flag, Status, TypeChatroom
from inbox.popsell.filters import ChatroomFilters
from tests.contract import description
from tests.contract.description import BRAND_CHATROOMS, CHATROOMS, MESSAGES, RAW, TOPICS, Json
from tests.support.upstream import Sent, Upstream

EVERY_FILTER = ChatroomFilters(
    archived=False,
    flag=Flag.TO_DO,
    commented=Commented.COMMENTED,
    type_chatroom=TypeChatroom.ONE_TO_MANY,
    last_action_date_before=datetime(2026, 3, 10, 12, tzinfo=UTC),
)

# One call with every parameter for each public function of the client.
CALLS: dict[str, Callable[[], object]] = {
    "ambassadors": lambda: client.ambassadors(
        3, page=2, name="a", status=list(Status), sort=client.OLDEST_FIRST
    ),
    "chatrooms": lambda: client.chatrooms(3, 100, page=2, per_page=50, filters=EVERY_FILTER),
    "manager_chatrooms": lambda: client.manager_chatrooms(3, page=2, per_page=50),
    "chatroom": lambda: client.chatroom(3, 1001),
    "waiting_list": lambda: client.waiting_list(3),
    "chat_topics": lambda: client.chat_topics(3),
    "messages": lambda: client.messages(3, 1001, page=2),
    "mark_read": lambda: client.mark_read(3, 1001, 100),
    "archive": lambda: client.archive(3, 1001, 100, archive=True),
    "block": lambda: client.block(3, 1001, 100, is_blocked=True),
    "flag": lambda: client.flag(3, 1001, 100, flag=Flag.DONE),
}

ORIGIN = r"documented under (GET|POST|PATCH) /\S+|example only|inferred|seen"
SOURCE = re.compile(rf"({ORIGIN})(; (null|body|minus|form) (inferred|seen))?")

ENUMS: list[tuple[type[IntEnum], str, str]] = [
    (codes.TypeMessage, "Message", "type_message"),
    (codes.TypeChatroom, "Chatroom", "type_chatroom"),
    (codes.TypeDiscussion, "Chatroom", "type_discussion"),
    (codes.Source, "Chatroom", "source"),
    (codes.Status, "Ambassador", "status"),
    (codes.Active, "Ambassador", "active"),
]

NEVER_READ = {"page"}
"""Of Laravel 12's links: the product counts pages by the envelope's own numbers."""


# The file itself


def test_it_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(description.load()).validate()


@pytest.mark.parametrize("name", RAW["components"]["schemas"])
def test_each_schema_is_valid_json_schema(name: str) -> None:
    """OpenAPI's own schema lets any keyword pass for a schema."""
    jsonschema_rs.meta.validate(description.schema(name))


def test_it_names_the_bearer_and_the_server() -> None:
    assert RAW["security"] == [{"bearer": []}]
    assert RAW["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert RAW["servers"][0]["url"].endswith("/api/v2")


def test_each_path_declares_what_it_holds() -> None:
    for _, path, operation in description.operations():
        held = set(re.findall(r"\{(\w+)\}", path))
        declared = {one["name"] for one in description.parameters(operation) if one["in"] == "path"}
        assert declared == held


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in description.operations()]
    assert len(set(names)) == len(names)


# How each thing is known


def test_each_property_says_how_it_is_known() -> None:
    found = list(description.described_properties(RAW))
    unsourced = [way for way, schema in found if not SOURCE.fullmatch(schema.get("x-source", ""))]
    assert len(found) > 60
    assert unsourced == []


def test_each_parameter_and_response_says_how_it_is_known() -> None:
    for method, path, operation in description.operations():
        for one in description.parameters(operation):
            assert SOURCE.fullmatch(one["x-source"]), (method, path, one["name"])
        for status, response in operation["responses"].items():
            assert SOURCE.fullmatch(response["x-source"]), (method, path, status)


@pytest.mark.parametrize(("enum", "schema", "name"), ENUMS)
def test_codes_are_listed_and_stay_open(enum: type[IntEnum], schema: str, name: str) -> None:
    found = RAW["components"]["schemas"][schema]["properties"][name]
    listed = {int(number) for number in re.findall(r"(-?\d+):", found["description"])}
    assert listed == {member.value for member in enum}
    validator = jsonschema_rs.Draft202012Validator(description.inlined(found))
    assert validator.is_valid(42)
    assert validator.is_valid("something_new")


# What the product calls


def test_there_is_a_call_for_each_function_of_the_client() -> None:
    own = {
        name
        for name, function in getmembers(client, isfunction)
        if function.__module__ == client.__name__ and not name.startswith("_")
    }
    assert own == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_each_call_is_described(name: str, api: Upstream) -> None:
    answer_anything(api)
    CALLS[name]()
    assert api.sent
    for sent in api.sent:
        fits(sent, api)


def test_asking_for_a_token_is_described(
    api: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_anything(api)
    settings.POPSELL_ACCESS_TOKENS, settings.POPSELL_ACCESS_TOKEN = {}, ""
    settings.POPSELL_API_KEY, settings.POPSELL_DOMAIN = "a-key", "example.com"
    monkeypatch.setattr(credentials, "_known", {})
    client.ambassadors(3)
    asked, listed = api.sent
    assert fits(asked, api)["operationId"] == "createToken"
    assert fits(listed, api)["operationId"] == "listAmbassadors"


def fits(sent: Sent, api: Upstream) -> Json:
    """The operation that a request is one of, with its headers and parameters."""
    operation = described(sent, api)
    known = {(one["in"], one["name"]) for one in description.parameters(operation)}
    assert {("query", name) for name, _ in parse_qsl(sent.query)} <= known
    for name, value in parse_qsl(sent.query):
        assert passes(value, operation, name), (name, value)
    fits_body(sent, operation)
    headers = {("header", name) for name in sent.headers}
    assert {one for one in known if one[0] == "header"} <= headers
    secured = bool(operation.get("security", RAW["security"]))
    assert sent.headers.get("Authorization", "").startswith("Bearer ") == secured
    return operation


def passes(value: str, operation: Json, name: str) -> bool:
    """Whether a parameter's value is as described; in a query a number is its digits."""
    schema = next(one for one in description.parameters(operation) if one["name"] == name)["schema"]
    sent = int(value) if schema["type"] == "integer" else value
    return jsonschema_rs.Draft202012Validator(schema).is_valid(sent)


def fits_body(sent: Sent, operation: Json) -> None:
    """What is sent as JSON is as described, and nothing is sent where nothing is."""
    if "requestBody" not in operation:
        assert sent.body == b""
        return
    assert sent.headers["Content-Type"] == "application/json"
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    jsonschema_rs.validate(description.inlined(schema), json.loads(sent.body))


SORTS = [
    ("/chat/ambassadors", [client.NEWEST_FIRST, client.OLDEST_FIRST]),
    (CHATROOMS, [client.NEWEST_FIRST, client.OLDEST_FIRST]),
    (MESSAGES, [client.NEWEST_MESSAGE_FIRST]),
    (BRAND_CHATROOMS, [client.NEWEST_FIRST_OF_ALL]),
    (TOPICS, ["id_chat_topic"]),
]


@pytest.mark.parametrize(("path", "sorts"), SORTS)
def test_the_sorts_that_are_sent_are_described(path: str, sorts: list[str]) -> None:
    operation = RAW["paths"][path]["get"]
    assert all(passes(sort, operation, "sort") for sort in sorts)
    assert not passes("firstname", operation, "sort")


@pytest.mark.parametrize(
    "filters",
    [
        *(ChatroomFilters(archived=value) for value in (True, False)),
        *(ChatroomFilters(flag=value) for value in Flag),
        *(ChatroomFilters(commented=value) for value in Commented),
        *(ChatroomFilters(type_chatroom=value) for value in TypeChatroom),
        ChatroomFilters(last_action_date_before=datetime(2026, 3, 10, tzinfo=UTC)),
    ],
    ids=lambda filters: "&".join(f"{name}={value}" for name, value in filters.params().items()),
)
def test_each_filter_that_may_be_sent_is_described(filters: ChatroomFilters) -> None:
    ((name, value),) = filters.params().items()
    assert passes(value, RAW["paths"][CHATROOMS]["get"], name)


def test_each_flag_that_may_be_sent_is_described(api: Upstream) -> None:
    answer_anything(api)
    for flag in (*Flag, None):
        client.flag(3, 1001, 100, flag=flag)
    for sent in api.sent:
        fits(sent, api)
    assert [json.loads(sent.body)["flag"] for sent in api.sent] == [1, 2, None]


def test_a_call_of_something_else_would_be_noticed(api: Upstream) -> None:
    with pytest.raises(AssertionError, match="not described"):
        described(Sent("DELETE", "/api/v2/chat/ambassadors", "", {}), api)


# What the product reads


def test_what_the_decoder_reads_is_described_and_read() -> None:
    """Both ways: nothing undescribed is read, nothing is described for nobody."""
    tally = Tally()
    people = envelope.page(tally.sample("AmbassadorPage"), decode.ambassador)
    rooms = envelope.page(tally.sample("ChatroomPage"), decode.chatroom)
    said = decode.messages(tally.sample("MessagePage"))
    (topic,) = decode.chat_topics(tally.sample("ChatTopicPage")).data
    (waiting,) = decode.waiting_list(tally.sample("WaitingList"))
    assert (waiting.user, waiting.chatroom, waiting.content) == (1, 1, "text")
    decode.one_chatroom(tally.sample("Chatroom"))
    decode.read_message(tally.sample("Message"))
    assert decode.confirmation(tally.sample("Confirmation")).message
    decode.invalid(tally.sample("Invalid"))
    assert isinstance(people.data[0], resources.Ambassador)
    room = rooms.data[0]
    assert isinstance(room, resources.Chatroom)
    assert None not in (room.last_message, room.last_rating, room.last_summary)
    assert room.ambassadors[0].chatroom_pivot_data
    (message,) = said.data
    assert isinstance(message, resources.Message)
    assert message.rating
    assert message.products[0].images
    assert topic == resources.ChatTopic(1, (resources.Wording("text", "text"),))
    assert tally.read - tally.described == set()
    unread = {way.rpartition("/links/")[2] for way in tally.described - tally.read}
    assert unread == NEVER_READ


@dataclass
class Tally:
    """Which keys the objects of a sample have, and which of them were asked for."""

    described: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)

    def sample(self, name: str) -> Any:
        """A value with every property of a schema."""
        return self._sample(description.schema(name), name)

    def _sample(self, schema: Json, way: str) -> Any:
        if "allOf" in schema:
            whole, part = (self._sample(one, way) for one in schema["allOf"])
            return Recorder({**whole, **part}, way, self)
        if "anyOf" in schema:
            return self._sample(schema["anyOf"][0], way)
        match schema["type"]:
            case "object":
                properties = schema.get("properties", {})
                values = {key: self._sample(one, f"{way}/{key}") for key, one in properties.items()}
                self.described |= {f"{way}/{key}" for key in values}
                return Recorder(values, way, self)
            case "array":
                return [self._sample(schema["items"], way)] if "items" in schema else []
            case "integer" | "number":
                return 1
        return "text"


class Recorder(dict[str, Any]):
    """A JSON object that notes which of its keys are asked for."""

    def __init__(self, values: Json, way: str, tally: Tally) -> None:
        super().__init__(values)
        self.way, self.tally = way, tally

    def get(self, key: str, default: Any = None) -> Any:
        self.tally.read.add(f"{self.way}/{key}")
        return super().get(key, default)


def described(sent: Sent, api: Upstream) -> Json:
    """The operation that a request is one of."""
    asked = sent.path.removeprefix(urlsplit(api.url).path)
    for method, path, operation in description.operations():
        if method == sent.method and re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", path), asked):
            return operation
    raise AssertionError(f"{sent.method} {asked} is not described")


def answer_anything(api: Upstream) -> None:
    """Answers that fit any id: only what is sent matters here."""
    api.listing()
    api.conversation({"id_chatroom": 1001})
    api.answer("GET", body={"data": []}, path="/manager")
    api.answer("GET", body=[], path="/chat/waiting-list")
    api.answer("POST", 200, {"id_message": 16, "token": "a-token"})
    api.answer("PATCH", 200, {"message": "Chatroom changed successfully"})
