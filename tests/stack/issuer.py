"""A stand-in for an OpenID Connect issuer, on loopback: discovery, sign-in, tokens, keys and userinfo.

It signs everybody in at once as `person`, checks what a client must send, and can misbehave. Where it
is asked how long ago somebody signed in (`max_age`), they sign in just then.
"""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

CLIENT, SECRET = "inbox", "an-issuers-secret"
MISSING = object()  # in `changes`: the token does not say it
OWN = object()  # in `ends`: as an issuer says that ends sessions
Json = dict[str, Any]


def _key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Issuer:
    """`person`: who signs in. `changes`: what its token says wrongly. `broken`: paths that fail.

    `ends`: where it says that sessions end, `OWN` for its own address. `tokens`: those that it gave.
    `ended`: what it was sent to end a session.
    """

    url: str = ""
    person: Json = field(default_factory=dict)
    changes: Json = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    ends: object = MISSING
    tokens: list[str] = field(default_factory=list)
    ended: list[Json] = field(default_factory=list)
    key: RSAPrivateKey = field(default_factory=_key)
    _given: dict[str, Json] = field(default_factory=dict)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"].removeprefix("/api/v2")
        self.asked.append(path)
        answer = self._paths().get(path)
        if answer is None or path in self.broken:
            start_response("500 Internal Server Error", [("Content-Length", "2")])
            return [b"no"]
        size = int(environ.get("CONTENT_LENGTH") or 0)
        form = environ["wsgi.input"].read(size).decode() or environ.get("QUERY_STRING", "")
        status, body, headers = answer(dict(parse_qsl(form)), environ)
        written = json.dumps(body).encode()
        lines = [("Content-Type", "application/json"), ("Content-Length", str(len(written)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", [*lines, *headers.items()])
        return [written]

    def _paths(self) -> dict[str, Callable[..., tuple[int, Json, dict[str, str]]]]:
        return {
            "/.well-known/openid-configuration": self._configuration,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/keys": self._keys,
            "/end": self._end,
        }

    def _configuration(self, *_asked: object) -> tuple[int, Json, dict[str, str]]:
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "keys",
        }
        told: Json = {name: f"{self.url}/{path}" for name, path in places.items()}
        if self.ends is not MISSING:
            told["end_session_endpoint"] = f"{self.url}/end" if self.ends is OWN else self.ends
        return 200, {"issuer": self.url, **told}, {}

    def _authorize(self, asked: Json, *_environ: object) -> tuple[int, Json, dict[str, str]]:
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = uuid4().hex
        self._given[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return 302, {}, {"Location": f"{asked['redirect_uri']}?{answer}"}

    def _token(self, asked: Json, *_environ: object) -> tuple[int, Json, dict[str, str]]:
        given = self._given.pop(asked["code"])  # a code is good once
        digest = sha256(asked["code_verifier"].encode()).digest()
        proven = urlsafe_b64encode(digest).decode().rstrip("=") == given["code_challenge"]
        known = (asked["client_id"], asked["client_secret"]) == (CLIENT, SECRET)
        if not (proven and known and asked["redirect_uri"] == given["redirect_uri"]):
            return 400, {"error": "invalid_grant"}, {}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": given["nonce"],
            **({"auth_time": now} if "max_age" in given else {}),
            **self.person,
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not MISSING}
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "one"})
        self.tokens.append(token)
        return 200, {"access_token": "open", "token_type": "Bearer", "id_token": token}, {}

    def _end(self, asked: Json, *_environ: object) -> tuple[int, Json, dict[str, str]]:
        """Sign the person of the token out, and lead back."""
        hint = jwt.decode(asked["id_token_hint"], self.key.public_key(), ["RS256"], audience=CLIENT)
        assert (asked["client_id"], hint["iss"]) == (CLIENT, self.url)
        self.ended.append(asked)
        back = urlencode({"state": asked["state"]})
        return 302, {}, {"Location": f"{asked['post_logout_redirect_uri']}?{back}"}

    def _userinfo(
        self, _asked: Json, environ: "WSGIEnvironment"
    ) -> tuple[int, Json, dict[str, str]]:
        assert environ["HTTP_AUTHORIZATION"] == "Bearer open"
        return 200, self.person, {}

    def _keys(self, *_asked: object) -> tuple[int, Json, dict[str, str]]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return 200, {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}, {}
