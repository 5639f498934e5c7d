"""A passkey without a browser: it makes its credential, and answers challenges."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from inbox.models import User

HOST, ORIGIN = b"localhost", "http://localhost"
FLAG = AuthenticatorData.FLAG
LOGIN = "/accounts/2fa/passkeys/login/"


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Passkey:
    user: User
    id: bytes = b"a-passkey-of-the-tests-012345678"
    key: ec.EllipticCurvePrivateKey = field(default_factory=_key)

    def keep(self) -> Authenticator:
        """As if it had been added long ago."""
        kept: Authenticator = Authenticator.objects.create(
            user=self.user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key", "credential": self.made("Y2hhbGxlbmdl")},
        )
        return kept

    def made(self, challenge: str) -> dict[str, Any]:
        """What a browser sends where it is added, for this challenge."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        data = AttestedCredentialData.create(Aaguid(b"\0" * 16), self.id, public)
        seen = AuthenticatorData.create(sha256(HOST).digest(), FLAG.UP | FLAG.UV | FLAG.AT, 0, data)
        told = CollectedClientData.create("webauthn.create", challenge, ORIGIN)
        return {
            **self._named(),
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {
                "attestationObject": websafe_encode(AttestationObject.create("none", seen, {})),
                "clientDataJSON": websafe_encode(told),
            },
        }

    def answer(self, challenge: str) -> str:
        """What a browser sends of it: an assertion for this challenge."""
        told = CollectedClientData.create("webauthn.get", challenge, ORIGIN)
        seen = AuthenticatorData.create(sha256(HOST).digest(), FLAG.UP | FLAG.UV, 1)
        signature = self.key.sign(seen + told.hash, ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": websafe_encode(seen),
            "clientDataJSON": websafe_encode(told),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(user_pk_to_url_str(self.user).encode()),
        }
        return json.dumps({**self._named(), "response": response})

    def _named(self) -> dict[str, Any]:
        id_ = websafe_encode(self.id)
        return {"id": id_, "rawId": id_, "type": "public-key"}


def challenge(client: Client, path: str = LOGIN) -> str:
    """What the site asks a passkey of this browser to sign."""
    if path == LOGIN:
        told = client.get(path, headers={"X-Requested-With": "XMLHttpRequest"}).json()
        return str(told["request_options"]["publicKey"]["challenge"])
    client.get(path)
    return str(client.session["mfa.webauthn.state"]["challenge"])


def sign_in(client: Client, passkey: Passkey) -> Any:
    """By the passkey alone."""
    return client.post(LOGIN, {"credential": passkey.answer(challenge(client))})
