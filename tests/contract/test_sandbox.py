"""The sandbox answers every request as the description says."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from werkzeug.test import Client

from inbox.sandbox.app import BRANDS, PREFIX, create_app
from tests.contract import description
from tests.contract.description import (
    ARCHIVE,
    BLOCK,
    BRAND_CHATROOMS,
    CHATROOM,
    CHATROOMS,
    FLAG,
    MESSAGES,
    READ,
    TOPICS,
    WAITING,
    Json,
)
from tests.support.runs import many

KEY = "sandbox-key"

CONFORMS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
GUARDS = [ignored_auth, missing_required_header, unsupported_method]
BOUNDS = settings(
    max_examples=many(25),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
Case = schemathesis.Case[Any]
AUTH = {"Authorization": "Bearer sandbox-token"}
BRAND = {"X-Popsell-Brand": "3"}

sandbox = create_app()
api = schemathesis.openapi.from_dict(description.load())
api.app = sandbox

LISTS = ["/chat/ambassadors", CHATROOMS, MESSAGES, BRAND_CHATROOMS, TOPICS]
KNOWING = [*LISTS, WAITING, CHATROOM, READ, ARCHIVE, BLOCK, FLAG]

rooms = sandbox.brands[3].rooms.values()
SEATS = [
    {"id": room.id, "chatroom": room.id, "ambassador": seat.person.id}
    for room in rooms
    for seat in room.participants
]
SILENT = {room.id for room in rooms if room.last is None}


# Any request


@api.parametrize()
@BOUNDS
def test_any_request_gets_a_described_answer(case: Case) -> None:
    case.call_and_validate(headers=AUTH, checks=[*CONFORMS, *GUARDS])


@pytest.mark.parametrize(
    ("method", "path"), [one[:2] for one in description.operations() if one[1] in KNOWING]
)
def test_a_right_request_about_known_ids_gets_its_answer(method: str, path: str) -> None:
    strategy = api[path][method].as_strategy(headers=AUTH | BRAND)

    @BOUNDS
    @given(strategy, st.sampled_from(SEATS))
    def asks(case: Case, seat: dict[str, int]) -> None:
        case.path_parameters = {name: seat[name] for name in case.path_parameters or {}}
        silent = path == READ and seat["chatroom"] in SILENT
        response = case.call_and_validate(checks=CONFORMS)
        assert response.status_code == (422 if silent else 200)

    asks()


# Each described status

LIST: Json = {"headers": AUTH | BRAND}
ROOMS: Json = {**LIST, "path_parameters": {"ambassador": SEATS[0]["ambassador"]}}
SEAT: Json = {
    **LIST,
    "path_parameters": {name: SEATS[0][name] for name in ("chatroom", "ambassador")},
}
ONE: Json = {**LIST, "path_parameters": {"id": SEATS[0]["id"]}}
SAID: Json = {**LIST, "path_parameters": {"chatroom": SEATS[0]["chatroom"]}}
ACTS: dict[str, Json] = {
    path: {**SEAT, "body": body, "media_type": "application/json"}
    for path, body in (
        (ARCHIVE, {"archive": True}),
        (BLOCK, {"is_blocked": False}),
        (FLAG, {"flag": None}),
    )
}
SIGN_IN: Json = {
    "headers": {"X-Popsell-Domain": "example.com"},
    "body": {"api_key": KEY},
    "media_type": "application/json",
}
NO_ONE = {"chatroom": 0, "ambassador": 0}
NO_AUTH = {"headers": BRAND}
NO_BRAND = {"headers": AUTH}
OTHER_BRAND = {"headers": {**AUTH, "X-Popsell-Brand": "99"}}
BAD_SORT = {"query": {"sort": "firstname"}}
BAD_FILTER = {"query": {"filter[source]": "1"}}

REQUESTS: dict[tuple[str, str], Json] = {
    ("/auth/token", "200"): SIGN_IN,
    ("/auth/token", "401"): {**SIGN_IN, "body": {"api_key": "another"}},
    ("/auth/token", "422"): {**SIGN_IN, "body": {}},
    ("/chat/ambassadors", "200"): LIST,
    ("/chat/ambassadors", "400"): LIST | BAD_SORT,
    ("/chat/ambassadors", "401"): LIST | NO_AUTH,
    ("/chat/ambassadors", "403"): LIST | OTHER_BRAND,
    ("/chat/ambassadors", "422"): LIST | NO_BRAND,
    (CHATROOMS, "200"): ROOMS,
    (CHATROOMS, "400"): ROOMS | BAD_SORT,
    (CHATROOMS, "401"): ROOMS | NO_AUTH,
    (CHATROOMS, "403"): ROOMS | OTHER_BRAND,
    (CHATROOMS, "404"): ROOMS | {"path_parameters": {"ambassador": 0}},
    (CHATROOMS, "422"): ROOMS | NO_BRAND,
    (READ, "200"): SEAT,
    (READ, "401"): SEAT | NO_AUTH,
    (READ, "403"): SEAT | OTHER_BRAND,
    (READ, "404"): SEAT | {"path_parameters": NO_ONE},
    (READ, "422"): SEAT | NO_BRAND,
    (BRAND_CHATROOMS, "200"): LIST,
    (BRAND_CHATROOMS, "400"): LIST | BAD_SORT,
    (BRAND_CHATROOMS, "401"): LIST | NO_AUTH,
    (BRAND_CHATROOMS, "403"): LIST | OTHER_BRAND,
    (BRAND_CHATROOMS, "422"): LIST | NO_BRAND,
    (WAITING, "200"): LIST,
    (WAITING, "400"): LIST | BAD_FILTER,
    (WAITING, "401"): LIST | NO_AUTH,
    (WAITING, "403"): LIST | OTHER_BRAND,
    (WAITING, "422"): LIST | NO_BRAND,
    (TOPICS, "200"): LIST,
    (TOPICS, "400"): LIST | BAD_SORT,
    (TOPICS, "401"): LIST | NO_AUTH,
    (TOPICS, "403"): LIST | OTHER_BRAND,
    (TOPICS, "422"): LIST | NO_BRAND,
    (CHATROOM, "200"): ONE,
    (CHATROOM, "401"): ONE | NO_AUTH,
    (CHATROOM, "403"): ONE | OTHER_BRAND,
    (CHATROOM, "404"): ONE | {"path_parameters": {"id": 0}},
    (CHATROOM, "422"): ONE | NO_BRAND,
    (MESSAGES, "200"): SAID,
    (MESSAGES, "400"): SAID | BAD_SORT,
    (MESSAGES, "401"): SAID | NO_AUTH,
    (MESSAGES, "403"): SAID | OTHER_BRAND,
    (MESSAGES, "404"): SAID | {"path_parameters": {"chatroom": 0}},
    (MESSAGES, "422"): SAID | NO_BRAND,
    **{(path, "200"): act for path, act in ACTS.items()},
    **{(path, "401"): act | NO_AUTH for path, act in ACTS.items()},
    **{(path, "403"): act | OTHER_BRAND for path, act in ACTS.items()},
    **{(path, "404"): act | {"path_parameters": NO_ONE} for path, act in ACTS.items()},
    **{(path, "422"): act | {"body": {}} for path, act in ACTS.items()},
}


def test_there_is_a_request_for_each_described_status() -> None:
    described = {
        (path, status)
        for _, path, operation in description.operations()
        for status in operation["responses"]
    }
    assert described == set(REQUESTS)


@pytest.mark.parametrize(("path", "status"), REQUESTS)
def test_each_described_status_is_answered(path: str, status: str) -> None:
    (method,) = description.RAW["paths"][path]
    response = api[path][method].Case(**REQUESTS[path, status]).call()
    assert str(response.status_code) == status
    content = description.RAW["paths"][path][method]["responses"][status]["content"]
    schema = description.inlined(content["application/json"]["schema"])
    jsonschema_rs.validate(schema, response.json())


# All that it holds

OPTIONAL = {"chatroom_pivot_data", "page", "rating", "products"}
"""The first of them outside a chatroom or as an oddity, the second on the dots of the links, the
others but under their type of message, and in some chatrooms never."""


@pytest.mark.parametrize("brand", BRANDS)
def test_each_page_of_each_persons_chatrooms_is_as_described(brand: int) -> None:
    validator = jsonschema_rs.Draft202012Validator(complete(description.schema("ChatroomPage")))
    seen = 0
    for person in sandbox.brands[brand].people:
        for page in pages(brand, CHATROOMS.format(ambassador=person)):
            validator.validate(page)
            seen += len(page["data"])
    assert seen == sum(len(rooms) for rooms in sandbox.brands[brand].rooms_of.values())


@pytest.mark.parametrize("brand", BRANDS)
def test_each_page_of_a_brands_chatrooms_is_as_described(brand: int) -> None:
    row = complete(description.schema("Chatroom"))
    row["required"].remove("last_message")
    row["required"].remove("last_summary")
    chatroom = jsonschema_rs.Draft202012Validator(row)
    envelope = jsonschema_rs.Draft202012Validator(complete(description.schema("Envelope")))
    seen = 0
    for page in pages(brand, BRAND_CHATROOMS):
        envelope.validate(page)
        for one in page["data"]:
            chatroom.validate(one)
            assert one.keys() == set(row["required"])
        seen += len(page["data"])
    assert seen == len(sandbox.brands[brand].rooms)


@pytest.mark.parametrize("brand", BRANDS)
def test_each_page_of_ambassadors_is_as_described(brand: int) -> None:
    validator = jsonschema_rs.Draft202012Validator(complete(description.schema("AmbassadorPage")))
    seen = 0
    for page in pages(brand, "/chat/ambassadors"):
        validator.validate(page)
        seen += len(page["data"])
    assert seen == sum(one.status in range(7) for one in sandbox.brands[brand].people.values())


@pytest.mark.parametrize("brand", BRANDS)
def test_each_page_of_topics_is_as_described(brand: int) -> None:
    validator = jsonschema_rs.Draft202012Validator(complete(description.schema("ChatTopicPage")))
    topics = []
    for page in pages(brand, TOPICS):
        validator.validate(page)
        topics += [one["id_chat_topic"] for one in page["data"]]
    assert topics == list(range(1, 10))


@pytest.mark.parametrize("brand", BRANDS)
def test_each_chatroom_and_its_messages_are_as_described(brand: int) -> None:
    alone = complete(description.schema("Chatroom"))
    alone["required"].remove("last_message")
    chatroom = jsonschema_rs.Draft202012Validator(alone)
    said = jsonschema_rs.Draft202012Validator(complete(description.schema("MessagePage")))
    client, headers = Client(sandbox), AUTH | {"X-Popsell-Brand": str(brand)}
    carried = set()
    for room in list(sandbox.brands[brand].rooms.values())[::5]:
        path = PREFIX + CHATROOM.format(id=room.id)
        chatroom.validate(client.get(path, headers=headers).get_json())
        for page in pages(brand, MESSAGES.format(chatroom=room.id)):
            said.validate(page)
            carried |= {key for one in page["data"] for key in ("rating", "products") if key in one}
    assert carried == {"rating", "products"}


def pages(brand: int, path: str) -> Iterator[Json]:
    """Every page there is, and the empty one past it."""
    client = Client(sandbox)
    headers = AUTH | {"X-Popsell-Brand": str(brand)}
    number = last = 1
    while number <= last + 1:
        page = client.get(PREFIX + path, query_string={"page": number}, headers=headers).get_json()
        yield page
        last, number = page["last_page"], number + 1


def complete(schema: Any) -> Any:
    """The schema with every property required, since the sandbox leaves none out."""
    if isinstance(schema, list):
        return [complete(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {key: complete(one) for key, one in schema.items()}
    if "properties" in schema:
        whole["required"] = sorted(set(schema["properties"]) - OPTIONAL)
    return whole


def test_a_deep_body_is_no_fault() -> None:
    headers = {"X-Popsell-Domain": "example.com"}
    answer = Client(create_app()).post(PREFIX + "/auth/token", data="[" * 200_000, headers=headers)
    assert answer.status_code == 422
