"""What a request's body says, read as Laravel validates it."""

import json
from typing import TYPE_CHECKING

from inbox.sandbox.answers import invalid

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

Body = dict[str, object]

FLAGS = (1, 2)
"""To do and done, documented under PATCH …/flag."""


def json_body(environ: "WSGIEnvironment") -> Body:
    """Read the object sent; anything else is as if nothing was sent."""
    try:
        body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def boolean(body: Body, name: str) -> bool:
    """Read a required boolean, in any form that Laravel's rule of that name lets pass (inferred)."""
    value = body.get(name)
    if value is None:
        raise invalid(name, f"The {name} field is required.")
    if not isinstance(value, (bool, int, str)) or value not in (0, 1, "0", "1"):
        raise invalid(name, f"The {name} field must be true or false.")
    return bool(int(value))


def flag(body: Body) -> int | None:
    """Read the flag: 1, 2 or null (documented); that it must be there at all is inferred."""
    if "flag" not in body:
        raise invalid("flag", "The flag field must be present.")
    value = body["flag"]
    if value is not None and (type(value) is not int or value not in FLAGS):
        raise invalid("flag", "The selected flag is invalid.")
    return value if isinstance(value, int) else None
