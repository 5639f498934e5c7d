"""The public operation that gives a token for an API key."""

import json
from typing import TYPE_CHECKING

from inbox.sandbox.answers import invalid, unauthorized, wrong_method

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

TOKEN_PATH = "/auth/token"  # noqa: S105 - an address


def token_for(environ: "WSGIEnvironment", api_key: str, token: str) -> dict[str, str]:
    """POST /auth/token: `{"token": string}` (documented); what is missing is a 422 (documented)."""
    if environ["REQUEST_METHOD"] != "POST":
        raise wrong_method(environ["REQUEST_METHOD"], "POST")
    if not environ.get("HTTP_X_POPSELL_DOMAIN"):
        raise invalid("X-Popsell-Domain", "The X-Popsell-Domain field is required.")
    try:
        body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    except (ValueError, RecursionError):
        body = None
    given = body.get("api_key") if isinstance(body, dict) else None
    if not isinstance(given, str) or not given:
        raise invalid("api_key", "The api_key field is required.")
    if given != api_key:
        raise unauthorized()
    return {"token": token}
