"""The description of the API, `inbox/popsell/openapi.yaml`, and its schemas ready for use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

Json = dict[str, Any]

PATH = Path(__file__).parents[2] / "inbox/popsell/openapi.yaml"
ANNOTATIONS = {"description", "examples", "x-source"}
CHATROOMS = "/chat/ambassadors/{ambassador}/chatrooms"
CHATROOM = "/chat/chatrooms/{id}"
BRAND_CHATROOMS = "/manager/chatrooms"
TOPICS = "/manager/chat-topics"
WAITING = "/chat/waiting-list"
MESSAGES = "/chat/chatrooms/{chatroom}/messages"
READ, ARCHIVE, BLOCK, FLAG = (
    f"/chat/chatrooms/{{chatroom}}/ambassadors/{{ambassador}}/{act}"
    for act in ("read", "archive", "block", "flag")
)


def load() -> Json:
    description: Json = yaml.safe_load(PATH.read_text())
    return description


RAW = load()


def resolve(ref: str) -> Json:
    """What a `$ref` points at; raises KeyError where there is nothing."""
    found: Any = RAW
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def inlined(value: Any) -> Any:
    """The value with its references resolved and without annotations, for validators."""
    if isinstance(value, list):
        return [inlined(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        rest = {key: item for key, item in value.items() if key != "$ref"}
        return inlined({**resolve(value["$ref"]), **rest})
    # Below `properties` the keys are names: one may well be called "description".
    return {
        key: {name: inlined(schema) for name, schema in item.items()}
        if key == "properties"
        else inlined(item)
        for key, item in value.items()
        if key not in ANNOTATIONS
    }


def schema(name: str) -> Json:
    found: Json = inlined(RAW["components"]["schemas"][name])
    return found


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(name))


def operations() -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation, of each."""
    for path, methods in RAW["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def parameters(operation: Json) -> list[Json]:
    return [resolve(one["$ref"]) if "$ref" in one else one for one in operation["parameters"]]


def described_properties(value: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Each property anywhere in the description, with the way to it."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from described_properties(item, f"{where}/{number}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "properties":
                yield from ((f"{where}/{name}", found) for name, found in item.items())
            yield from described_properties(item, f"{where}/{key}")
