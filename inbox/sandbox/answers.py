"""Answers and refusals in the shapes of the reference pages, written as PHP writes JSON."""

import json
from http import HTTPStatus
from typing import NamedTuple


class Answer(NamedTuple):
    """A status, a JSON body and what headers come on top of the usual ones."""

    status: int
    body: object
    headers: tuple[tuple[str, str], ...] = ()


class RefusalError(Exception):
    """Stops a request with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def php_json(body: object) -> bytes:
    r"""Write JSON as PHP's json_encode does by default: `\/` and \uXXXX (seen in real pages)."""
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def status_line(status: int) -> str:
    """Give the WSGI status line of a code."""
    return f"{status} {HTTPStatus(status).phrase}"


def bad_request(message: str) -> RefusalError:
    """Refuse a sort or filter that is not allowed (inferred: no list documents a 400)."""
    return RefusalError(Answer(400, {"message": message}))


def unauthorized() -> RefusalError:
    """Refuse a missing or wrong token, with the documented body."""
    return RefusalError(
        Answer(401, {"message": "Unauthorized."}, (("WWW-Authenticate", "Bearer"),))
    )


def forbidden() -> RefusalError:
    """Refuse a brand the token has no right to (status documented, body inferred)."""
    return RefusalError(Answer(403, {"message": "Forbidden."}))


def not_found(message: str = "Not Found.") -> RefusalError:
    """Refuse what does not exist (status documented under POST …/read, body inferred)."""
    return RefusalError(Answer(404, {"message": message}))


def wrong_method(method: str, allowed: str) -> RefusalError:
    """Refuse a method the route does not take (inferred from Laravel)."""
    message = f"The {method} method is not supported for this route. Supported methods: {allowed}."
    return RefusalError(Answer(405, {"message": message}, (("Allow", allowed),)))


def invalid(field: str, message: str) -> RefusalError:
    """Refuse a value, in the shape documented for 422."""
    return RefusalError(Answer(422, {"message": message, "errors": {field: [message]}}))
