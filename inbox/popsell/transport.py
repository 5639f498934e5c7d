"""One HTTP exchange with Popsell: the pool, the headers, the deadline, the size cap.

The only module that imports `requests`. Every failure leaves it as one of `errors`, without the
libraries' frames, since those hold the token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import (
    ContentDecodingError,
    InvalidHeader,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
)
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from inbox.context import current
from inbox.popsell import errors
from inbox.popsell.watchdog import POOLS, watched

CHUNK = 64 * 1024
NEVER_SENT = (InvalidURL, InvalidSchema, MissingSchema, InvalidHeader)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: any status, and the whole body, at most `POPSELL_MAX_BYTES`."""

    status: int
    body: bytes
    retry_after: str | None


def exchange(
    method: str,
    path: str,
    *,
    ends: float,
    headers: dict[str, str],
    token: Callable[[], str] | None = None,
    params: dict[str, str] | None = None,
    json: Mapping[str, object] | None = None,
) -> Answer:
    """Send one request and read its answer before `ends` (on the monotonic clock).

    `path` begins with a slash, below `POPSELL_API_URL`; redirects are not followed. Raises
    Unreachable, TimedOut, or Unexpected for a body beyond the cap, and what `token` raises.
    """
    left = ends - monotonic()
    if left <= 0:
        raise errors.NoTimeLeft
    with watched(left) as watch:
        try:
            with _session().request(
                method,
                settings.POPSELL_API_URL + path,
                params=params,
                json=json,
                headers={"Accept": "application/json", "X-Request-ID": current().request_id}
                | headers,
                auth=_Bearer(token) if token else None,
                timeout=(
                    min(settings.POPSELL_CONNECT_TIMEOUT, left),
                    min(settings.POPSELL_READ_TIMEOUT, left),
                ),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _body(response)
        except errors.PopsellError:
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it is, its frames hold the token
            raise _failure(failure, cut=watch.cut) from None
        if watch.cut:  # a body that ends with its connection looks whole
            raise errors.TimedOut("no whole answer in time", may_have_arrived=True)
    return Answer(response.status_code, body, response.headers.get("Retry-After"))


class _Bearer(AuthBase):
    """Puts the token into the request, and into no variable that a traceback would show."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        return request


class _Adapter(HTTPAdapter):
    """Connections that the watchdog can cut, kept open for every thread that may wait."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS


class _Session(requests.Session):
    """Never looks where a redirect leads: even an address that can't be read is an answer."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@cache
def _session() -> requests.Session:
    """The process's connections, kept alive and shared by its threads."""
    session = _Session()
    session.trust_env = False  # else a .netrc would replace the bearer
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # they would cross brands
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(pool_maxsize=settings.THREADS, max_retries=0))
    return session


def _body(response: requests.Response) -> bytes:
    """The body as decompressed, given up as soon as it is larger than the cap."""
    parts, size = [], 0
    for part in response.iter_content(CHUNK):
        parts.append(part)
        size += len(part)
        if size > settings.POPSELL_MAX_BYTES:
            raise errors.Unexpected(
                f"the body is larger than {settings.POPSELL_MAX_BYTES} bytes",
                remote_status=response.status_code,
                may_have_arrived=True,
            )
    return b"".join(parts)


def _failure(failure: Exception, *, cut: bool) -> errors.PopsellError:
    """The matching error of ours, and whether the request may have reached Popsell before it."""
    cause = failure.args[0] if failure.args else None
    if isinstance(failure, requests.ConnectTimeout):
        return errors.TimedOut("no connection in time")
    if cut or isinstance(failure, requests.Timeout) or isinstance(cause, ReadTimeoutError):
        return errors.TimedOut("no answer in time", may_have_arrived=True)
    # urllib3 wraps what goes wrong while connecting in MaxRetryError, and what comes later not.
    if isinstance(cause, MaxRetryError) or isinstance(failure, NEVER_SENT):
        return errors.Unreachable("no connection")
    if isinstance(failure, ContentDecodingError):
        return errors.Unexpected("the body can't be unpacked", may_have_arrived=True)
    if isinstance(failure, (requests.RequestException, OSError)):
        return errors.Unreachable("the connection was lost", may_have_arrived=True)
    return errors.Unexpected(type(failure).__name__, may_have_arrived=True)
