"""The public operation that gives a token for an API key."""

from typing import TYPE_CHECKING

from inbox.sandbox.answers import invalid, unauthorized, wrong_method
from inbox.sandbox.bodies import json_body

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

TOKEN_PATH = "/auth/token"  # noqa: S105 - an address


def token_for(environ: "WSGIEnvironment", api_key: str, token: str) -> dict[str, str]:
    """POST /auth/token: `{"token": string}` (documented); what is missing is a 422 (documented)."""
    if environ["REQUEST_METHOD"] != "POST":
        raise wrong_method(environ["REQUEST_METHOD"], "POST")
    if not environ.get("HTTP_X_POPSELL_DOMAIN"):
        raise invalid("X-Popsell-Domain", "The X-Popsell-Domain field is required.")
    given = json_body(environ).get("api_key")
    if not isinstance(given, str) or not given:
        raise invalid("api_key", "The api_key field is required.")
    if given != api_key:
        raise unauthorized()
    return {"token": token}
