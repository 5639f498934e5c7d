"""HTTP to Popsell: the pool, the headers, the time limits, and answers turned into the error family.

The only module that imports `requests`.
"""

import json
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import NoReturn

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from inbox.logs import request_id
from inbox.popsell import decode, errors

POOL_SIZE = 100  # connections kept open to Popsell, more than a process has threads
DEFAULT_RETRY_AFTER = 5  # seconds, where a 429 does not say
LONGEST_RETRY_AFTER = 24 * 3600


def send(method: str, path: str, brand_id: int, params: dict[str, str] | None = None) -> object:
    """The decoded JSON body of a 2xx answer.

    `path` begins with a slash, below `POPSELL_API_URL`. Raises PopsellError for anything else; what
    the libraries raise stays here, since their frames hold the token.
    """
    response = _exchange(method, path, brand_id, params)
    _heard.at = monotonic()
    if not response.ok or response.is_redirect or response.status_code < 200:  # noqa: PLR2004
        _refuse(response)
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        raise errors.Unexpected(
            "the body is not JSON", remote_status=response.status_code, may_have_arrived=True
        ) from None


class _Heard:
    """When this process last had any answer of Popsell's."""

    at: float | None = None


_heard = _Heard()


def last_heard() -> int | None:
    """Seconds since Popsell last answered this process anything; None before the first answer."""
    return None if _heard.at is None else round(monotonic() - _heard.at)


@cache
def _session() -> requests.Session:
    """The process's connections, kept alive and shared by its threads."""
    session = requests.Session()
    session.trust_env = False  # else a .netrc would replace the bearer
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # they would cross brands
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=POOL_SIZE, max_retries=0))
    return session


def _exchange(
    method: str, path: str, brand_id: int, params: dict[str, str] | None
) -> requests.Response:
    headers = _headers(brand_id)
    try:
        return _session().request(
            method,
            settings.POPSELL_API_URL + path,
            params=params,
            headers=headers,
            timeout=(settings.POPSELL_CONNECT_TIMEOUT, settings.POPSELL_READ_TIMEOUT),
            allow_redirects=False,
        )
    except requests.RequestException as failure:
        raise _failure(failure) from None
    finally:
        del headers  # a traceback shows a frame's variables


def _headers(brand_id: int) -> dict[str, str]:
    """Raises Unauthorized, naming the variable to set, for a brand without a token."""
    token = settings.POPSELL_ACCESS_TOKENS.get(brand_id) or settings.POPSELL_ACCESS_TOKEN
    if not token:
        raise errors.Unauthorized(
            f"no token: set POPSELL_ACCESS_TOKEN_{brand_id} or POPSELL_ACCESS_TOKEN"
        )
    return {
        "Accept": "application/json",
        "Authorization": f"Bearer {token}",
        "X-Popsell-Brand": str(brand_id),
        "X-Request-ID": request_id.get(),
    }


def _failure(failure: requests.RequestException) -> errors.PopsellError:
    """Which of ours it is, and whether the request may have reached Popsell before it happened."""
    cause = failure.args[0] if failure.args else None
    if isinstance(failure, requests.ConnectTimeout):
        return errors.TimedOut("no connection in time")
    if isinstance(failure, requests.Timeout) or isinstance(cause, ReadTimeoutError):
        return errors.TimedOut("no answer in time", may_have_arrived=True)
    # urllib3 wraps what goes wrong while connecting in MaxRetryError, and what comes later not.
    before_sending = isinstance(cause, MaxRetryError) or isinstance(failure, ValueError)
    if before_sending:
        return errors.Unreachable("no connection")
    return errors.Unreachable("the connection was lost", may_have_arrived=True)


def _refuse(response: requests.Response) -> NoReturn:
    """Raise what this status stands for in the contract, section 1.6."""
    status = response.status_code
    match status:
        case 401:
            raise errors.Unauthorized("the token was refused", remote_status=status)
        case 403:
            raise errors.Forbidden("not allowed", remote_status=status)
        case 404:
            raise errors.NotFound("not found", remote_status=status)
        case 422:
            raise decode.invalid(_json_or_none(response))
        case 429:
            wait = _seconds(response.headers.get("Retry-After"))
            raise errors.RateLimited("slow down", remote_status=status, retry_after=wait)
        case _:
            raise errors.Unexpected(f"status {status}", remote_status=status)


def _json_or_none(response: requests.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _seconds(retry_after: str | None) -> int:
    """Retry-After as seconds; its date form is not worth a clock that may differ from ours."""
    value = (retry_after or "").strip()
    if not (value.isascii() and value.isdigit()):
        return DEFAULT_RETRY_AFTER
    return min(int(value[:9]), LONGEST_RETRY_AFTER)
